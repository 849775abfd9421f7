namespace OptOut.Identity.Postal;

/// <summary>
/// Writes an address in Germany, France or Luxembourg: names, street, number, then what tells letterboxes apart, postcode and town. A
/// letterbox there may be known by a name alone, so names are kept.
/// </summary>
internal static class PostalKeyAbroad
{
    // A street without a number: "rue du 8 mai 1945" is not number 1945 of "rue du 8 mai".
    private const string WithoutNumber = "SN";

    /// <returns>Null if the country is not certain.</returns>
    public static PostalAddress? Read(PostcodePlace found, List<AddressLine> lines, PostalToken[] town)
    {
        // "Berlin 10115".
        if (town.Length == 0 && lines.FindIndex(l => l.MayBeTown) is var at and >= 0)
        {
            town = lines[at].Tokens;
            lines = [.. lines[..at], .. lines[(at + 1)..]];
        }

        var (country, read) = found.Country.Length > 0
            ? (found.Country, PostalKeyLines.Read(lines, found.Country))
            : Recognize(lines, town);
        if (country.Length == 0 || (town.Length == 0 && country != PostalAddress.Luxembourg))
            return null;
        var townWords = town.Length == 0 ? "LUXEMBOURG" : PostalKeyStreetAbroad.Town(town, country);
        if (read is null)
        {
            var written = lines.Select(l => PostalKeyStreetAbroad.Street(l.Tokens, PostalAddress.France));
            return PostalAddress.General(country, string.Join(' ', [WithoutNumber, .. written, found.Code, townWords]));
        }

        var street = read.Street.IsPostalBox ? PostalKeyWords.PostalBox : PostalKeyStreetAbroad.Street(read.Street.Street, country);
        string[] words =
        [
            .. read.Names.Select(n => PostalKeyStreetAbroad.Town(n, country)),
            street,
            read.Street.House.Number,
            .. PostalKeyBox.Sorted(read.Parts),
            found.Code,
            townWords,
        ];
        return PostalAddress.General(country, string.Join(' ', words.Where(w => w.Length > 0)));
    }

    // Five digits alone are German, French, or of other countries: the street tells which.
    private static (string Country, AddressReading? Read) Recognize(List<AddressLine> lines, PostalToken[] town)
    {
        var french = PostalKeyLines.Read(lines, PostalAddress.France);
        var isFrench = french is null
            ? lines.Exists(l => PostalKeyStreetAbroad.IsFrench(l.Tokens))
            : PostalKeyStreetAbroad.IsFrench(french.Street.Street);
        if (isFrench || Array.Exists(town, t => t.Text == "CEDEX"))
            return (PostalAddress.France, french);
        var german = PostalKeyLines.Read(lines, PostalAddress.Germany);
        var isGerman = german is null
            ? lines.Exists(l => PostalKeyStreetAbroad.IsGerman(l.Tokens))
            : PostalKeyStreetAbroad.IsGerman(german.Street.Street);
        return isGerman || lines.Exists(l => l.Tokens[0].Text == "POSTFACH") ? (PostalAddress.Germany, german) : ("", null);
    }
}
