namespace OptOut.Identity.Postal;

/// <summary>Separates the town from what is written around it: "Kerkstraat 12 9000 Gent bus 3".</summary>
internal static class PostalKeyTown
{
    /// <returns>The lines without postcode and town, and the words of the town.</returns>
    public static (List<AddressLine> Lines, PostalToken[] Town) Take(List<List<PostalToken>> lines, PostcodePlace found)
    {
        var rest = new List<AddressLine>(lines.Count);
        PostalToken[] town = [];
        for (var i = 0; i < lines.Count; i++)
        {
            if (i != found.Line)
            {
                // "9000" and "Gent" on two lines.
                var follows = i == found.Line + 1 && town.Length == 0 && found.To == lines[found.Line].Count;
                if (follows && rest is not [.., { MayBeTown: true }] && IsTown(lines[i]))
                    town = [.. lines[i]];
                else
                    rest.Add(new([.. lines[i]], AfterTown: i > found.Line));
                continue;
            }

            var line = lines[i];
            if (found.From > 0)
                rest.Add(new([.. line[..found.From]], MayBeTown: i > 0 && found.To == line.Count && IsTown(line[..found.From])));
            if (found.To == line.Count)
                continue;
            var (words, details) = Split([.. line[found.To..]], found.Country);
            town = words;
            var mayBeTown = words.Length == 0 && found.Country == PostalAddress.Belgium;
            if (details.Length > 0)
                rest.Add(new(details, AfterTown: true, mayBeTown && !details[0].IsNumber));
        }

        return (rest, town);
    }

    private static (PostalToken[] Town, PostalToken[] Details) Split(PostalToken[] tokens, string country)
    {
        var end = 0;
        while (end < tokens.Length && !tokens[end].IsNumber && !IsDetail(tokens, end, country))
            end++;
        var structured = country is PostalAddress.Belgium or PostalAddress.Netherlands;
        if (end == tokens.Length)
            return structured && HasStreet(tokens) ? ([], tokens) : (tokens, []);
        if (PostalKeyDetails.Starts(tokens.AsSpan(end), country) || end == 0)
            return HasStreet(tokens.AsSpan(0, end)) ? ([], tokens) : (tokens[..end], tokens[end..]);

        // A bare number: the whole may be a street, and elsewhere it belongs to the town ("Paris Cedex 08").
        return structured ? ([], tokens) : (tokens, []);
    }

    private static bool IsDetail(PostalToken[] tokens, int i, string country)
    {
        var rest = tokens.AsSpan(i);
        if (!PostalKeyDetails.Starts(rest, country))
            return false;
        return PostalKeyDetails.IsFloor(rest)
            || PostalKeyDetails.IsCareOf(rest)
            || (i > 0 && PostalKeyWords.Side(rest[0].Text) is not null)
            || (rest.Length > 1 && (rest[1].IsNumber || rest[1].Text.Length == 1 || PostalKeyWords.IsNumberSign(rest[1].Text)));
    }

    // "Gent Kerkstraat", "Bruxelles rue Neuve".
    private static bool HasStreet(ReadOnlySpan<PostalToken> tokens)
    {
        for (var i = 1; i < tokens.Length; i++)
        {
            if (tokens[i].Text is "RUE" or "AVENUE" or "BOULEVARD" or "CHAUSSEE" or "PLACE" || PostalKeyStreet.IsStreet(tokens[i..(i + 1)]))
                return true;
        }

        return false;
    }

    private static bool IsTown(List<PostalToken> line) =>
        !line.Exists(t => t.IsNumber || PostalKeyWords.TellsApart(t.Text))
        && line.Exists(t => t.Text.Length > 1)
        && !PostalKeyStreet.IsStreet([.. line]);
}
