using System.Collections.Frozen;
using System.Text;

namespace OptOut.Identity.Postal;

/// <summary>Reads a house number and box: "12", "12 A", "12-14", "12/3", "12 bus 3", "12 bte 3", "12 A-III".</summary>
internal static class PostalKeyHouse
{
    // Royal Decree of 24 April 2014 art. 34 par. 2 names boîte, bte, bus and box; people also write the others.
    private static readonly FrozenSet<string> BoxWords = FrozenSet.ToFrozenSet(
        ["BUS", "BS", "BTE", "BT", "BOITE", "BOX", "BUSNR", "BUSNUMMER", "APP", "APT", "APPT", "APPARTEMENT", "BRIEVENBUS"],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> Suffixes = FrozenSet.ToFrozenSet(["BIS", "TER", "QUATER"], StringComparer.Ordinal);

    // A Dutch addition is one to three letters, or one of these words for a floor or a side.
    private static readonly FrozenSet<string> DutchAdditions = FrozenSet.ToFrozenSet(
        ["HUIS", "HOOG", "BOVEN", "BENEDEN", "ROOD", "ZWART", "LINKS", "RECHTS", "ACHTER", "VIII"], StringComparer.Ordinal);

    public static bool IsBoxWord(string word) => BoxWords.Contains(word);

    /// <summary>Whether the token can be part of a house number before a street: "12 A rue Neuve", but not "12 R. Neuve".</summary>
    public static bool IsShort(PostalToken token) =>
        token.IsNumber || Suffixes.Contains(token.Text) || (token.Text.Length == 1 && !token.Dotted);

    /// <summary>Reads a number and everything that follows it.</summary>
    /// <param name="tokens">The tokens, starting with the number.</param>
    /// <param name="dutch">Dutch rules: everything after the number is the addition. Otherwise a letter can belong to the number.</param>
    /// <returns>Null if anything else follows.</returns>
    public static (string Number, string Box)? Read(ReadOnlySpan<PostalToken> tokens, bool dutch)
    {
        if (tokens.IsEmpty || !tokens[0].IsNumber)
            return null;
        var number = Trim(tokens[0].Text);
        if (dutch)
        {
            return Join(tokens[1..], static t => t.IsNumber || t.Text.Length <= 3 || DutchAdditions.Contains(t.Text)) is { } addition
                ? (number, addition)
                : null;
        }

        var taken = 1;
        if (tokens.Length > 1 && tokens[1] is { Before: '-', IsNumber: true } end && Value(end.Text) > Value(number))
        {
            number = $"{number}-{Trim(end.Text)}";
            taken = 2;
        }

        if (HasSuffix(tokens[taken..]))
            number += tokens[taken++].Text;
        return Box(tokens[taken..]) is { } box ? (number, box) : null;
    }

    /// <summary>Reads a box: "bus 3", "boîte 3", "/3".</summary>
    public static string? Box(ReadOnlySpan<PostalToken> tokens)
    {
        if (tokens.IsEmpty)
            return "";
        if (IsBoxWord(tokens[0].Text)
            || (tokens.Length > 1 && tokens[0].Text == "B" && tokens[0].Before is ' ' or '\0' && tokens[1].IsNumber))
        {
            var rest = tokens[1..];
            if (rest.Length > 1 && rest[0].Text is "NR" or "NO")
                rest = rest[1..];
            return Join(rest, static _ => true);
        }

        return tokens[0].Before == '/' ? Join(tokens, static _ => true) : Join(tokens, static t => t.IsNumber || t.Text.Length == 1);
    }

    /// <summary>Joins the tokens to one word. A hyphen stays between numbers: 1-1 is not 11.</summary>
    public static string? Join(ReadOnlySpan<PostalToken> tokens, Func<PostalToken, bool> fits)
    {
        var joined = new StringBuilder();
        var afterNumber = false;
        foreach (var token in tokens)
        {
            if (!fits(token))
                return null;
            if (afterNumber && token.IsNumber)
                joined.Append('-');
            joined.Append(token.IsNumber ? Trim(token.Text) : token.Text);
            afterNumber = token.IsNumber;
        }

        return joined.ToString();
    }

    private static bool HasSuffix(ReadOnlySpan<PostalToken> tokens)
    {
        if (tokens.IsEmpty || tokens[0].Before == '/' || tokens[0].IsNumber)
            return false;
        var (letter, next) = (tokens[0], tokens.Length > 1 ? tokens[1] : default);
        if (Suffixes.Contains(letter.Text))
            return true;
        if (letter.Text.Length != 1)
            return false;
        if (next.Text is null || !next.IsNumber)
            return true;

        // "12B3" and "12 b 3" are box 3; "12B 3", "12B/3" and "12 B/3" are box 3 of 12B; "12A3" of 12A; "12 A3" is box A3.
        return letter.Text == "B" ? next.Before == '/' || (letter.Adjacent && !next.Adjacent) : letter.Adjacent || !next.Adjacent;
    }

    private static string Trim(string digits) => digits.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : "0";

    private static decimal Value(string digits) =>
        digits.Length > 20 ? decimal.MaxValue : decimal.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
}
