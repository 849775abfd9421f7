using OptOut.Messaging;

namespace OptOut.Replies.Mail;

/// <summary>Who wrote a mail, according to its headers.</summary>
internal enum MailOrigin
{
    /// <summary>Nothing shows that a machine wrote it.</summary>
    Person,

    /// <summary>A machine wrote it, on its own or because somebody clicked a button. Only the address it was sent to counts.</summary>
    Generated,

    /// <summary>A machine wrote it to answer another mail, to bounce one, or to return one of ours. It requests nothing.</summary>
    AutoReply,
}

/// <summary>
/// Distinguishes the two kinds of machine mail. RFC 3834 section 5 defines <c>auto-replied</c>, an answer to a mail, and
/// <c>auto-generated</c>, which is not an answer. When a person clicks <i>Unsubscribe</i>, a mail client without one-click writes to the
/// <c>mailto:</c> of List-Unsubscribe by itself (RFC 2369), and may correctly call that auto-generated; Gmail has sent it as a feedback
/// report (RFC 5965). Losing such a mail would lose a Stop, and a Stop is safe, so a valid token in the envelope's recipient is honoured in
/// a generated mail. Nothing else in it is: no quoted link and not the sender's address. A vacation notice or a bounce that arrives at such
/// an address, because somebody sent from it, is an answer and stops nobody.
/// </summary>
internal static class MailClassifier
{
    // What programs write in an automatic reply, in addition to RFC 3834 or instead of it.
    private static readonly string[] AnswerMarks =
    [
        "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply", "X-AutoReply-From",
    ];

    // RFC 2919 and RFC 2369: in mailings. Exchange: a request not to answer automatically.
    private static readonly string[] BulkMarks = ["List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress"];

    public static MailOrigin Classify(ReceivedMail mail)
    {
        var headers = mail.Headers;
        if (headers.Has(OutgoingMail.ReferenceHeader))
            return MailOrigin.AutoReply;

        // RFC 6522: bounces, receipts and complaints. A complaint is somebody's objection, no matter whose machine sends it.
        if (headers.ContentType is { } type && type.IsMimeType("multipart", "report"))
        {
            return "feedback-report".Equals(type.Parameters["report-type"], StringComparison.OrdinalIgnoreCase)
                ? MailOrigin.Generated
                : MailOrigin.AutoReply;
        }

        // RFC 5321 section 4.5.5: the null return path is for mail that answers mail.
        if (mail.ReturnPath is ""
            || headers["Return-Path"] is "<>"
            || IsFromTheMailSystem(headers["From"])
            || Array.Exists(AnswerMarks, headers.Has))
        {
            return MailOrigin.AutoReply;
        }

        string[] submitted = [.. headers.All("Auto-Submitted").Select(Word).Where(w => w is not ("" or "no"))];
        string[] precedence = [.. headers.All("Precedence").Select(Word)];
        if (submitted.Contains("auto-replied", StringComparer.Ordinal) || precedence.Contains("auto_reply", StringComparer.Ordinal))
            return MailOrigin.AutoReply;

        // Exchange calls its out-of-office notice auto-generated, and old vacation programs write only 'bulk'. Their reference headers show
        // that they are answers.
        var generated = submitted.Length > 0 || precedence.Any(p => p is "bulk" or "junk" or "list");
        if (generated && (headers.Has("In-Reply-To") || headers.Has("References")))
            return MailOrigin.AutoReply;
        return generated || Array.Exists(BulkMarks, headers.Has) ? MailOrigin.Generated : MailOrigin.Person;
    }

    private static bool IsFromTheMailSystem(string? from) => Sender.TryRead(from, out var address)
        && address.Value[..address.Value.IndexOf('@', StringComparison.Ordinal)] is "mailer-daemon" or "postmaster";

    private static string Word(string value) => value.Split(';', '(', ' ')[0].Trim().ToLowerInvariant();
}
