using System.Globalization;
using System.Text;

namespace OptOut.Tests.Identity;

/// <summary>Writes a letterbox as people do: lines or commas, number first or last, boxes anywhere, capitals, no accents.</summary>
internal static class LetterboxSpelling
{
    /// <param name="usual">Only spellings that are known to give the key of the letterbox.</param>
    public static string Write(Letterbox box, Choices choices, bool usual)
    {
        var separator = choices.Of(", ", "\n", ",", " \r\n", "; ");
        var street = choices.Of(LetterboxWords.Streets[box.Country].First(s => s[0] == box.Street));
        var number = Number(box, choices);
        var places = Place(box, choices, usual);
        var line = StreetLine(box, choices, usual, street, number, places.Beside, separator);
        var beside = !usual || (char.IsLetter(line[0]) && !line.Contains(separator, StringComparison.Ordinal));
        var details = string.Concat(places.Front.Select(f => f + (beside ? " " : separator)));
        List<string> lines = [.. places.Before, details + line, .. places.After];
        if (!usual && lines.Count > 1 && choices.Once(6))
            (lines[0], lines[1]) = (lines[1], lines[0]);
        if (!usual && choices.Once(4))
            lines.Insert(0, choices.Of("Jan Peeters", "Mme Dupont", "De Kruidtuin"));
        else if (usual && box.Country is "BE" or "NL" && choices.Once(4))
            lines.Insert(0, choices.Of("Jan Peeters", "Mme Dupont", "De Kruidtuin NV"));
        var (code, names) = LetterboxWords.Towns[box.Country][box.Town];
        var (stated, country) = Country(box, choices);
        var town = $"{(stated ? LetterboxWords.Prefixes[box.Country] + "-" : "")}{code} {choices.Of(names)}";
        if (!usual && choices.Once(12))
            lines.Insert(0, town);
        else
            lines.Add(town);
        lines.AddRange(places.Last);
        if (country.Length > 0)
            lines.Add(country);
        return Disguise(string.Join(separator, lines), choices);
    }

    private static string StreetLine(
        Letterbox box, Choices choices, bool usual, string street, string number, List<string> details, string separator)
    {
        var isFrench = char.IsAsciiLetterLower(box.Street[0]) || box.Street.StartsWith("Grand", StringComparison.Ordinal);
        var numberFirst = box.Country != "NL"
            && (isFrench ? choices.Next(3) > 0 : !usual && choices.Once(4) && !char.IsAsciiDigit(box.Street[0]));
        var comma = choices.Once(3) ? separator : " ";
        var tail = string.Concat(details.Select(d => (d[0] == '/' ? "" : !IsShort(d) && choices.Once(2) ? ", " : " ") + d));
        if (numberFirst && tail.StartsWith('/'))
            (number, tail) = (number + details[0], tail[details[0].Length..]);
        if (numberFirst)
            return $"{number}{(char.IsAsciiDigit(street[0]) ? separator : comma)}{street}{tail}";
        var sign = choices.Next(8) switch
        {
            0 => "nr. ",
            1 => "n° ",
            _ => "",
        };
        return $"{street}{(choices.Once(5) ? separator : " ")}{sign}{number}{tail}";
    }

    private static string Number(Letterbox box, Choices choices)
    {
        var suffix = box.Suffix;
        if (suffix.Length == 0)
            return $"{box.Number}";
        if (suffix[0] == '-')
            return box.Number + choices.Of(suffix, $" - {suffix[1..]}");

        // "12e verdieping" is a floor.
        if (suffix == "E")
            return $"{box.Number} E";
        return box.Number + choices.Of(suffix, $" {suffix}", suffix.ToLowerInvariant(), $" {suffix.ToLowerInvariant()}", $"-{suffix}");
    }

    // "12/3" and "12 b3".
    private static bool IsShort(string detail) =>
        detail[0] == '/' || (detail[0] == 'b' && detail[1] is '.' or (>= '0' and <= '9') or (>= 'A' and <= 'E'));

    private static Places Place(Letterbox box, Choices choices, bool usual)
    {
        var places = new Places([], [], [], [], []);
        var order = box.Details.ToList();
        if (order.Count > 1 && choices.Once(2))
            order.Reverse();
        foreach (var detail in order)
        {
            var text = choices.Of(LetterboxWords.Details[box.Country][detail.Kind]).Replace(
                "#", detail.Kind == "care" ? $"Peeters {detail.Value}" : detail.Value, StringComparison.Ordinal);

            // Only beside the number, and only with a number.
            if (IsShort(text) && char.IsAsciiDigit(detail.Value[0]) && places.Beside.Count == 0)
                places.Beside.Add(text);
            else if (IsShort(text))
                places.After.Add($"bus {detail.Value}");
            else if (choices.Once(8) && places.Front.Count == 0 && CanBeInFront(box, detail))
                places.Front.Add(text);
            else
                Anywhere(places, choices.Next(usual || detail.Kind == "care" ? 3 : 4), detail.Kind).Add(text);
        }

        return places;
    }

    // "Bus 3 Kerkstraat 12".
    private static bool CanBeInFront(Letterbox box, LetterboxDetail detail) =>
        box.Country != "NL" && box.Street[0] != 'Q' && detail.Kind is "box" or "flat" or "floor" or "block" or "building";

    private static List<string> Anywhere(Places places, int choice, string kind) => choice switch
    {
        0 => places.Before,
        1 when kind is not ("care" or "residence") => places.Beside,
        3 => places.Last,
        _ => places.After,
    };

    private static (bool Stated, string Name) Country(Letterbox box, Choices choices)
    {
        var isKnown = box.Country is "BE" or "NL"
            || (box.Country == "LU" && box.Town == 0)
            || (box.Country is "FR" && char.IsAsciiLetterLower(box.Street[0]))
            || (box.Country == "DE" && (box.Street.Contains("traße", StringComparison.Ordinal) || box.Street == "Hauptweg"));
        return choices.Next(isKnown ? 4 : 2) switch
        {
            0 => (true, ""),
            1 => (choices.Once(2), choices.Of(LetterboxWords.Countries[box.Country])),
            _ => (false, ""),
        };
    }

    private static string Disguise(string text, Choices choices) => choices.Next(5) switch
    {
        0 => text.ToUpperInvariant(),
        1 => WithoutAccents(text),
        2 => text.Replace(" ", "  ", StringComparison.Ordinal),
        _ => text,
    };

    private static string WithoutAccents(string text) => string.Concat(
        text.Normalize(NormalizationForm.FormD).Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark));

    /// <summary>Where the details stand: before the street, on lines before it, behind the number, on lines after, below.</summary>
    private sealed record Places(List<string> Front, List<string> Before, List<string> Beside, List<string> After, List<string> Last);
}
