using System.Globalization;

namespace OptOut.Identity.Postal;

/// <summary>
/// Finds the numbers that belong to the name of a street: "rue du 8 mai 1945", "2e Carabinierslaan", "Plein 1944 12", "Q7".
/// </summary>
internal static class PostalKeyNames
{
    /// <summary>Whether the number may be the year in a name such as Plein 1944.</summary>
    public static bool IsYear(PostalToken token) => token is { IsNumber: true, Text.Length: 4 } && Value(token) is >= 1780 and < 2030;

    /// <param name="line">The tokens of a line.</param>
    /// <param name="country">In Germany, a letter and a digit may be a block of houses (Q7 in Mannheim).</param>
    /// <param name="doubtful">Whether to include what may also be a house number: the 12 of "12e Kerkstraat".</param>
    /// <returns>For each token, whether it belongs to the name.</returns>
    public static bool[] Find(ReadOnlySpan<PostalToken> line, string country, bool doubtful)
    {
        var inName = new bool[line.Length];
        for (var i = 0; i < line.Length; i++)
        {
            if (!line[i].IsNumber || inName[i])
                continue;
            var isBlock = i == 1 && country == PostalAddress.Germany && line[0].Text.Length == 1 && line[1].Text.Length == 1;
            if (isBlock || (i > 0 && line[i].Adjacent && !PostalKeyWords.IsNumberSign(line[i - 1].Text)))
                inName[i] = true;
            else if (DateEnd(line, i) is var end and > 0 && (doubtful || i > 0))
                Array.Fill(inName, true, i, end - i);
            else if (IsOrdinal(line, i, doubtful))
                inName[i] = inName[i + 1] = true;
            else if (i > 0 && YearEnd(line, i) is var last and > 0)
                Array.Fill(inName, true, i, last - i);
        }

        return inName;
    }

    // "8 mai", "1er avril", "17. Juni", "8 mai 1945"; "8 mai 45" only if a house number follows.
    private static int DateEnd(ReadOnlySpan<PostalToken> line, int i)
    {
        if (line[i].Text.Length > 2)
            return 0;
        var month = i + 1;
        if (month < line.Length && line[month].Adjacent && PostalKeyWords.IsOrdinalEnding(line[month].Text))
            month++;
        if (month >= line.Length || !PostalKeyWords.IsMonth(line[month].Text))
            return 0;
        var year = month + 1;
        if (year >= line.Length || !line[year].IsNumber || line[year].Adjacent || line[year].Before == '/')
            return year;
        var isYear = IsYear(line[year]) || (line[year].Text is "14" or "18" or "40" or "44" or "45" && IsHouseNumber(line, year + 1));
        return isYear ? year + 1 : year;
    }

    // "2e Carabinierslaan", "3de straat", "2. Querstraße"; not "2e verdieping", and not house E in "2E rue Neuve".
    private static bool IsOrdinal(ReadOnlySpan<PostalToken> line, int i, bool doubtful)
    {
        if (i + 2 < line.Length && line[i + 1].Adjacent && PostalKeyWords.IsOrdinalEnding(line[i + 1].Text))
        {
            return (line[i + 1].Text != "E" || (doubtful && !PostalKeyStreet.StartsWithType(line[(i + 2)..])))
                && IsWordOfName(line[i + 2])
                && !PostalKeyDetails.IsFloor(line[i..]);
        }

        return doubtful && line[i].Dotted && i + 1 < line.Length && line[i + 1].Text.Length > 2 && IsWordOfName(line[i + 1]);
    }

    private static bool IsWordOfName(PostalToken token) => !token.IsNumber
        && token.Text.Length > 1
        && PostalKeyWords.Unit(token.Text) is null
        && PostalKeyWords.Side(token.Text) is null;

    // "Plein 1944 12", "Square 1940-1945 12": a year before a house number.
    private static int YearEnd(ReadOnlySpan<PostalToken> line, int i)
    {
        if (!IsYear(line[i]))
            return 0;
        var end = i + 1 < line.Length && line[i + 1].Before == '-' && IsYear(line[i + 1]) ? i + 2 : i + 1;
        return IsHouseNumber(line, end) ? end : 0;
    }

    private static bool IsHouseNumber(ReadOnlySpan<PostalToken> line, int i) => i < line.Length
        && !PostalKeyDetails.IsFloor(line[i..])
        && (line[i] is { IsNumber: true, Before: ' ' }
            || (i + 1 < line.Length && PostalKeyWords.IsNumberSign(line[i].Text) && line[i + 1].IsNumber));

    private static int Value(PostalToken token) => int.Parse(token.Text, CultureInfo.InvariantCulture);
}
