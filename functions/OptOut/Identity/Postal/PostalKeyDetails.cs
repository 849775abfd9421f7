using System.Text;

namespace OptOut.Identity.Postal;

/// <summary>One thing that tells letterboxes of a house number apart, as in bus 3, blok A or 2nd floor.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">Which one; empty for a side of the house.</param>
internal readonly record struct PostalPart(string Label, string Value)
{
    public override string ToString() => Label + Value;
}

/// <summary>Reads what is written beside street and house number. Nothing is left out: words that nobody knows are a part too.</summary>
internal static class PostalKeyDetails
{
    /// <summary>The labels of words that are not understood, after and before the street.</summary>
    public const string After = "NR", Before = "PRE";

    /// <param name="tokens">The tokens of a line, or of a part of one.</param>
    /// <param name="country">In Belgium, a B before a number is a bus.</param>
    /// <param name="unknown">The label of what is not understood.</param>
    /// <param name="parts">Receives the parts, in the order in which they are written.</param>
    /// <returns>Whether everything was understood.</returns>
    public static bool Read(ReadOnlySpan<PostalToken> tokens, string country, string unknown, List<PostalPart> parts)
    {
        var understood = true;
        for (var i = 0; i < tokens.Length;)
        {
            var rest = tokens[i..];
            if (IsCareOf(rest))
            {
                parts.Add(new("CO", Strict(rest[(rest[0].Text.Length == 1 ? 2 : 1)..])));
                return understood;
            }

            if (Known(rest, country) is var (part, taken))
            {
                parts.Add(part);
                i += taken;
                continue;
            }

            var end = i + 1;
            while (end < tokens.Length && !Starts(tokens[end..], country))
                end++;
            parts.Add(new(unknown, Strict(tokens[i..end])));
            i = end;
            understood = false;
        }

        return understood;
    }

    /// <summary>Whether the tokens start with something that is understood: a unit, a floor, a side, or "c/o".</summary>
    public static bool Starts(ReadOnlySpan<PostalToken> tokens, string country) =>
        PostalKeyWords.Unit(tokens[0].Text) is not null
        || PostalKeyWords.Side(tokens[0].Text) is not null
        || IsFloor(tokens)
        || IsBelgianBox(tokens, country)
        || IsCareOf(tokens);

    /// <summary>Whether the tokens start with a counted floor: "2e étage", "3. OG".</summary>
    public static bool IsFloor(ReadOnlySpan<PostalToken> tokens) => CountedFloor(tokens) is not null;

    /// <summary>How many tokens of a counted floor the tokens start with.</summary>
    public static int FloorLength(ReadOnlySpan<PostalToken> tokens) => CountedFloor(tokens)?.Taken ?? 0;

    /// <summary>Whether the tokens are "c/o" or a word for it: the letterbox bears the name that follows.</summary>
    public static bool IsCareOf(ReadOnlySpan<PostalToken> tokens) => tokens.Length > 1
        && (tokens[0].Text is "CHEZ" or "BEI"
            || (tokens.Length > 2 && tokens[1].Before == '/' && (tokens[0].Text, tokens[1].Text) is ("C", "O") or ("P", "A")));

    /// <summary>Joins to one word. A hyphen stays between numbers and between letters: 1-1 is not 11, and A/B is not AB.</summary>
    public static string Loose(ReadOnlySpan<PostalToken> tokens) =>
        Join(tokens, static (last, next) => last.IsNumber == next.IsNumber && !next.Adjacent);

    /// <summary>Joins to one word. A hyphen stays wherever something was between two tokens: A 3 is not A3.</summary>
    public static string Strict(ReadOnlySpan<PostalToken> tokens) => Join(tokens, static (_, next) => !next.Adjacent);

    public static string Trim(string digits) => digits.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0";

    /// <summary>Joins to one word, with a hyphen where two tokens must stay apart. The first number loses its leading zeros.</summary>
    public static string Join(ReadOnlySpan<PostalToken> tokens, Func<PostalToken, PostalToken, bool> apart)
    {
        if (tokens.Length == 1)
            return tokens[0].IsNumber ? Trim(tokens[0].Text) : tokens[0].Text;
        var joined = new StringBuilder();
        for (var i = 0; i < tokens.Length; i++)
        {
            if (i > 0 && apart(tokens[i - 1], tokens[i]))
                joined.Append('-');
            joined.Append(i == 0 && tokens[i].IsNumber ? Trim(tokens[i].Text) : tokens[i].Text);
        }

        return joined.ToString();
    }

    private static (PostalPart Part, int Taken)? Known(ReadOnlySpan<PostalToken> tokens, string country)
    {
        if (CountedFloor(tokens) is { } floor)
            return floor;
        var word = tokens[0].Text;
        var label = IsBelgianBox(tokens, country) ? PostalKeyWords.Box : PostalKeyWords.Unit(word);
        if (label is null)
            return PostalKeyWords.Side(word) is { } side ? (new(side, ""), 1) : null;

        // BT is boîte in Belgium and may be bâtiment elsewhere.
        if (word == "BT" && country != PostalAddress.Belgium)
            label = word;
        var start = 1;
        while (start + 1 < tokens.Length && PostalKeyWords.IsNumberSign(tokens[start].Text))
            start++;
        var end = label == PostalKeyWords.Residence ? NameEnd(tokens, start) : ValueEnd(tokens, start, country);
        var value = tokens[start..end];
        if (label == PostalKeyWords.Floor && value.Length == 2 && value[0].IsNumber && PostalKeyWords.IsOrdinalEnding(value[1].Text))
            value = value[..1];
        return (new(label, label is PostalKeyWords.Box or PostalKeyWords.Flat ? Loose(value) : Strict(value)), end);
    }

    // Any word, then short ones: "bus links", "app 3.2", "blok A 12".
    private static int ValueEnd(ReadOnlySpan<PostalToken> tokens, int start, string country)
    {
        var end = start;
        while (end < tokens.Length
            && (end == start
                ? PostalKeyWords.Unit(tokens[end].Text) is null && !IsFloor(tokens[end..]) && !IsCareOf(tokens[end..])
                : (tokens[end].IsNumber || tokens[end].Text.Length <= 3) && !Starts(tokens[end..], country)))
        {
            end++;
        }

        return end;
    }

    // A name: "résidence Les Lilas bte 3".
    private static int NameEnd(ReadOnlySpan<PostalToken> tokens, int start)
    {
        var end = start;
        while (end < tokens.Length
            && !IsFloor(tokens[end..])
            && !(end + 1 < tokens.Length && tokens[end + 1].IsNumber && PostalKeyWords.Unit(tokens[end].Text) is not null))
        {
            end++;
        }

        return end;
    }

    private static (PostalPart Part, int Taken)? CountedFloor(ReadOnlySpan<PostalToken> tokens)
    {
        var number = tokens[0].IsNumber ? Trim(tokens[0].Text) : PostalKeyWords.Ordinal(tokens[0].Text);
        if (number is null || tokens.Length == 1)
            return null;

        // In "12 étage 3" the floor is 3, in "3. OG 12" too.
        if (PostalKeyWords.CountedFloor(tokens[1].Text) is { } floor)
            return tokens.Length > 2 && tokens[2].IsNumber && !tokens[0].Dotted && floor != "HOOG" ? null : (new(floor, number), 2);
        return tokens.Length > 2
            && tokens[1].Adjacent
            && PostalKeyWords.IsOrdinalEnding(tokens[1].Text)
            && PostalKeyWords.CountedFloor(tokens[2].Text) is { } counted
            ? (new(counted, number), 3)
            : null;
    }

    /// <summary>Whether a Belgian address says "b 3": bus 3.</summary>
    public static bool IsBelgianBox(ReadOnlySpan<PostalToken> tokens, string country) => country == PostalAddress.Belgium
        && tokens is [{ Text: "B", Before: ' ' or '\0' }, { IsNumber: true }, ..];
}
