using System.Buffers;
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

    // Soft hyphens may stand between all characters.
    private const int MaxBreaks = 64;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private const string WordBreak = "<wbr>";

    /// <summary>
    /// The token in one of our mail addresses. The case of its other parts does not matter, nor what mail programs append to the token (a
    /// parameter, a tag). Null for any other address.
    /// </summary>
    public static string? InAddress(string address, string host)
    {
        var trimmed = address.AsSpan().Trim().Trim("<>");
        var at = trimmed.LastIndexOf('@');
        if (at < 0 || !trimmed[(at + 1)..].TrimEnd('.').Equals(host, StringComparison.OrdinalIgnoreCase))
            return null;
        var local = trimmed[..at].Trim('"');
        if (!local.StartsWith(LinkHeaders.MailtoPrefix, StringComparison.OrdinalIgnoreCase))
            return null;
        var token = local[LinkHeaders.MailtoPrefix.Length..];
        return token.Length > LinkKeyRing.TokenLength && !TokenCharacters.Contains(token[LinkKeyRing.TokenLength])
            ? token[..LinkKeyRing.TokenLength].ToString()
            : token.ToString();
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
            if (TryRead(text.AsSpan(start + beginning.Length), token) && !IsAmong(token, found))
                found.Add(token.ToString());
        }
    }

    // Character for character, over at most so many breaks: the work for one beginning is bounded, wherever the text goes on.
    private static bool TryRead(ReadOnlySpan<char> rest, Span<char> token)
    {
        for (var breaks = 0; ; breaks++)
        {
            var whole = rest.Length > token.Length ? rest[..token.Length] : rest;
            var run = whole.IndexOfAnyExcept(TokenCharacters) is var end and >= 0 ? end : whole.Length;
            whole[..run].CopyTo(token);
            token = token[run..];
            rest = rest[run..];
            if (token.IsEmpty)
                return true;
            if (rest.IsEmpty || breaks == MaxBreaks || Break(rest) is not (> 0 and var broken))
                return false;
            rest = rest[broken..];
        }
    }

    // Without making a string first: a text may be full of beginnings.
    private static bool IsAmong(ReadOnlySpan<char> token, List<string> found)
    {
        foreach (var one in found)
        {
            if (token.SequenceEqual(one))
                return true;
        }

        return false;
    }

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
