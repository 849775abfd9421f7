using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

namespace OptOut.Local.Mailbox;

/// <summary>The unsubscribe button that a mail client derives from a mail's headers, or the reason why there is none.</summary>
internal abstract partial record MailButton
{
    /// <summary>
    /// The form field and value of the POST; together the only value that List-Unsubscribe-Post may have (RFC 8058 section 3.1).
    /// </summary>
    public const string Field = "List-Unsubscribe", FieldValue = "One-Click";

    private MailButton() { }

    /// <summary>The button is shown, and posts to <paramref name="Target"/>.</summary>
    /// <param name="Target">The first https URI of the header; http only on this machine.</param>
    /// <param name="SubjectLine">The mail's subject line, to show to the person; empty if it has none.</param>
    public sealed record Shown(Uri Target, string SubjectLine) : MailButton;

    /// <param name="Reason">What is wrong with the mail, and how to fix it.</param>
    public sealed record Missing(string Reason) : MailButton;

    /// <summary>
    /// Reads a mail's headers as a mail client does, but does not require a DKIM signature, which an unsent mail does not have. Only what
    /// certainly prevents the button is a reason; <see cref="MailButtonWarnings"/> names the rest.
    /// </summary>
    public static MailButton From(MimeMessage mail)
    {
        string[] lists = [.. Values(mail, HeaderId.ListUnsubscribe)], posts = [.. Values(mail, HeaderId.ListUnsubscribePost)];
        if (lists is not [var list])
        {
            return new Missing(lists is []
                ? "The mail has no List-Unsubscribe header, so a mail client shows no button. "
                    + "Put in both headers that POST /api/links gives."
                : $"The mail has {lists.Length} List-Unsubscribe headers. Keep one (RFC 2369 "
                    + "section 3): a mail client cannot know which is meant.");
        }

        if (posts is not [var post])
        {
            return new Missing(posts is []
                ? "The mail has List-Unsubscribe but not List-Unsubscribe-Post, so the link may only be opened, not posted to. "
                    + "Add the header 'List-Unsubscribe-Post: List-Unsubscribe=One-Click' (RFC 8058 section 3.1)."
                : $"The mail has {posts.Length} List-Unsubscribe-Post headers. Keep one, with the "
                    + "value List-Unsubscribe=One-Click (RFC 8058 section 3.1).");
        }

        if (EncodedWord().IsMatch(post))
            return new Missing(Encoded("List-Unsubscribe-Post"));

        // The RFC defines the value in ABNF, where literals are case-insensitive.
        if (!post.Trim().Equals($"{Field}={FieldValue}", StringComparison.OrdinalIgnoreCase))
        {
            return new Missing(
                $"The mail's List-Unsubscribe-Post is '{Shorten(post.Trim())}'. "
                    + "Write List-Unsubscribe=One-Click and nothing else (RFC 8058 section 3.1).");
        }

        var links = ListUnsubscribe.Parse(list);
        if (EncodedWord().IsMatch(list) && !links.Any(IsPlain))
            return new Missing(Encoded("List-Unsubscribe"));
        if (DkimCoverage.Problem(mail) is { } unsigned)
            return new Missing(unsigned);
        if (links is [])
        {
            return new Missing(
                $"No address can be read in the mail's List-Unsubscribe, '{Shorten(list.Trim())}'. Put each between angle "
                    + "brackets, with a comma between two, as in '<https://host/u/TOKEN>, <mailto:u-TOKEN@host>' (RFC 2369 section 2).");
        }

        Uri[] web = [.. links.Select(link => Uri.TryCreate(link, UriKind.Absolute, out var uri) ? uri : null).OfType<Uri>().Where(
            uri => uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)];
        if (web.FirstOrDefault(uri => uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback) is { } target)
            return new Shown(target, mail.Subject ?? "");
        return new Missing(web is [var plain, ..]
            ? $"The mail's List-Unsubscribe leads to http://{plain.Host}, and mail clients only post to https (RFC 8058 section "
                + "3.1). Set OptOut:Links:BaseUrl to an https address; plain http only works on this machine."
            : $"The mail's List-Unsubscribe has no https address, only '{Shorten(links[0])}'. One-click needs one (RFC 8058 section "
                + "3.1): put in the header that POST /api/links gives.");
    }

    // RFC 2047 section 5: encoded words are decoded in text and comments only, so an address written in them is none.
    private static bool IsPlain(string link) =>
        link.StartsWith("http", StringComparison.OrdinalIgnoreCase) && !EncodedWord().IsMatch(link);

    private static string Encoded(string header) =>
        $"The mail's {header} is written in encoded words (=?utf-8?q?...?=), so no mail program shows a button for this (RFC 2047 section "
            + "5). Write the header as POST /api/links gives it. Python's EmailMessage encodes what it cannot fold: create the message "
            + "with policy=email.policy.SMTP.clone(max_line_length=998).";

    // As written: a decoded value would show what no mail client sees.
    private static IEnumerable<string> Values(MimeMessage mail, HeaderId id) => mail.Headers
        .Where(header => header.Id == id)
        .Select(header => Encoding.UTF8.GetString(header.RawValue).ReplaceLineEndings("").Trim());

    [GeneratedRegex(@"=\?[^?\s]+\?[bq]\?[^?]*\?=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex EncodedWord();

    // The text of a mail is shown on a screen, so limit its length.
    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
