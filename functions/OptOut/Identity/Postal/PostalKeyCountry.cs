namespace OptOut.Identity.Postal;

/// <summary>Finds the country that an address names: as its last words, its last line, or a prefix to the postcode (B-9000).</summary>
internal static class PostalKeyCountry
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["BELGIE"] = "BE",
        ["BELGIQUE"] = "BE",
        ["BELGIEN"] = "BE",
        ["BELGIUM"] = "BE",
        ["NEDERLAND"] = "NL",
        ["NETHERLANDS"] = "NL",
        ["THENETHERLANDS"] = "NL",
        ["PAYSBAS"] = "NL",
        ["NIEDERLANDE"] = "NL",
        ["HOLLAND"] = "NL",
        ["FRANCE"] = "FR",
        ["FRANKRIJK"] = "FR",
        ["FRANKREICH"] = "FR",
        ["DEUTSCHLAND"] = "DE",
        ["DUITSLAND"] = "DE",
        ["ALLEMAGNE"] = "DE",
        ["GERMANY"] = "DE",
        ["SUISSE"] = "CH",
        ["ZWITSERLAND"] = "CH",
        ["SCHWEIZ"] = "CH",
        ["SWITZERLAND"] = "CH",
        ["OSTERREICH"] = "AT",
        ["OOSTENRIJK"] = "AT",
        ["AUTRICHE"] = "AT",
        ["AUSTRIA"] = "AT",
        ["DANMARK"] = "DK",
        ["DENEMARKEN"] = "DK",
        ["DANEMARK"] = "DK",
        ["DENMARK"] = "DK",
        ["UNITEDKINGDOM"] = "GB",
        ["VERENIGDKONINKRIJK"] = "GB",
        ["ROYAUMEUNI"] = "GB",
        ["ITALIA"] = "IT",
        ["ITALIE"] = "IT",
        ["ITALY"] = "IT",
        ["ESPANA"] = "ES",
        ["SPANJE"] = "ES",
        ["ESPAGNE"] = "ES",
        ["SPAIN"] = "ES",
    };

    // Only on a line of their own: Luxembourg is also a town and a province, and two letters may mean anything.
    private static readonly Dictionary<string, string> Lines = new(StringComparer.Ordinal)
    {
        ["LUXEMBOURG"] = "LU",
        ["LUXEMBURG"] = "LU",
        ["GRANDDUCHEDELUXEMBOURG"] = "LU",
        ["BE"] = "BE",
        ["NL"] = "NL",
        ["LU"] = "LU",
        ["FR"] = "FR",
        ["DE"] = "DE",
        ["CH"] = "CH",
        ["AT"] = "AT",
        ["DK"] = "DK",
        ["GB"] = "GB",
        ["UK"] = "GB",
    };

    private static readonly Dictionary<string, string> Prefixes = new(StringComparer.Ordinal)
    {
        ["B"] = "BE",
        ["BE"] = "BE",
        ["NL"] = "NL",
        ["L"] = "LU",
        ["LU"] = "LU",
        ["LUX"] = "LU",
        ["F"] = "FR",
        ["FR"] = "FR",
        ["D"] = "DE",
        ["DE"] = "DE",
        ["CH"] = "CH",
        ["A"] = "AT",
        ["AT"] = "AT",
        ["DK"] = "DK",
    };

    /// <summary>Removes the country from the lines.</summary>
    /// <returns>ISO 3166-1 alpha-2; null if no country is named.</returns>
    public static string? Take(List<List<PostalToken>> lines)
    {
        if (lines.Count == 0)
            return null;
        return TakeLastLine(lines) ?? TakeLastWords(lines[^1]) ?? TakePrefix(lines);
    }

    private static string? TakeLastLine(List<List<PostalToken>> lines)
    {
        var last = string.Concat(lines[^1].Select(t => t.Text));
        if (lines.Count < 2 || !(Names.TryGetValue(last, out var country) || Lines.TryGetValue(last, out country)))
            return null;
        lines.RemoveAt(lines.Count - 1);
        _ = TakePrefix(lines);
        return country;
    }

    private static string? TakeLastWords(List<PostalToken> line)
    {
        for (var words = 2; words >= 1; words--)
        {
            if (line.Count > words && Names.TryGetValue(string.Concat(line[^words..].Select(t => t.Text)), out var country))
            {
                line.RemoveRange(line.Count - words, words);
                _ = TakePrefix([line]);
                return country;
            }
        }

        return null;
    }

    // With a hyphen, anywhere in a line. "BE 9000" and "NL 1017" also without one, but "B 9000" only at the start of a line: in "12 B 9000
    // Gent" the B belongs to the house number.
    private static string? TakePrefix(List<List<PostalToken>> lines)
    {
        foreach (var line in lines)
        {
            for (var i = 0; i + 1 < line.Count; i++)
            {
                var (word, number) = (line[i], line[i + 1]);
                if (word.Adjacent
                    || !number.IsNumber
                    || number.Text.Length is < 4 or > 5
                    || !Prefixes.TryGetValue(word.Text, out var country))
                {
                    continue;
                }

                if (number.Before != '-'
                    && !((i == 0 || word.Text.Length == 2)
                        && number.Before != '/'
                        && country is PostalAddress.Belgium or PostalAddress.Netherlands))
                {
                    continue;
                }

                line.RemoveAt(i);
                line[i] = line[i] with { Before = ' ' };
                return country;
            }
        }

        return null;
    }
}
