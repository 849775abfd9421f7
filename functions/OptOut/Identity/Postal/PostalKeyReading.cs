namespace OptOut.Identity.Postal;

/// <summary>From lines to an address: the country, the postcode, then which line is the street's.</summary>
internal static class PostalKeyReading
{
    /// <returns>Null for what is no postal address.</returns>
    public static PostalAddress? Read(List<List<PostalToken>> lines)
    {
        var stated = PostalKeyCountry.Take(lines);
        var postcode = stated is null or PostalAddress.Belgium or PostalAddress.Netherlands ? PostalKeyPostcode.Find(lines, stated) : null;
        if (postcode is { } found && Structured(found, Rest(lines, found)) is { } address)
            return address;

        var text = string.Join(' ', lines.SelectMany(Words));
        return text.Length >= 5 && text.Any(char.IsDigit) && text.Any(char.IsLetter)
            ? PostalAddress.General(stated ?? postcode?.Country ?? PostalAddress.UnknownCountry, text)
            : null;
    }

    private static PostalAddress? Structured(PostcodePlace found, List<List<PostalToken>> lines)
    {
        var dutch = found.Country == PostalAddress.Netherlands;
        if (PostalKeyLines.StreetOf(lines, dutch) is { } line)
        {
            var street = line.IsPostalBox ? PostalKeyStreet.PostalBox : dutch ? "" : PostalKeyStreet.Name(line.Street, found.Code);
            return new(found.Country, found.Code, street, line.Number, line.Box, "");
        }

        // No house number: everything that was written, so that no two addresses become one.
        var whole = PostalKeyStreet.Name([.. lines.SelectMany(l => l)], found.Code);
        return whole.Any(char.IsLetter) && found.Certain ? new(found.Country, found.Code, whole, "", "", "") : null;
    }

    // Before the postcode is address, after it the town; but a number after it is address again ("1017 GC 12").
    private static List<List<PostalToken>> Rest(List<List<PostalToken>> lines, PostcodePlace found)
    {
        var rest = new List<List<PostalToken>>();
        for (var i = 0; i < lines.Count; i++)
        {
            if (i != found.Line)
            {
                rest.Add(lines[i]);
                continue;
            }

            if (found.From > 0)
                rest.Add(lines[i][..found.From]);
            if (found.Country == PostalAddress.Netherlands && found.To < lines[i].Count && lines[i][found.To].IsNumber)
                rest.Add(lines[i][found.To..]);
        }

        return rest;
    }

    // Letters and digits that stand together are one word in the general form.
    private static IEnumerable<string> Words(List<PostalToken> line)
    {
        var word = "";
        foreach (var token in line)
        {
            if (!token.Adjacent && word.Length > 0)
            {
                yield return word;
                word = "";
            }

            word += token.Text;
        }

        yield return word;
    }
}
