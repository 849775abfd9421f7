using System.Collections.Frozen;
using System.Globalization;

namespace OptOut.Identity.Postal;

/// <param name="Number">As in <c>12</c>, <c>12A</c>, <c>12-14</c> or, where a stroke is part of the number, <c>12/3</c>.</param>
/// <param name="Box">What follows without a word for it: 3 in "12/3".</param>
/// <param name="Taken">How many tokens were read.</param>
internal readonly record struct PostalHouse(string Number, string Box, int Taken);

/// <summary>Reads a house number: "12", "12 A", "12-14", "12A-B", "12/3", "12 A-III".</summary>
internal static class PostalKeyHouse
{
    private static readonly FrozenSet<string> Suffixes = FrozenSet.ToFrozenSet(["BIS", "TER", "QUATER"], StringComparer.Ordinal);

    /// <summary>Whether the token can be part of a house number before a street: "12 A rue Neuve", but not "12 R. Neuve".</summary>
    public static bool IsShort(PostalToken token) =>
        token.IsNumber || Suffixes.Contains(token.Text) || (token.Text.Length == 1 && !token.Dotted);

    /// <summary>Whether a number can be a house number, judged by what follows: nothing, a letter, a box, a floor.</summary>
    public static bool IsEnd(ReadOnlySpan<PostalToken> tokens, string country) => tokens.IsEmpty
        || tokens[0].IsNumber
        || tokens[0].Before == '/'
        || PostalKeyDetails.Starts(tokens, country);

    /// <param name="tokens">The tokens, starting with a number.</param>
    public static PostalHouse Read(ReadOnlySpan<PostalToken> tokens, string country) => country switch
    {
        PostalAddress.Netherlands => Dutch(tokens),
        PostalAddress.Belgium => Belgian(tokens),
        _ => General(tokens, country),
    };

    // Everything short after the number is the addition.
    private static PostalHouse Dutch(ReadOnlySpan<PostalToken> tokens)
    {
        var start = tokens.Length > 1 && tokens[1].Text is "TOEV" or "TOEVOEGING" ? 2 : 1;
        var end = start;
        while (end < tokens.Length
            && (tokens[end].IsNumber || tokens[end].Text.Length <= 3 || tokens[end].Text == "VIII")
            && !PostalKeyDetails.Starts(tokens[end..], PostalAddress.Netherlands))
        {
            end++;
        }

        // A-III is AIII, but A-B are two houses and not AB.
        var addition = PostalKeyDetails.Join(tokens[start..end], static (last, next) => last.IsNumber == next.IsNumber
            && !next.Adjacent
            && (last.IsNumber || (next.Text.Length == 1 && next.Text[0] is not ('I' or 'V' or 'X'))));
        return new(PostalKeyDetails.Trim(tokens[0].Text), addition, end);
    }

    // A letter can belong to the number; what follows a stroke is the box.
    private static PostalHouse Belgian(ReadOnlySpan<PostalToken> tokens)
    {
        var number = PostalKeyDetails.Trim(tokens[0].Text);
        var taken = 1;
        while (taken < tokens.Length
            && tokens[taken] is { Before: '-', IsNumber: true } end
            && Value(end.Text) > Value(tokens[taken - 1].Text)
            && !PostalKeyDetails.IsFloor(tokens[taken..]))
        {
            number += $"-{PostalKeyDetails.Trim(end.Text)}";
            taken++;
        }

        var hasSuffix = HasSuffix(tokens[taken..]);
        if (hasSuffix)
            number += tokens[taken++].Text;
        if (hasSuffix && IsRangeEnd(tokens[taken..], tokens[0]) is var end2 and > 0)
        {
            number += $"-{PostalKeyDetails.Strict(tokens[taken..(taken + end2)])}";
            taken += end2;
        }

        var boxEnd = taken;
        while (boxEnd < tokens.Length && IsBox(tokens, taken, boxEnd, hasSuffix))
            boxEnd++;
        return new(number, PostalKeyDetails.Loose(tokens[taken..boxEnd]), boxEnd);
    }

    private static bool IsBox(ReadOnlySpan<PostalToken> tokens, int start, int i, bool hasSuffix)
    {
        var token = tokens[i];
        if (PostalKeyDetails.Starts(tokens[i..], PostalAddress.Belgium))
            return false;
        if (tokens[start].Before == '/')
            return i == start || token.IsNumber || token.Text.Length == 1 || (token.Adjacent && token.Text.Length <= 3);

        // "12 3" is box 3, but "12 14" may be a range, and "12A B" may be two letters.
        return i == start
            ? token.IsNumber
                ? hasSuffix || token.Before != ' ' || Value(token.Text) <= Value(tokens[start - 1].Text)
                : token.Text.Length == 1 && !hasSuffix
            : token.IsNumber || token.Text.Length == 1;
    }

    // Where it is not certain what a stroke means, it stays: "5/7" is neither "5-7" nor flat 7 of 5.
    private static PostalHouse General(ReadOnlySpan<PostalToken> tokens, string country)
    {
        var number = PostalKeyDetails.Trim(tokens[0].Text);
        var taken = 1;
        for (; taken < tokens.Length; taken++)
        {
            var (last, token) = (tokens[taken - 1], tokens[taken]);
            var rest = tokens[taken..];
            if (PostalKeyDetails.IsCareOf(rest)
                || PostalKeyDetails.IsFloor(rest)
                || (!token.IsNumber && token.Text.Length > 1 && !IsSuffix(token)))
            {
                break;
            }

            if (country == PostalAddress.Germany && token.Text == "BIS")
            {
                // In German, "5 bis 7" is a range.
                if (rest.Length < 2 || !rest[1].IsNumber)
                    break;
                number += $"-{PostalKeyDetails.Trim(tokens[++taken].Text)}";
            }
            else if (token.Before is '-' or '/' && (token.IsNumber || !last.IsNumber || token.Before == '/'))
            {
                number += $"{token.Before}{(token.IsNumber ? PostalKeyDetails.Trim(token.Text) : token.Text)}";
            }
            else if (!token.IsNumber && last.IsNumber)
            {
                number += token.Text;
            }
            else
            {
                break;
            }
        }

        return new(number, "", taken);
    }

    private static bool IsSuffix(PostalToken token) => Suffixes.Contains(token.Text);

    private static bool HasSuffix(ReadOnlySpan<PostalToken> tokens)
    {
        if (tokens.IsEmpty || tokens[0].Before == '/' || tokens[0].IsNumber || PostalKeyDetails.IsCareOf(tokens))
            return false;
        var (letter, next) = (tokens[0], tokens.Length > 1 ? tokens[1] : default);
        if (IsSuffix(letter))
            return true;
        if (letter.Text.Length != 1)
            return false;
        if (next.Text is null || !next.IsNumber || PostalKeyDetails.IsFloor(tokens[1..]))
            return true;

        // "12B3" and "12 b 3" are box 3; "12B 3", "12B/3" and "12 B/3" are box 3 of 12B; "12A3" of 12A; "12 A3" is box A3.
        return letter.Text == "B" ? next.Before == '/' || (letter.Adjacent && !next.Adjacent) : letter.Adjacent || !next.Adjacent;
    }

    // The end of "12A-B", "12A-12B" or "12A-14".
    private static int IsRangeEnd(ReadOnlySpan<PostalToken> tokens, PostalToken first)
    {
        if (tokens.IsEmpty || tokens[0].Before != '-')
            return 0;
        if (!tokens[0].IsNumber)
            return tokens[0].Text.Length == 1 ? 1 : 0;
        var hasLetter = tokens.Length > 1 && tokens[1] is { Adjacent: true, IsNumber: false, Text.Length: 1 };
        return hasLetter || Value(tokens[0].Text) > Value(first.Text) ? (hasLetter ? 2 : 1) : 0;
    }

    private static decimal Value(string digits) =>
        digits.Length > 20 ? decimal.MaxValue : decimal.Parse(digits, CultureInfo.InvariantCulture);
}
