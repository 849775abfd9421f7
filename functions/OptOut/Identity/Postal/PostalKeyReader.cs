namespace OptOut.Identity.Postal;

/// <summary>Turns lines into an address: finds the country, the postcode, then the street line.</summary>
internal static class PostalKeyReader
{
    /// <returns>Null if the lines are not a postal address.</returns>
    public static PostalAddress? Read(List<List<PostalToken>> lines)
    {
        var stated = PostalKeyCountry.Take(lines);
        var postcode = PostalKeyPostcode.Find(lines, stated);
        if (postcode is { } found)
        {
            var (rest, town) = PostalKeyTown.Take(lines, found);
            var address = found.Country is PostalAddress.Belgium or PostalAddress.Netherlands
                ? Structured(found, rest)
                : PostalKeyAbroad.Read(found, rest, town);
            if (address is not null)
                return address;
        }

        var text = string.Join(' ', lines.SelectMany(Words));
        return text.Length >= 5 && text.Any(char.IsDigit) && text.Any(char.IsLetter)
            ? PostalAddress.General(
                stated ?? (postcode is { Country: { Length: > 0 } country } ? country : PostalAddress.UnknownCountry), text)
            : null;
    }

    private static PostalAddress? Structured(PostcodePlace found, List<AddressLine> lines)
    {
        if (PostalKeyLines.Read(lines, found.Country) is { } read)
        {
            var dutch = found.Country == PostalAddress.Netherlands;
            var street = read.Street.IsPostalBox ? PostalKeyWords.PostalBox
                : dutch ? ""
                : PostalKeyStreet.Name(read.Street.Street, found.Code);
            var box = PostalKeyBox.Write(read.Street.House.Box, read.Parts, belgian: !dutch);
            return new(found.Country, found.Code, street, read.Street.House.Number, box, "");
        }

        // Without a house number, keep everything that was written, so that no two addresses share a key. Where the number stands after
        // the town, the street may be among the words of the town: "9000 Gent Kouter, 12".
        if (lines.Exists(l => !l.AfterTown) && lines.Exists(l => l.AfterTown && l.Tokens.Any(t => t.IsNumber)))
            return null;
        var whole = PostalKeyStreet.Name([.. lines.SelectMany(l => l.Tokens)], found.Code);
        return whole.Any(char.IsLetter) && found.Certain ? new(found.Country, found.Code, whole, "", "", "") : null;
    }

    // In the general form, adjacent letters and digits are one word, and so is a number with its letter.
    private static IEnumerable<string> Words(List<PostalToken> line)
    {
        var word = "";
        for (var i = 0; i < line.Count; i++)
        {
            var token = line[i];
            var isLetterOfNumber = i == line.Count - 1
                && i > 0
                && line[i - 1].IsNumber
                && token is { IsNumber: false, Text.Length: 1, Before: not '/' };
            if (token.Before == '/' && word.Length > 0)
            {
                word += '/';
            }
            else if (!token.Adjacent && !isLetterOfNumber && word.Length > 0)
            {
                yield return word;
                word = "";
            }

            word += token.Text;
        }

        yield return word;
    }
}
