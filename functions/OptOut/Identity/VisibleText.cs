using System.Buffers;
using System.Globalization;
using System.Text;

namespace OptOut.Identity;

/// <summary>
/// Text without the characters that show nothing: byte order marks, soft hyphens, zero-width spaces, direction marks, variation selectors
/// and the like. They come along when text is copied from a page, a mail or an address book. Nobody sees them, so with and without them
/// it must be the same contact point; otherwise a Stop is recorded for an address that nobody has.
/// </summary>
internal static class VisibleText
{
    /// <summary>A byte order mark in the wrong byte order: a code point that is never a character, and in no text.</summary>
    public const char Noncharacter = '\uFFFE';

    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// Characters that display nothing and are not in the category Format
    /// (https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, Default_Ignorable_Code_Point).
    /// </summary>
    private static readonly (int First, int Last)[] Ignorable =
    [
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164), (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF),
    ];

    /// <returns>The text without invisible characters. Half a surrogate pair stays, so that the caller can refuse it.</returns>
    public static string Of(string text)
    {
        if (Ascii.IsValid(text))
            return text;
        var visible = new StringBuilder(text.Length);
        var before = default(Rune);
        for (int at = 0, length; at < text.Length; at += length)
        {
            var isRune = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out length) == OperationStatus.Done;
            if (isRune && IsInvisible(rune) && !Joins(rune, before, text.AsSpan(at + length)))
                continue;
            visible.Append(text, at, length);
            before = isRune ? rune : default;
        }

        return visible.ToString();
    }

    /// <summary>
    /// Normalises any text. What <see cref="string.Normalize(NormalizationForm)"/> throws for, half a surrogate pair and U+FFFE, becomes the
    /// replacement character.
    /// </summary>
    public static string Normalized(string text, NormalizationForm form) =>
        string.Concat(text.EnumerateRunes()).Replace(Noncharacter, (char)Rune.ReplacementChar.Value).Normalize(form);

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        || Array.Exists(Ignorable, range => rune.Value >= range.First && rune.Value <= range.Last);

    // Between letters of scripts such as Arabic, Persian or Hindi a joiner changes what is seen, and names that differ only in it are
    // different names (RFC 5892 appendix A.1 and A.2, for domains; RFC 8264 section 9.8, for user names).
    private static bool Joins(Rune rune, Rune before, ReadOnlySpan<char> rest) =>
        rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner
        && IsOfAJoiningScript(before)
        && Rune.DecodeFromUtf16(rest, out var next, out _) == OperationStatus.Done
        && IsOfAJoiningScript(next);

    // From Arabic to Vedic, which includes every script of India and its neighbours. Not the letters of Hangul in between: normalisation
    // makes syllables of them, which are not in this range, so that a normal form would have another one.
    private static bool IsOfAJoiningScript(Rune rune) =>
        rune.Value is >= 0x0600 and <= 0x1CFF and not (>= 0x1100 and <= 0x11FF)
        && (Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
        && !IsInvisible(rune);
}
