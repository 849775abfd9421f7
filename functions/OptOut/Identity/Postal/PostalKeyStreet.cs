using System.Collections.Frozen;

namespace OptOut.Identity.Postal;

/// <summary>
/// Normalises a street name: writes out abbreviations (bpost allows str., ln, pl., Burg., Gen. on long lines, and people use more), treats
/// Saint and Sint as the same word, and removes spaces and punctuation.
/// </summary>
internal static class PostalKeyStreet
{
    public const string PostalBox = "POSTBUS";

    private static readonly FrozenDictionary<string, string> FrenchTypes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["R"] = "RUE",
        ["RUE"] = "RUE",
        ["AV"] = "AVENUE",
        ["AVE"] = "AVENUE",
        ["AVENUE"] = "AVENUE",
        ["BD"] = "BOULEVARD",
        ["BLD"] = "BOULEVARD",
        ["BVD"] = "BOULEVARD",
        ["BLVD"] = "BOULEVARD",
        ["BOUL"] = "BOULEVARD",
        ["BOULEVARD"] = "BOULEVARD",
        ["CH"] = "CHAUSSEE",
        ["CHEE"] = "CHAUSSEE",
        ["CHAUSSEE"] = "CHAUSSEE",
        ["CHEM"] = "CHEMIN",
        ["CHEMIN"] = "CHEMIN",
        ["PL"] = "PLACE",
        ["PLACE"] = "PLACE",
        ["SQ"] = "SQUARE",
        ["SQUARE"] = "SQUARE",
        ["IMP"] = "IMPASSE",
        ["IMPASSE"] = "IMPASSE",
        ["RTE"] = "ROUTE",
        ["ROUTE"] = "ROUTE",
        ["ALL"] = "ALLEE",
        ["ALLEE"] = "ALLEE",
        ["QUAI"] = "QUAI",
        ["CLOS"] = "CLOS",
        ["RUELLE"] = "RUELLE",
        ["SENTIER"] = "SENTIER",
        ["VENELLE"] = "VENELLE",
        ["DREVE"] = "DREVE",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> LastWords = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["STR"] = "STRAAT",
        ["LN"] = "LAAN",
        ["PL"] = "PLEIN",
        ["PLN"] = "PLEIN",
        ["STWG"] = "STEENWEG",
        ["STW"] = "STEENWEG",
        ["STWEG"] = "STEENWEG",
        ["WG"] = "WEG",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // A title if a name follows. "Burg 12" is the square in Bruges.
    private static readonly FrozenDictionary<string, string> Titles = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ST"] = "SINT",
        ["SAINT"] = "SINT",
        ["SANKT"] = "SINT",
        ["STE"] = "SINTE",
        ["SAINTE"] = "SINTE",
        ["DR"] = "DOKTER",
        ["DOCTEUR"] = "DOKTER",
        ["DOKTOR"] = "DOKTER",
        ["DOCTOR"] = "DOKTER",
        ["PROF"] = "PROFESSOR",
        ["PROFESSEUR"] = "PROFESSOR",
        ["BURG"] = "BURGEMEESTER",
        ["BURGM"] = "BURGEMEESTER",
        ["BGM"] = "BURGEMEESTER",
        ["BURGEM"] = "BURGEMEESTER",
        ["GEN"] = "GENERAAL",
        ["GENERAL"] = "GENERAAL",
        ["MGR"] = "MONSEIGNEUR",
        ["KAN"] = "KANUNNIK",
        ["PRES"] = "PRESIDENT",
        ["COL"] = "KOLONEL",
        ["COLONEL"] = "KOLONEL",
        ["KOL"] = "KOLONEL",
        ["KAPT"] = "KAPITEIN",
        ["LT"] = "LUITENANT",
        ["LIEUTENANT"] = "LUITENANT",
        ["CDT"] = "COMMANDANT",
        ["OLV"] = "ONZELIEVEVROUW",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly string[] Endings =
        [
            "STRAAT", "STRASSE", "LAAN", "STEENWEG", "WEG", "PLEIN", "PLATZ", "DREEF", "KAAI", "KADE", "LEI", "BAAN",
            "VEST", "MARKT", "HOF", "PAD", "GRACHT", "SINGEL", "DIJK", "ALLEE", "STEEG", "PARK",
        ];

    // The German-speaking municipalities: Eupen to Burg-Reuland.
    private const string GermanPostcodes = "47";

    public static bool IsStreet(IReadOnlyList<PostalToken> tokens)
    {
        var words = Words(tokens, "");
        return words.Count > 0
            && (EndsAsStreet(words[^1]) || (words.Count > 1 && (FrenchTypes.ContainsKey(words[0]) || words[0] is "STEENWEG")));
    }

    public static string Name(IReadOnlyList<PostalToken> tokens, string postcode) => string.Concat(Words(tokens, postcode));

    private static List<string> Words(IReadOnlyList<PostalToken> tokens, string postcode)
    {
        var words = tokens.Select(t => t.Text).ToList();
        if (words.Count == 0)
            return words;
        words[^1] = LastWord(words[^1], words.Count == 1, tokens[^1].Dotted, postcode);
        for (var i = 0; i + 1 < words.Count; i++)
        {
            if (words[i] is "STWG" or "STW" or "STWEG")
                words[i] = "STEENWEG";
            else if (Titles.TryGetValue(words[i], out var title) && !Endings.Contains(words[i + 1], StringComparer.Ordinal))
                words[i] = title;
        }

        // In "R. Neuve" the R is rue; in "R. Dansaertstraat" it is an initial.
        if (words.Count > 1 && FrenchTypes.TryGetValue(words[0], out var type) && !EndsAsStreet(words[^1]))
            words[0] = type;
        return words;
    }

    private static string LastWord(string word, bool only, bool dotted, string postcode)
    {
        var street = postcode.StartsWith(GermanPostcodes, StringComparison.Ordinal) ? "STRASSE" : "STRAAT";
        if (word == "STR")
            return street;
        if (!only && LastWords.TryGetValue(word, out var whole))
            return whole;
        if (word.Length > 4 && word.EndsWith("STR", StringComparison.Ordinal))
            return word[..^3] + street;
        foreach (var (ending, written) in ((string, string)[])
        [
            ("STWG", "STEENWEG"),
            ("STW", "STEENWEG"),
            ("LN", "LAAN"),
            ("PLN", "PLEIN"),
            ("PL", "PLEIN"),
        ])
        {
            if (word.Length > ending.Length + 2 && word.EndsWith(ending, StringComparison.Ordinal))
                return word[..^ending.Length] + written;
        }

        return dotted && word.Length > 4 && word.EndsWith("DR", StringComparison.Ordinal) ? word[..^2] + "DREEF" : word;
    }

    private static bool EndsAsStreet(string word) => Array.Exists(Endings, e => word.EndsWith(e, StringComparison.Ordinal));
}
