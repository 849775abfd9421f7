namespace OptOut.Identity.Postal;

/// <summary>Turns lines into an address: finds the country, the postcode, then the street line.</summary>
internal static class PostalKeyReader
{
    /// <returns>Null if the lines are not a postal address.</returns>
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

        // Without a house number, keep everything that was written, so that no two addresses share a key.
        var whole = PostalKeyStreet.Name([.. lines.SelectMany(l => l)], found.Code);
        return whole.Any(char.IsLetter) && found.Certain ? new(found.Country, found.Code, whole, "", "", "") : null;
    }

    // The text before the postcode is the address and the text after it the town, unless a number follows it ("1017 GC 12").
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

    // In the general form, adjacent letters and digits are one word.
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
