namespace OptOut.Identity.Postal;

/// <param name="Street">The words of the street.</param>
/// <param name="Strength">How much the line looks like a street: 2 for a word such as straat or rue, 1 for a name and a number, 0
/// for a number alone.</param>
internal sealed record StreetLine(PostalToken[] Street, string Number, string Box, int Strength, bool IsPostalBox = false);

/// <summary>
/// Finds the street line, in either order ("rue Neuve 12", "12, rue Neuve"). Lines before it are names and are left out. Lines after it
/// that contain a digit become part of the box, so that two floors are not the same address.
/// </summary>
internal static class PostalKeyLines
{
    private static readonly string[] PostalBoxWords = ["POSTBUS", "BP", "PB", "BOITEPOSTALE", "POSTFACH", "POBOX"];

    public static StreetLine? StreetOf(List<List<PostalToken>> lines, bool dutch)
    {
        var joined = Joined(lines);
        StreetLine? best = null;
        var at = -1;
        for (var i = 0; i < joined.Count; i++)
        {
            if (Read(joined[i], dutch) is { } line && (dutch || line.Strength > 0) && (best is null || line.Strength >= best.Strength))
                (best, at) = (line, i);
        }

        if (best is null)
            return null;
        var more = joined.Skip(at + 1).Where(l => l.Exists(t => t.IsNumber)).SelectMany(l => l).ToArray();
        return more.Length == 0
            ? best
            : best with
            {
                Box = string.Join('-', ((string[])[best.Box, PostalKeyHouse.Join(more, static _ => true)!]).Where(p => p.Length > 0)),
            };
    }

    // "12", "12 bte 3" and "bus 3" on a line of their own belong to the street on an adjacent line.
    private static List<List<PostalToken>> Joined(List<List<PostalToken>> lines)
    {
        var joined = lines.Select(l => l.ToList()).ToList();
        for (var i = 0; i < joined.Count; i++)
        {
            var line = joined[i];
            if (joined.Count == 1 || !IsAlone(line))
                continue;
            var before = i > 0 && (PostalKeyHouse.IsBoxWord(line[0].Text) || HasNoNumber(joined[i - 1])) ? i - 1 : -1;
            var after = i + 1 < joined.Count && HasNoNumber(joined[i + 1]) ? i + 1 : -1;
            var to = before < 0
                    || (after >= 0
                        && line[0].IsNumber
                        && !PostalKeyStreet.IsStreet(joined[before])
                        && PostalKeyStreet.IsStreet(joined[after]))
                ? after
                : before;
            if (to < 0)
                continue;
            line[0] = line[0] with { Before = ' ' };
            joined[to].AddRange(line);
            joined.RemoveAt(i--);
        }

        return joined;

        static bool IsAlone(List<PostalToken> line) =>
            PostalKeyHouse.IsBoxWord(line[0].Text) || PostalKeyHouse.Read(line.ToArray(), dutch: false) is not null;

        static bool HasNoNumber(List<PostalToken> line) => !line.Exists(t => t.IsNumber);
    }

    private static StreetLine? Read(List<PostalToken> line, bool dutch)
    {
        var tokens = line.ToArray();
        if (PostalBox(tokens) is { } box)
            return box;

        // The house number is the first number after the name that only its letter and box follow: "rue du 11 Novembre 12".
        for (var i = 1; i < tokens.Length; i++)
        {
            if (!tokens[i].IsNumber
                || tokens[i].Adjacent
                || PostalKeyHouse.IsBoxWord(tokens[i - 1].Text)
                || !tokens[..i].Any(t => !t.IsNumber))
            {
                continue;
            }

            if (PostalKeyHouse.Read(tokens.AsSpan(i), dutch) is { } house)
                return Line(WithoutNumberSign(tokens[..i]), house);
        }

        return NumberFirst(tokens, dutch);
    }

    // "12A rue Neuve bte 3": the longest possible number, then the street, then the box.
    private static StreetLine? NumberFirst(PostalToken[] tokens, bool dutch)
    {
        if (!tokens[0].IsNumber)
            return null;
        if (dutch && PostalKeyHouse.Read(tokens, dutch) is { } alone)
            return Line([], alone); // "1017 GC 12 A-III": the Dutch never write the number before the street.
        var end = Array.FindIndex(tokens, 1, t => PostalKeyHouse.IsBoxWord(t.Text));
        var (box, front) = end > 1 && end > tokens.Length - 4 && tokens.Length > end + 1
            ? (PostalKeyHouse.Box(tokens.AsSpan(end)), tokens[..end])
            : ("", tokens);
        var most = Array.FindIndex(front, 1, t => !PostalKeyHouse.IsShort(t));
        for (var i = most < 0 ? front.Length : most; i >= 1; i--)
        {
            if (PostalKeyHouse.Read(front.AsSpan(0, i), dutch) is { } house && (i == front.Length || !front[i].Adjacent))
            {
                return Line(
                    front[i..], (house.Number, house.Box.Length > 0 && box is { Length: > 0 } ? $"{house.Box}-{box}" : house.Box + box));
            }
        }

        return PostalKeyHouse.Read(tokens, dutch) is { } all ? Line([], all) : null;
    }

    private static StreetLine? PostalBox(PostalToken[] tokens)
    {
        var number = Array.FindIndex(tokens, t => t.IsNumber);
        return number > 0
            && number == tokens.Length - 1
            && PostalBoxWords.Contains(string.Concat(tokens[..number].Select(t => t.Text)), StringComparer.Ordinal)
            ? new StreetLine([], PostalKeyHouse.Join(tokens.AsSpan(number), static _ => true)!, "", 2, IsPostalBox: true)
            : null;
    }

    private static StreetLine Line(PostalToken[] street, (string Number, string Box) house) =>
        new(street, house.Number, house.Box, street.Length == 0 ? 0 : PostalKeyStreet.IsStreet(street) ? 2 : 1);

    private static PostalToken[] WithoutNumberSign(PostalToken[] street) =>
        street.Length > 1 && street[^1].Text is "NR" or "NO" or "NUMMER" or "NUMERO" ? street[..^1] : street;
}
