using System.Collections.Frozen;

namespace OptOut.Identity.Postal;

/// <summary>
/// A line of an address, and what it can be: a house number alone, a detail ("Bus 3", "2e étage", "c/o Peeters"), or text, which is a name
/// or a street with or without its number.
/// </summary>
internal sealed class PostalKeyLine
{
    // Provinces and parts of the world that people write below the town.
    private static readonly FrozenSet<string> Regions = FrozenSet.ToFrozenSet(
        [
            "OOSTVLAANDEREN", "WESTVLAANDEREN", "ANTWERPEN", "LIMBURG", "VLAAMSBRABANT", "BRABANTWALLON", "WAALSBRABANT", "HAINAUT",
            "HENEGOUWEN", "LIEGE", "LUIK", "NAMUR", "NAMEN", "VLAANDEREN", "WALLONIE", "EUROPE", "EUROPA", "BENELUX",
        ],
        StringComparer.Ordinal);

    private readonly AddressLine _line;
    private readonly bool[] _inName;

    public PostalKeyLine(AddressLine line, string country, bool doubtful)
    {
        _line = line;
        _inName = PostalKeyNames.Find(line.Tokens, country, doubtful);
        IsHouse = IsHouseNumber(country);
        IsText = !IsHouse && !IsDetail(country);
        if (IsText)
            ReadAsText(country);
        IsStreet = IsText && PostalKeyStreet.IsStreet(Own?.Street ?? line.Tokens);
    }

    public PostalToken[] Tokens => _line.Tokens;

    public bool AfterTown => _line.AfterTown;

    public bool MayBeTown => _line.MayBeTown;

    public bool IsHouse { get; }

    public bool IsText { get; }

    /// <summary>Whether the line has a word such as straat or rue.</summary>
    public bool IsStreet { get; }

    /// <summary>The street and the house number that the line has itself; null if it lacks either.</summary>
    public StreetLine? Own { get; private set; }

    /// <summary>Whether its number may be a year in its name: "Plein 1944".</summary>
    public bool OwnMayBeYear => Own is { House: { Taken: 1, Box: "" }, Parts: [] } && PostalKeyNames.IsYear(Tokens[^1]);

    /// <summary>Whether a number in a line of its own is the house number all the same.</summary>
    public bool TakesNumber => Own is null or { MayBeUnit: true } || OwnMayBeYear;

    public bool IsCompany => Array.Exists(Tokens, static t => PostalKeyWords.IsCompany(t.Text));

    public bool IsRegion => Regions.Contains(string.Concat(Tokens.Select(t => t.Text)));

    /// <summary>
    /// Whether it can be left out as the name of a person, a house or, also with a number, a company: "Kruidtuin 2000 NV".
    /// </summary>
    public bool MayBeName
    {
        get
        {
            if (!IsText
                || Array.TrueForAll(Tokens, static t => t.Text.Length <= 2)
                || Tokens[^1] is { Text.Length: 1, Dotted: false }
                || Array.Exists(Tokens, static t => PostalKeyWords.TellsApart(t.Text)))
            {
                return false;
            }

            var endsAsCompany = Tokens.Length > 2 && !Tokens[0].IsNumber && PostalKeyWords.IsCompany(Tokens[^1].Text);
            return endsAsCompany || !Array.Exists(Tokens, static t => t.IsNumber);
        }
    }

    public void ReadAsText(string country)
    {
        // The Dutch never write the number before the street.
        if (!IsHouse || country != PostalAddress.Netherlands)
            Own = PostalKeyStreetLine.Read(Tokens, _inName, country);
    }

    /// <summary>How much it looks like the street line; 0 if it cannot be.</summary>
    /// <param name="hasHouse">Whether a house number stands in a line of its own.</param>
    public int Score(bool hasHouse)
    {
        if (!IsText && Own is null)
            return 0;
        if (MayBeTown)
            return Own is not null || hasHouse ? 1 : 0;
        if (Own is null)
            return !hasHouse ? 0 : IsStreet ? 5 : 2;
        return Own.IsPostalBox ? 4 : Own.IsStreet ? 6 : IsCompany ? 1 : 3;
    }

    /// <summary>The street of this line with the house number of another.</summary>
    public StreetLine With(PostalKeyLine number, string country)
    {
        var tokens = number.Tokens.AsSpan(PostalKeyWords.IsNumberSign(number.Tokens[0].Text) ? 1 : 0);
        var house = PostalKeyHouse.Read(tokens, country);
        var parts = new List<PostalPart>();
        PostalKeyDetails.Read(tokens[house.Taken..], country, PostalKeyDetails.After, parts);
        return IsHouse ? new StreetLine([], house, parts) : PostalKeyStreetLine.WithNumber(Tokens, _inName, house, parts, country);
    }

    private bool IsHouseNumber(string country)
    {
        var start = Tokens.Length > 1 && PostalKeyWords.IsNumberSign(Tokens[0].Text) ? 1 : 0;
        if (!Tokens[start].IsNumber || _inName[start] || PostalKeyDetails.IsFloor(Tokens.AsSpan(start)))
            return false;
        var house = PostalKeyHouse.Read(Tokens.AsSpan(start), country);
        return PostalKeyDetails.Read(Tokens.AsSpan(start + house.Taken), country, PostalKeyDetails.After, []);
    }

    private bool IsDetail(string country)
    {
        var first = Tokens[0];
        if (Tokens.Length == 1 && first.Text.Length <= 2)
            return true;
        if (PostalKeyDetails.IsCareOf(Tokens) || PostalKeyDetails.IsFloor(Tokens))
            return true;
        if (PostalKeyWords.Side(first.Text) is not null || PostalKeyWords.Ordinal(first.Text) is not null)
            return PostalKeyDetails.Read(Tokens, country, PostalKeyDetails.After, []);
        if (!PostalKeyDetails.Starts(Tokens, country) || PostalKeyWords.Unit(first.Text) == PostalKeyWords.PostalBox)
            return false;
        return Tokens.Length == 1
            || PostalKeyWords.Unit(first.Text) == PostalKeyWords.Residence
            || Tokens[1].IsNumber
            || (Tokens[1].Text.Length <= 2 && !PostalKeyWords.IsArticle(Tokens, 1))
            || PostalKeyWords.IsNumberSign(Tokens[1].Text)
            || (Tokens.Length == 2 && PostalKeyWords.Side(Tokens[1].Text) is not null);
    }
}
