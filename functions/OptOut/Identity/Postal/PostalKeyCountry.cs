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
        ["HOLLANDE"] = "NL",
        ["DEUTSCHLAND"] = "DE",
        ["BUNDESREPUBLIKDEUTSCHLAND"] = "DE",
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
        ["LETZEBUERG"] = "LU",
        ["GROOTHERTOGDOMLUXEMBURG"] = "LU",
        ["GROSSHERZOGTUMLUXEMBURG"] = "LU",
        ["GRANDDUCHYOFLUXEMBOURG"] = "LU",
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
        return TakeLastLine(lines) ?? TakeLastWords(lines[^1]) ?? TakeLine(lines) ?? TakePrefix(lines);
    }

    // "9000 Gent", "België", "bus 3".
    private static string? TakeLine(List<List<PostalToken>> lines)
    {
        for (var i = lines.Count - 2; i > 0; i--)
        {
            if (lines[i].Count > 2 || !Names.TryGetValue(string.Concat(lines[i].Select(t => t.Text)), out var country))
                continue;
            lines.RemoveAt(i);
            _ = TakePrefix(lines);
            return country;
        }

        return null;
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

    // Not in "12 rue de France".
    private static string? TakeLastWords(List<PostalToken> line)
    {
        for (var words = 2; words >= 1; words--)
        {
            if (line.Count > words
                && Names.TryGetValue(string.Concat(line[^words..].Select(t => t.Text)), out var country)
                && !PostalKeyWords.IsArticle([line[^(words + 1)]], 0)
                && !PostalKeyStreet.IsType(line[^(words + 1)].Text))
            {
                line.RemoveRange(line.Count - words, words);
                _ = TakePrefix([line]);
                return country;
            }
        }

        return TakeLastCode(line);
    }

    // "10115 Berlin DE": two letters after a postcode and a town.
    private static string? TakeLastCode(List<PostalToken> line)
    {
        if (line.Count < 3
            || line[^1].Text is not ("BE" or "NL" or "LU" or "FR" or "DE")
            || line[^2].IsNumber
            || PostalKeyWords.IsArticle([line[^2]], 0))
        {
            return null;
        }

        var code = line.FindLastIndex(t => t.IsNumber);
        if (code < 0 || line[code].Text.Length is < 4 or > 5 || line[code].Adjacent)
            return null;
        var country = Lines[line[^1].Text];
        line.RemoveAt(line.Count - 1);
        _ = TakePrefix([line]);
        return country;
    }

    // With a hyphen, or at the start of a line, anywhere else only "BE 9000" and "NL 1017": in "12 B 9000 Gent" the B belongs to the house
    // number, and in "rue de 1234" the DE to the street.
    private static string? TakePrefix(List<List<PostalToken>> lines)
    {
        foreach (var line in lines)
        {
            for (var i = 0; i + 1 < line.Count; i++)
            {
                var (word, number) = (line[i], line[i + 1]);
                if (word.Adjacent
                    || !number.IsNumber
                    || !Prefixes.TryGetValue(word.Text, out var country)
                    || number.Text.Length != (country is PostalAddress.Germany or PostalAddress.France ? 5 : 4))
                {
                    continue;
                }

                if (number.Before != '-'
                    && !((i == 0 || (word.Text.Length == 2 && country is PostalAddress.Belgium or PostalAddress.Netherlands))
                        && number.Before != '/'))
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
