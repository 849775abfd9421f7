namespace OptOut.Identity.Postal;

/// <param name="Street">The words of the street.</param>
/// <param name="House">The house number and what follows it without a word for it.</param>
/// <param name="Parts">What else the line says.</param>
internal sealed record StreetLine(PostalToken[] Street, PostalHouse House, List<PostalPart> Parts)
{
    /// <summary>Whether the line has a word such as straat or rue.</summary>
    public bool IsStreet { get; } = PostalKeyStreet.IsStreet(Street);

    public bool IsPostalBox { get; init; }

    /// <summary>Whether the number may be that of a unit: the 18 of "rue Neuve bât. 18".</summary>
    public bool MayBeUnit { get; init; }
}

/// <summary>Reads a line with a street and a house number, in either order: "rue Neuve 12 bte 3", "12, rue Neuve".</summary>
internal static class PostalKeyStreetLine
{
    /// <param name="tokens">The tokens of the line.</param>
    /// <param name="inName">Which numbers belong to the name of the street.</param>
    /// <returns>Null if the line has no house number.</returns>
    public static StreetLine? Read(ReadOnlySpan<PostalToken> tokens, ReadOnlySpan<bool> inName, string country)
    {
        if (PostalBox(tokens) is { } box)
            return box;
        var numberFirst = tokens[0].IsNumber && !inName[0];
        if (numberFirst && NumberFirst(tokens, inName, country, onlyBeforeType: true) is { } french)
            return french;
        return NumberLast(tokens, inName, country, Search.Certain)
            ?? (numberFirst ? NumberFirst(tokens, inName, country, onlyBeforeType: false) : null)
            ?? NumberLast(tokens, inName, country, Search.AfterUnit)
            ?? NumberLast(tokens, inName, country, Search.BeforeAnything);
    }

    private enum Search
    {
        Certain,

        /// <summary>The number may be that of a unit: "Lange Poort 5".</summary>
        AfterUnit,

        /// <summary>Any words may follow, if a street ends before the number: "Kerkstraat 12 helemaal achteraan".</summary>
        BeforeAnything,
    }

    /// <summary>The street and what is written behind it, when the house number stands elsewhere: "rue Neuve bte 3".</summary>
    public static StreetLine WithNumber(
        PostalToken[] tokens, ReadOnlySpan<bool> inName, PostalHouse house, List<PostalPart> parts, string country)
    {
        var end = StreetEnd(tokens, inName, 0, country);
        PostalKeyDetails.Read(tokens.AsSpan(end), country, PostalKeyDetails.After, parts);
        return new StreetLine(WithoutNumberSign(tokens.AsSpan(0, end)), house, parts);
    }

    // The house number is the first number after the name that only its letter, box or floor follow: "Laan van de 3 Gezusters 12".
    private static StreetLine? NumberLast(ReadOnlySpan<PostalToken> tokens, ReadOnlySpan<bool> inName, string country, Search search)
    {
        for (int i = 0, words = 0; i < tokens.Length; i++)
        {
            if (!tokens[i].IsNumber || inName[i])
                words++;
            else if (words > 0 && IsHouseNumber(tokens, i, country, search))
            {
                var house = PostalKeyHouse.Read(tokens[i..], country);
                var rest = tokens[(i + house.Taken)..];
                if (search == Search.BeforeAnything || PostalKeyHouse.IsEnd(rest, country))
                {
                    var parts = new List<PostalPart>();
                    PostalKeyDetails.Read(rest, country, PostalKeyDetails.After, parts);

                    // The Dutch street is not part of the key, but "Kerkstraat unit 3 12" says more than the street.
                    var end = country == PostalAddress.Netherlands ? StreetEnd(tokens[..i], inName, 0, country) : i;
                    PostalKeyDetails.Read(tokens[end..i], country, PostalKeyDetails.Before, parts);
                    return new StreetLine(WithoutNumberSign(tokens[..end]), house, parts) { MayBeUnit = search == Search.AfterUnit };
                }
            }
        }

        return null;
    }

    private static bool IsHouseNumber(ReadOnlySpan<PostalToken> tokens, int i, string country, Search search)
    {
        var unit = PostalKeyWords.Unit(tokens[i - 1].Text) ?? (PostalKeyDetails.IsBelgianBox(tokens[(i - 1)..], country) ? "B" : null);
        if (unit is PostalKeyWords.Box or PostalKeyWords.Flat || PostalKeyDetails.IsFloor(tokens[i..]))
            return false;
        return search switch
        {
            Search.AfterUnit => unit is not null,
            Search.BeforeAnything => PostalKeyStreet.EndsAsStreet(tokens[i - 1].Text),
            _ => unit is null || i < 2 || PostalKeyWords.IsArticle(tokens, i - 2),
        };
    }

    // "12A rue Neuve bte 3": the number with its letter, perhaps a box, then the street, then a box or a floor.
    private static StreetLine? NumberFirst(
        ReadOnlySpan<PostalToken> tokens, ReadOnlySpan<bool> inName, string country, bool onlyBeforeType)
    {
        var most = 1;
        while (most < tokens.Length && !inName[most] && PostalKeyHouse.IsShort(tokens[most]) && !IsRue(tokens[most..]))
            most++;
        var house = PostalKeyHouse.Read(tokens[..most], country);
        var parts = new List<PostalPart>();
        var start = house.Taken;
        if (start < most)
        {
            PostalKeyDetails.Read(tokens[start..most], country, PostalKeyDetails.After, parts);
            start = most;
        }

        if (PostalKeyLines.LeadingUnits(tokens[start..]) is var units and > 0)
        {
            PostalKeyDetails.Read(tokens[start..(start + units)], country, PostalKeyDetails.After, parts);
            start += units;
        }

        if (start == tokens.Length || tokens[start].Adjacent || (onlyBeforeType && !PostalKeyStreet.StartsWithType(tokens[start..])))
            return null;
        var end = StreetEnd(tokens, inName, start, country);
        PostalKeyDetails.Read(tokens[end..], country, PostalKeyDetails.After, parts);
        return new StreetLine(tokens[start..end].ToArray(), house, parts);
    }

    // In "12 r Neuve" the R is rue; in "12 R Kerkstraat" it belongs to the number.
    private static bool IsRue(ReadOnlySpan<PostalToken> tokens) => tokens is [{ Text: "R", Adjacent: false }, { IsNumber: false }, ..]
        && !PostalKeyStreet.IsStreet(tokens[1..]);

    // The street ends before a box or a floor, or before a last number that is no year: "12 rue Neuve 3".
    private static int StreetEnd(ReadOnlySpan<PostalToken> tokens, ReadOnlySpan<bool> inName, int start, string country)
    {
        for (var i = start + 1; i < tokens.Length; i++)
        {
            if (inName[i] || PostalKeyWords.IsArticle(tokens, i - 1))
                continue;
            if (tokens[i].IsNumber ? IsTrailing(tokens[i..], country) : IsDetail(tokens[i..], country))
                return i;
        }

        return tokens.Length;
    }

    private static bool IsTrailing(ReadOnlySpan<PostalToken> tokens, string country) => PostalKeyDetails.IsFloor(tokens)
        || (!PostalKeyNames.IsYear(tokens[0])
            && PostalKeyHouse.IsEnd(tokens[PostalKeyHouse.Read(tokens, country).Taken..], country));

    private static bool IsDetail(ReadOnlySpan<PostalToken> tokens, string country) => PostalKeyDetails.Starts(tokens, country)
        && (tokens.Length == 1
            || tokens[1].IsNumber
            || tokens[1].Text.Length <= 2
            || PostalKeyWords.Side(tokens[0].Text) is not null
            || PostalKeyWords.IsNumberSign(tokens[1].Text)
            || PostalKeyDetails.IsCareOf(tokens)
            || PostalKeyDetails.IsFloor(tokens));

    private static StreetLine? PostalBox(ReadOnlySpan<PostalToken> tokens)
    {
        var number = 0;
        while (number < tokens.Length && !tokens[number].IsNumber)
            number++;
        if (number is 0 or > 3 || tokens[number..].ContainsAnyLetters() || !IsPostalBox(tokens[..number]))
            return null;

        // The digits of a Postfach are written in pairs.
        var digits = tokens[0].Text == "POSTFACH"
            ? string.Concat(tokens[number..].ToArray().Select(t => t.Text))
            : PostalKeyDetails.Strict(tokens[number..]);
        return new StreetLine([], new(digits, "", tokens.Length), []) { IsPostalBox = true };
    }

    private static bool IsPostalBox(ReadOnlySpan<PostalToken> tokens)
    {
        var words = string.Concat(tokens.ToArray().Select(t => t.Text));
        return words == "BOITEPOSTALE" || PostalKeyWords.Unit(words) == PostalKeyWords.PostalBox;
    }

    private static bool ContainsAnyLetters(this ReadOnlySpan<PostalToken> tokens)
    {
        foreach (var token in tokens)
        {
            if (!token.IsNumber)
                return true;
        }

        return false;
    }

    public static PostalToken[] WithoutNumberSign(ReadOnlySpan<PostalToken> street) =>
        street.Length > 1 && PostalKeyWords.IsNumberSign(street[^1].Text) ? street[..^1].ToArray() : street.ToArray();
}
