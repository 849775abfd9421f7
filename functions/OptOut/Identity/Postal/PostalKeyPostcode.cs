using System.Collections.Frozen;

namespace OptOut.Identity.Postal;

/// <param name="Country">Empty if the code may be of several countries, as five digits are.</param>
/// <param name="Line">Index of the line.</param>
/// <param name="From">Index of its first token.</param>
/// <param name="To">Index after its last token.</param>
/// <param name="Certainty">0 if it may be a house number; 1 if only the stated country confirms it; 2 if a town follows; 3 if it also
/// starts a line.</param>
internal readonly record struct PostcodePlace(string Country, string Code, int Line, int From, int To, int Certainty)
{
    public bool Certain => Certainty > 0;
}

/// <summary>
/// Finds the postcode: four digits in Belgium and Luxembourg, four digits and two letters in the Netherlands, five digits in Germany and
/// France. The last one followed by a town wins, so that a four-digit house number is not taken for a postcode.
/// </summary>
internal static class PostalKeyPostcode
{
    // "8660 De Panne" is not the Dutch postcode 8660 DE.
    private static readonly FrozenSet<string> BelgianTowns = FrozenSet.ToFrozenSet(
        [
            "DE PANNE", "DE PINTE", "DE HAAN", "DE KLINGE", "DE MOEREN", "LA LOUVIERE", "LA HULPE", "LA BOUVERIE",
            "LA ROCHE", "LA BRUYERE", "LA CALAMINE", "LA GLEIZE",
            "LA REID", "LA HESTRE", "LE ROEULX", "LE BIZET", "LE ROUX", "LE MESNIL", "ST NIKLAAS", "ST NICOLAS",
            "ST TRUIDEN", "ST TROND", "ST GILLIS", "ST GILLES", "ST VITH", "ST HUBERT",
            "ST PIETERS", "ST KATELIJNE", "ST KATHELIJNE", "ST LAUREINS", "ST MARTENS", "ST GENESIUS", "ST KWINTENS",
            "ST LIEVENS", "ST DENIJS", "ST ELOOIS", "ST JANS", "ST JOB", "ST KRUIS",
            "ST LAMBRECHTS", "ST LENAARTS", "ST MARIA", "ST MICHIELS", "ST PAUWELS", "ST STEVENS", "ST ULRIKS",
            "ST AGATHA", "ST ANDRIES", "ST AMANDS", "ST AMAND", "ST AMANDSBERG", "ST JOOST", "ST JOSSE",
            "ST BLAISE", "ST DENIS", "ST GEORGES", "ST GERARD", "ST GERMAIN", "ST GHISLAIN", "ST LEGER", "ST MARC",
            "ST MEDARD", "ST PAUL", "ST PIERRE", "ST REMY", "ST SAUVEUR", "ST SEVERIN",
            "ST SYMPHORIEN", "ST VAAST", "ST VINCENT", "ST AUBIN", "ST RIJKERS", "ST JORIS", "ST IDESBALD", "ST MARIE",
            "ST ANNA", "ST JEAN",
        ],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> BelgianTownsOfTwoLetters = FrozenSet.ToFrozenSet(
        ["3665 AS", "4190 MY", "6900 ON", "6990 NY"], StringComparer.Ordinal);

    // Towns of Luxembourg that are not in Belgium: without a country, four digits are a Belgian postcode.
    private static readonly FrozenSet<string> LuxembourgTowns = FrozenSet.ToFrozenSet(
        [
            "LUXEMBOURG", "LUXEMBURG", "LETZEBUERG", "ESCHSURALZETTE", "DIFFERDANGE", "DUDELANGE", "ETTELBRUCK", "DIEKIRCH", "WILTZ",
            "ECHTERNACH", "GREVENMACHER", "REMICH", "VIANDEN", "CLERVAUX", "MERSCH", "MAMER", "BERTRANGE", "BETTEMBOURG", "STRASSEN",
            "HESPERANGE", "PETANGE", "SCHIFFLANGE",
        ],
        StringComparer.Ordinal);

    /// <param name="stated">The country that the address names; null if it names none.</param>
    public static PostcodePlace? Find(List<List<PostalToken>> lines, string? stated)
    {
        PostcodePlace? best = null;
        for (var line = 0; line < lines.Count; line++)
        {
            for (var i = 0; i < lines[line].Count; i++)
            {
                if (At(lines[line], line, i, stated) is { } found && (best is null || found.Certainty >= best.Value.Certainty))
                    best = found;
            }
        }

        return best;
    }

    private static PostcodePlace? At(List<PostalToken> tokens, int line, int i, string? stated)
    {
        var token = tokens[i];
        if (!token.IsNumber || token.Text.Length is < 4 or > 5 || (i > 0 && token.Adjacent) || token.Before == '/')
            return null;
        var next = i + 1 < tokens.Count ? tokens[i + 1] : default;
        if (stated is null or PostalAddress.Netherlands
            && token.Text.Length == 4
            && token.Text[0] != '0'
            && next.Text is [>= 'A' and <= 'Z', >= 'A' and <= 'Z']
            && next.Before is '\0' or ' '
            && IsDutch(tokens, i, stated))
        {
            return new(PostalAddress.Netherlands, token.Text + next.Text, line, i, i + 2, Certainty: 3);
        }

        if (stated == PostalAddress.Netherlands
            || next.Text is not null
                && (next.IsNumber
                    || next.Adjacent
                    || next is { Text.Length: 1, Dotted: false }
                    || PostalKeyWords.Unit(next.Text) is PostalKeyWords.Box or PostalKeyWords.Flat)
            || Country(tokens, i, stated) is not { } country)
        {
            return null;
        }

        var hasTown = next.Text is not null
            && !PostalKeyStreet.IsType(next.Text)
            && !(i > 0 && PostalKeyWords.IsMonth(tokens[i - 1].Text));
        var certainty = hasTown ? (i == 0 ? 3 : 2) : stated is null ? 0 : 1;
        return new(country, token.Text, line, i, i + 1, certainty);
    }

    private static string? Country(List<PostalToken> tokens, int i, string? stated) => (tokens[i].Text.Length, stated) switch
    {
        (4, _) when tokens[i].Text[0] == '0' => null,
        (4, null) => IsLuxembourg(tokens, i + 1) ? PostalAddress.Luxembourg : PostalAddress.Belgium,
        (4, PostalAddress.Belgium or PostalAddress.Luxembourg) => stated,
        (5, null) => "",
        (5, PostalAddress.Germany or PostalAddress.France) => stated,
        _ => null,
    };

    private static bool IsLuxembourg(List<PostalToken> tokens, int town) => (tokens.Count - town) switch
    {
        1 => LuxembourgTowns.Contains(tokens[town].Text),
        3 => tokens[town + 1].Text == "SUR" && LuxembourgTowns.Contains(string.Concat(tokens[town..].Select(t => t.Text))),
        _ => false,
    };

    private static bool IsDutch(List<PostalToken> tokens, int i, string? stated)
    {
        var (digits, letters) = (tokens[i].Text, tokens[i + 1]);
        if (stated is not null || letters.Adjacent)
            return true;
        var after = i + 2 < tokens.Count ? tokens[i + 2] : default;
        if (letters.Dotted
            || (after.Text is not null && (after.Before is '-' or '/' || after.Adjacent))
            || BelgianTownsOfTwoLetters.Contains($"{digits} {letters.Text}"))
        {
            return false;
        }

        return after.Text is null || !BelgianTowns.Contains($"{letters.Text} {after.Text}");
    }
}
