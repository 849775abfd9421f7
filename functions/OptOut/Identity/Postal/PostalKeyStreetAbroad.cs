using System.Collections.Frozen;
using System.Text;

namespace OptOut.Identity.Postal;

/// <summary>
/// The words of a street or town in Germany, France and Luxembourg, with the abbreviations written out that mean one thing.
/// </summary>
internal static class PostalKeyStreetAbroad
{
    private static readonly FrozenDictionary<string, string> FrenchTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["R"] = "RUE",
        ["AV"] = "AVENUE",
        ["AVE"] = "AVENUE",
        ["BD"] = "BOULEVARD",
        ["BLD"] = "BOULEVARD",
        ["BVD"] = "BOULEVARD",
        ["BLVD"] = "BOULEVARD",
        ["BOUL"] = "BOULEVARD",
        ["PL"] = "PLACE",
        ["IMP"] = "IMPASSE",
        ["CHE"] = "CHEMIN",
        ["CHEM"] = "CHEMIN",
        ["CHM"] = "CHEMIN",
        ["ALL"] = "ALLEE",
        ["RTE"] = "ROUTE",
        ["SQ"] = "SQUARE",
        ["CRS"] = "COURS",
        ["FG"] = "FAUBOURG",
        ["FBG"] = "FAUBOURG",
        ["PASS"] = "PASSAGE",
        ["LOT"] = "LOTISSEMENT",
        ["HAM"] = "HAMEAU",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> FrenchWords = FrozenSet.ToFrozenSet(
        [
            .. FrenchTypes.Values, "QUAI", "CLOS", "RUELLE", "SENTIER", "VENELLE", "VILLA", "ESPLANADE", "PROMENADE", "TRAVERSE", "MONTEE",
            "RESIDENCE", "ROND", "PARVIS", "CITE",
        ],
        StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> FrenchTitles = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ST"] = "SAINT",
        ["STE"] = "SAINTE",
        ["DR"] = "DOCTEUR",
        ["GAL"] = "GENERAL",
        ["GEN"] = "GENERAL",
        ["MAL"] = "MARECHAL",
        ["CDT"] = "COMMANDANT",
        ["COL"] = "COLONEL",
        ["PROF"] = "PROFESSEUR",
        ["PRES"] = "PRESIDENT",
        ["MGR"] = "MONSEIGNEUR",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> GermanTitles = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ST"] = "SANKT",
        ["DR"] = "DOKTOR",
        ["PROF"] = "PROFESSOR",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] GermanEndings =
        ["STRASSE", "STR", "PLATZ", "WEG", "GASSE", "ALLEE", "RING", "DAMM", "UFER", "MARKT", "STEIG", "CHAUSSEE", "GRABEN"];

    /// <summary>Whether the street can only be French: it starts with rue, avenue or place.</summary>
    public static bool IsFrench(ReadOnlySpan<PostalToken> street) => street.Length > 1
        && (FrenchWords.Contains(street[0].Text)
            || FrenchTypes.ContainsKey(street[0].Text)
            || (street[0].Text, street[1].Text) is ("GRAND" or "GRANDE", "RUE"))
        && !IsGerman(street);

    /// <summary>Whether the street is German: it ends in Straße, Platz or Weg, or starts as "Straße des" or "Am".</summary>
    public static bool IsGerman(ReadOnlySpan<PostalToken> street)
    {
        if (street.IsEmpty)
            return false;
        foreach (var ending in GermanEndings)
        {
            if (street[^1].Text.EndsWith(ending, StringComparison.Ordinal))
                return true;
        }

        return IsBlock(street)
            || street[^1] is { Text: "PL", Dotted: true }
            || (street[^1].Dotted && street[^1].Text.Length > 4 && street[^1].Text.EndsWith("PL", StringComparison.Ordinal))
            || (street.Length > 1
                && street[0].Text is "STRASSE" or "STR" or "PLATZ" or "AM" or "AUF" or "ZUM" or "ZUR" or "UNTER" or "HINTER");
    }

    // Q7 in Mannheim.
    private static bool IsBlock(ReadOnlySpan<PostalToken> street) =>
        street is [{ Text.Length: 1, IsNumber: false }, { Text.Length: 1, IsNumber: true }];

    /// <summary>The words of a street: one word in Germany, where Berliner Straße and Berlinerstraße are one street.</summary>
    public static string Street(PostalToken[] street, string country)
    {
        if (street.Length == 0)
            return "";
        var words = PostalKeyStreet.Plain(street);
        if (country == PostalAddress.Germany)
            return German(words, street);
        if (words.Count > 1 && FrenchTypes.TryGetValue(words[0], out var type))
            words[0] = type;
        if (words is ["CH", _, ..] && street[0].Dotted)
            words[0] = "CHEMIN";
        if (words is ["GRANDRUE"])
            words = ["GRAND", "RUE"];
        return Spaced(words, street, FrenchTitles);
    }

    /// <summary>The words of a town, with a space between them.</summary>
    public static string Town(PostalToken[] town, string country)
    {
        if (town is [{ Text: "LUXEMBURG" or "LETZEBUERG" }] && country == PostalAddress.Luxembourg)
            return "LUXEMBOURG";
        var german = country == PostalAddress.Germany;
        var text = Spaced(PostalKeyStreet.Plain(town), town, german ? GermanTitles : FrenchTitles);
        return german ? WithoutUmlauts(text) : text;
    }

    private static string German(List<string> words, PostalToken[] street)
    {
        for (var i = 0; i + 1 < words.Count; i++)
        {
            if (words[i + 1] is not ("STR" or "STRASSE") && GermanTitles.TryGetValue(words[i], out var title))
                words[i] = title;
        }

        if (words[0] == "STR")
            words[0] = "STRASSE";
        var (last, dotted) = (words[^1], street[^1].Dotted);
        words[^1] = last switch
        {
            _ when last.EndsWith("STR", StringComparison.Ordinal) => last + "ASSE",
            "PL" when words.Count > 1 => "PLATZ",
            "WG" when words.Count > 1 => "WEG",
            _ when dotted && last.Length > 4 && last.EndsWith("PL", StringComparison.Ordinal) => last + "ATZ",
            _ => last,
        };
        var joined = new StringBuilder();
        for (var i = 0; i < words.Count; i++)
        {
            if (i > 0)
                joined.Append(PostalKeyStreet.Between(street[i - 1], street[i]));
            joined.Append(words[i]);
        }

        return WithoutUmlauts(joined.ToString());
    }

    private static string Spaced(List<string> words, PostalToken[] tokens, FrozenDictionary<string, string> titles)
    {
        var text = new StringBuilder();
        for (var i = 0; i < words.Count; i++)
        {
            if (i > 0)
                text.Append(Space(tokens, i));
            text.Append(i + 1 < words.Count && titles.TryGetValue(words[i], out var title) ? title : words[i]);
        }

        return text.ToString();
    }

    private static string Space(PostalToken[] tokens, int i)
    {
        if (i >= tokens.Length)
            return " "; // Grandrue was made two words.
        var between = tokens[i].Before == ' ' ? "" : PostalKeyStreet.Between(tokens[i - 1], tokens[i]);
        return between.Length > 1 ? "/" : between.Length > 0 ? between : tokens[i].Adjacent ? "" : " ";
    }

    // Mueller and Müller are one name. After a vowel the E is a letter of its own: Bauer, Neue.
    private static string WithoutUmlauts(string text)
    {
        if (!text.Contains('E', StringComparison.Ordinal))
            return text;
        var without = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var isUmlaut = text[i] == 'E'
                && i > 0
                && text[i - 1] is 'A' or 'O' or 'U'
                && (i == 1 || text[i - 2] is not ('A' or 'E' or 'I' or 'O' or 'U' or 'Q'));
            if (!isUmlaut)
                without.Append(text[i]);
        }

        return without.ToString();
    }
}
