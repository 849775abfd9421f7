using System.Collections.Frozen;
using System.Text;

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

    private static readonly (string Ending, string Written)[] Abbreviations =
        [("STWG", "STEENWEG"), ("STW", "STEENWEG"), ("LN", "LAAN"), ("PLN", "PLEIN"), ("PL", "PLEIN")];

    // The German-speaking municipalities: Eupen to Burg-Reuland.
    private const string GermanPostcodes = "47";

    public static bool IsStreet(ReadOnlySpan<PostalToken> tokens)
    {
        if (tokens.IsEmpty)
            return false;
        var last = tokens[^1];
        return EndsAsStreet(LastWord(last.Text, tokens.Length == 1, last.Dotted, ""))
            || (tokens.Length > 1 && (StartsWithType(tokens) || tokens[0].Text is "STEENWEG" or "STWG" or "STW" or "STWEG"));
    }

    /// <summary>Whether the tokens start as a French street does: "rue", "Grand-Place".</summary>
    public static bool StartsWithType(ReadOnlySpan<PostalToken> tokens) =>
        IsType(tokens[0].Text) || (tokens[0].Text is "GRAND" or "GRANDE" && tokens.Length > 1 && IsType(tokens[1].Text));

    /// <summary>Whether a French street may start with the word.</summary>
    public static bool IsType(string word) => FrenchTypes.ContainsKey(word);

    /// <summary>The name without spaces. A hyphen stays between numbers, and so does a stroke: 40-45 is neither 4045 nor 40/45.</summary>
    public static string Name(IReadOnlyList<PostalToken> tokens, string postcode)
    {
        var words = Words(tokens, postcode);
        var name = new StringBuilder();
        for (var i = 0; i < words.Count; i++)
        {
            if (i > 0)
                name.Append(Between(tokens[i - 1], tokens[i]));
            name.Append(words[i]);
        }

        return name.ToString();
    }

    /// <summary>What must stay between two words of a name without spaces.</summary>
    public static string Between(PostalToken last, PostalToken next) =>
        next.Before == '/' ? "--"
        : IsShort(last) && IsShort(next) && (next.Before == '-' || (last.IsNumber && next.IsNumber)) ? "-"
        : "";

    /// <summary>The words as written, but 2de, 2ème and 2nd as 2e.</summary>
    public static List<string> Plain(IReadOnlyList<PostalToken> tokens)
    {
        var words = new List<string>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            var isEnding = i > 0
                && tokens[i - 1].IsNumber
                && tokens[i] is { Adjacent: true, Text: "DE" or "STE" or "EME" or "IEME" or "ND" or "NDE" };
            words.Add(isEnding ? "E" : tokens[i].Text);
        }

        return words;
    }

    public static bool EndsAsStreet(string word)
    {
        foreach (var ending in Endings)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static bool IsShort(PostalToken token) => token.IsNumber || token.Text.Length == 1;

    private static List<string> Words(IReadOnlyList<PostalToken> tokens, string postcode)
    {
        var words = Plain(tokens);
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
        foreach (var (ending, written) in Abbreviations)
        {
            if (word.Length > ending.Length + 2 && word.EndsWith(ending, StringComparison.Ordinal))
                return word[..^ending.Length] + written;
        }

        return dotted && word.Length > 4 && word.EndsWith("DR", StringComparison.Ordinal) ? word[..^2] + "DREEF" : word;
    }
}
