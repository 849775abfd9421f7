using OptOut.Messaging;

namespace OptOut.Replies.Mail;

/// <summary>Who wrote a mail, as far as its headers tell.</summary>
internal enum MailNature
{
    /// <summary>Nothing says that a machine did.</summary>
    Person,

    /// <summary>A machine, of its own accord or because somebody pressed a button. Only the address it was sent to speaks for it.</summary>
    Generated,

    /// <summary>A machine that answers another mail, returns one, or hands one of ours back. It asks for nothing.</summary>
    Answer,
}

/// <summary>
/// The line between the two kinds of machine mail, and why. RFC 3834 section 5 has <c>auto-replied</c>, an answer to a mail, and
/// <c>auto-generated</c>, which answers none. When a person presses <i>Unsubscribe</i>, a mail client without one-click writes to the
/// <c>mailto:</c> of List-Unsubscribe by itself (RFC 2369), and may rightly call that auto-generated; Gmail has sent it as a feedback report
/// (RFC 5965). To lose such a mail is to lose a Stop, and a Stop is safe; so a valid token in the envelope's recipient is honoured in a generated
/// mail, and nothing else in it is: not a quoted link, not the sender's address. A vacation notice or a bounce that comes to such an address,
/// because somebody sent from it, is an answer and stops nobody.
/// </summary>
internal static class MailNatures
{
    // What programs write beside RFC 3834 or instead of it, when they answer.
    private static readonly string[] AnswerMarks = ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply", "X-AutoReply-From"];

    // RFC 2919 and RFC 2369: a mailing's own. Exchange: do not answer this by machine.
    private static readonly string[] BulkMarks = ["List-Id", "List-Unsubscribe", "X-Auto-Response-Suppress"];

    public static MailNature Classify(ReceivedMail mail)
    {
        var headers = mail.Headers;
        if (headers.Has(OutgoingMail.ReferenceHeader))
            return MailNature.Answer;

        // RFC 6522: bounces, receipts and complaints. A complaint is somebody's objection, whosever machine carries it.
        if (headers.ContentType is { } type && type.IsMimeType("multipart", "report"))
        {
            return "feedback-report".Equals(type.Parameters["report-type"], StringComparison.OrdinalIgnoreCase)
                ? MailNature.Generated
                : MailNature.Answer;
        }

        // RFC 5321 section 4.5.5: the null return path is for mail that answers mail.
        if (mail.ReturnPath is "" || headers["Return-Path"] is "<>" || IsFromTheMailSystem(headers["From"]) || Array.Exists(AnswerMarks, headers.Has))
            return MailNature.Answer;

        string[] submitted = [.. headers.All("Auto-Submitted").Select(Word).Where(w => w is not ("" or "no"))];
        string[] precedence = [.. headers.All("Precedence").Select(Word)];
        if (submitted.Contains("auto-replied", StringComparer.Ordinal) || precedence.Contains("auto_reply", StringComparer.Ordinal))
            return MailNature.Answer;

        // Exchange calls its out-of-office auto-generated and old vacation programs say only 'bulk'; that they answer shows in what they refer to.
        var generated = submitted.Length > 0 || precedence.Any(p => p is "bulk" or "junk" or "list");
        if (generated && (headers.Has("In-Reply-To") || headers.Has("References")))
            return MailNature.Answer;
        return generated || Array.Exists(BulkMarks, headers.Has) ? MailNature.Generated : MailNature.Person;
    }

    private static bool IsFromTheMailSystem(string? from) => Sender.TryRead(from, out var address)
        && address.Value[..address.Value.IndexOf('@', StringComparison.Ordinal)] is "mailer-daemon" or "postmaster";

    private static string Word(string value) => value.Split(';', '(', ' ')[0].Trim().ToLowerInvariant();
}
