using System.Net;
using OptOut.Links;

namespace OptOut.Replies.Mail;

/// <summary>
/// Finds candidates for our tokens in what a person wrote, quoted or forwarded. <see cref="LinkKeyRing"/> verifies them, so the search may
/// be generous where mail programs broke or wrapped a link.
/// </summary>
internal static class TokenSearch
{
    /// <summary>The most candidates in one mail. A thread of many newsletters has a few; each costs one hash.</summary>
    public const int MaxCandidates = 64;

    // A link, a link in the query of another link (Outlook's Safe Links), and the mail address.
    private static readonly string[] Beginnings = ["/u/", "%2Fu%2F", LinkHeaders.MailtoPrefix];

    // A broken line: an equals sign (a quoted-printable soft break), the line end, and the quote marks of a reply.
    private const int MaxBreak = 40;

    private const string WordBreak = "<wbr>";

    /// <summary>The token in one of our mail addresses; the case of its other parts does not matter. Null for any other address.</summary>
    public static string? InAddress(string address, string host)
    {
        var trimmed = address.AsSpan().Trim().Trim("<>");
        var at = trimmed.LastIndexOf('@');
        return at > 0 && trimmed[(at + 1)..].TrimEnd('.').Equals(host, StringComparison.OrdinalIgnoreCase)
            && trimmed.StartsWith(LinkHeaders.MailtoPrefix, StringComparison.OrdinalIgnoreCase)
            ? trimmed[LinkHeaders.MailtoPrefix.Length..at].ToString()
            : null;
    }

    /// <summary>At most <see cref="MaxCandidates"/>, each once, in the order of the texts.</summary>
    public static IReadOnlyList<string> InTexts(params IEnumerable<string> texts)
    {
        var found = new List<string>();
        foreach (var text in texts)
        {
            foreach (var beginning in Beginnings)
                Search(text, beginning, found);
        }

        return found;
    }

    /// <summary>HTML as the search needs it: with its character references resolved.</summary>
    public static string Plain(string html) => html.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(html) : html;

    private static void Search(string text, string beginning, List<string> found)
    {
        Span<char> token = stackalloc char[LinkKeyRing.TokenLength];
        for (var at = 0;
            found.Count < MaxCandidates && text.IndexOf(beginning, at, StringComparison.OrdinalIgnoreCase) is var start and >= 0;
            at = start + 1)
        {
            var rest = text.AsSpan(start + beginning.Length);
            var length = 0;
            while (length < token.Length && !rest.IsEmpty)
            {
                if (IsTokenCharacter(rest[0]))
                {
                    token[length++] = rest[0];
                    rest = rest[1..];
                }
                else if (Break(rest) is var broken and > 0)
                {
                    rest = rest[broken..];
                }
                else
                {
                    break;
                }
            }

            if (length == token.Length && token.ToString() is var candidate && !found.Contains(candidate, StringComparer.Ordinal))
                found.Add(candidate);
        }
    }

    private static bool IsTokenCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    // How many characters of a line break to skip; 0 when there is none.
    private static int Break(ReadOnlySpan<char> text)
    {
        if (text[0] is '\u00ad' or '\u200b')
            return 1;
        if (text.StartsWith(WordBreak, StringComparison.OrdinalIgnoreCase))
            return WordBreak.Length;
        var line = text.Length > MaxBreak ? text[..MaxBreak] : text;
        return line.TrimStart(" =") is ['\r' or '\n', ..] rest ? line.Length - rest.TrimStart("\r\n\t >|").Length : 0;
    }
}
