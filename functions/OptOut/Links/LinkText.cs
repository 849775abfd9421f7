using System.Globalization;

namespace OptOut.Links;

/// <summary>
/// Reads what arrived in the place of a token or a word of our URLs. Mail programs and people take the text around a link into it: a full
/// stop, a bracket, a quote, white space, a parameter, some of them encoded twice.
/// </summary>
internal static class LinkText
{
    /// <summary>
    /// Finds the characters of a token: 58 of its alphabet, from the first letter or digit on (a version 1 token begins with an A). White
    /// space, invisible characters and the equals signs of quoted-printable inside it are left out, because long lines are wrapped. What
    /// follows may be anything but another letter or digit, so a longer text is not a token.
    /// </summary>
    /// <param name="text">The path segment, decoded.</param>
    /// <param name="token">Receives the token: 58 characters.</param>
    /// <returns>Whether there is one. Only <see cref="LinkKeyRing"/> knows whether it is ours.</returns>
    public static bool TryFindToken(string text, Span<char> token)
    {
        var count = 0;
        foreach (var c in Decoded(text))
        {
            if (count == LinkKeyRing.TokenLength)
                return !char.IsAsciiLetterOrDigit(c);
            if (char.IsAsciiLetterOrDigit(c) || (count > 0 && c is '-' or '_'))
                token[count++] = c;
            else if (count > 0 && !IsWrapping(c))
                return false;
        }

        return count == LinkKeyRing.TokenLength;
    }

    /// <summary>The first word of ASCII letters, digits, hyphens and spaces, without what surrounds it; empty if there is none.</summary>
    public static string Word(string? text)
    {
        var decoded = Decoded(text ?? "").AsSpan();
        while (decoded.Length > 0 && !char.IsAsciiLetterOrDigit(decoded[0]))
            decoded = decoded[1..];
        var length = 0;
        while (length < decoded.Length && (char.IsAsciiLetterOrDigit(decoded[length]) || decoded[length] is '-' or ' '))
            length++;
        return decoded[..length].TrimEnd("- ").ToString();
    }

    // Neither a token nor a word contains a percent sign, so one that is left over was encoded twice.
    private static string Decoded(string text) => text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(text) : text;

    private static bool IsWrapping(char c) =>
        c == '=' || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format;
}
