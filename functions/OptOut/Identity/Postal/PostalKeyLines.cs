namespace OptOut.Identity.Postal;

/// <param name="AfterTown">Whether it stands after the postcode.</param>
/// <param name="MayBeTown">Whether it may name the town: "Gent 9000".</param>
internal sealed record AddressLine(PostalToken[] Tokens, bool AfterTown = false, bool MayBeTown = false);

/// <summary>What the lines of an address say, without its postcode, town and country.</summary>
/// <param name="Street">The street and its house number.</param>
/// <param name="Names">The lines that only name who lives there, or the house.</param>
/// <param name="Parts">Everything else, in the order in which it is written.</param>
internal sealed record AddressReading(StreetLine Street, List<PostalToken[]> Names, List<PostalPart> Parts);

/// <summary>
/// Finds the street line and its house number. A line before it without a digit or a word such as blok is a name; everything else tells
/// letterboxes apart and is kept.
/// </summary>
internal static class PostalKeyLines
{
    /// <returns>Null if there is no street with a house number.</returns>
    public static AddressReading? Read(IReadOnlyList<AddressLine> lines, string country)
    {
        var split = Split(lines);
        return Read(split, country, doubtful: true) ?? Read(split, country, doubtful: false);
    }

    private static AddressReading? Read(List<AddressLine> split, string country, bool doubtful)
    {
        var lines = split.ConvertAll(l => new PostalKeyLine(l, country, doubtful));
        if (!lines.Exists(l => l.IsText))
            lines.ForEach(l => l.ReadAsText(country));
        var houseBefore = lines.Exists(l => l is { IsHouse: true, AfterTown: false });
        var houseAfter = lines.Exists(l => l is { IsHouse: true, AfterTown: true });
        var (best, score) = (-1, 0);
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Score(lines[i].AfterTown ? houseAfter : houseBefore) is var s and > 0 && s >= score)
                (best, score) = (i, s);
        }

        // In the Netherlands, postcode and number are enough.
        if (best < 0 && country == PostalAddress.Netherlands)
            best = lines.FindLastIndex(l => l.IsHouse);
        if (best < 0)
            return null;
        var number = NumberLine(lines, best);
        var street = number < 0 ? lines[best].Own ?? lines[best].With(lines[best], country) : lines[best].With(lines[number], country);
        var names = Names(lines, best, number);
        return new(street, names.ConvertAll(i => lines[i].Tokens), Parts(lines, [best, number, .. names], street, country));
    }

    // The line with the house number, if it is not the street's own: before the street, after it, or anywhere on its side of the town.
    private static int NumberLine(List<PostalKeyLine> lines, int street)
    {
        if (lines[street].IsHouse)
            return -1;
        if (IsNumber(street - 1))
            return street - 1;
        if (IsNumber(street + 1))
            return street + 1;
        return lines[street].Own is null ? lines.FindIndex(l => l.IsHouse && l.AfterTown == lines[street].AfterTown) : -1;

        // A number on the other side of the town belongs to another street.
        bool IsNumber(int i) => i >= 0
            && i < lines.Count
            && lines[i].IsHouse
            && lines[i].AfterTown == lines[street].AfterTown
            && lines[street].TakesNumber;
    }

    private static List<int> Names(List<PostalKeyLine> lines, int street, int number)
    {
        // Without a number of its own and a word such as straat, another line may be the street.
        var (own, isStreet) = (lines[street].Own is not null && number < 0, lines[street].IsStreet);
        var lastTwo = number == street + 1 && !lines.Exists(number + 1, l => l.IsText);
        var names = new List<int>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (i == street || i == number || !lines[i].MayBeName || lines[street].MayBeTown)
                continue;
            var line = lines[i];
            var certain = line.IsStreet ? own && isStreet || lines[street].IsHouse : own || isStreet || lastTwo || line.IsCompany;
            var inPlace = i < street
                || line.MayBeTown
                || (line.AfterTown && line.IsRegion)
                || (lines[street].IsHouse && line.IsStreet);
            if (certain && inPlace)
                names.Add(i);
        }

        return names;
    }

    private static bool Exists(this List<PostalKeyLine> lines, int from, Predicate<PostalKeyLine> match) =>
        from < lines.Count && lines.FindIndex(from, match) >= 0;

    /// <param name="read">The lines that were read: the street's, then the others.</param>
    private static List<PostalPart> Parts(List<PostalKeyLine> lines, List<int> read, StreetLine line, string country)
    {
        var (parts, street) = (new List<PostalPart>(line.Parts), read[0]);
        for (var i = 0; i < lines.Count; i++)
        {
            if (read.Contains(i))
                continue;
            if (lines[i].Own is { IsPostalBox: true } box)
                parts.Add(new(PostalKeyWords.PostalBox, box.House.Number));
            else
                PostalKeyDetails.Read(lines[i].Tokens, country, i < street ? PostalKeyDetails.Before : PostalKeyDetails.After, parts);
        }

        return parts;
    }

    // "Bus 3 Kerkstraat 12" are two lines.
    private static List<AddressLine> Split(IReadOnlyList<AddressLine> lines)
    {
        var split = new List<AddressLine>(lines.Count + 1);
        foreach (var line in lines)
        {
            var units = LeadingUnits(line.Tokens);
            if (units == 0 || units >= line.Tokens.Length - 1 || !HasStreet(line.Tokens.AsSpan(units)))
            {
                split.Add(line);
                continue;
            }

            split.Add(line with { Tokens = line.Tokens[..units], MayBeTown = false });
            split.Add(line with { Tokens = line.Tokens[units..] });
        }

        return split;
    }

    private static bool HasStreet(ReadOnlySpan<PostalToken> tokens)
    {
        var (number, name) = (false, false);
        foreach (var token in tokens)
        {
            number |= token.IsNumber;
            name |= token is { IsNumber: false, Text.Length: > 2 }
                && PostalKeyWords.Unit(token.Text) is null
                && PostalKeyWords.Side(token.Text) is null;
        }

        return name && (number || PostalKeyStreet.IsStreet(tokens));
    }

    /// <summary>How many tokens at the start are units before a street: 2 in "Bus 3 Kerkstraat 12".</summary>
    public static int LeadingUnits(ReadOnlySpan<PostalToken> tokens)
    {
        var end = 0;
        while (end < tokens.Length && LeadingUnit(tokens[end..]) is var taken and > 0)
        {
            end += taken;
            while (end < tokens.Length && tokens[end].Adjacent)
                end++;
        }

        return end;
    }

    private static int LeadingUnit(ReadOnlySpan<PostalToken> tokens)
    {
        if (PostalKeyDetails.FloorLength(tokens) is var floor and > 0)
            return floor;
        if (tokens.Length == 1 || PostalKeyWords.Unit(tokens[0].Text) is null)
            return 0;
        return tokens.Length > 2 && PostalKeyWords.IsNumberSign(tokens[1].Text) && tokens[2].IsNumber ? 3
            : tokens[1].IsNumber || (tokens[1].Text.Length == 1 && !tokens[1].Dotted) ? 2
            : 0;
    }
}
