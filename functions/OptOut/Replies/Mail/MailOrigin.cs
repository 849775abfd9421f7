using OptOut.Messaging;
using OptOut.Replies.Sms;

namespace OptOut.Replies.Mail;

/// <summary>Who wrote a mail, according to its headers.</summary>
internal enum MailOrigin
{
    /// <summary>Nothing shows that a machine wrote it, or a machine wrote it because somebody asked to be taken off.</summary>
    Person,

    /// <summary>A machine wrote it, on its own or because somebody clicked a button. Only the address it was sent to counts.</summary>
    Generated,

    /// <summary>It may be an automatic reply or a bounce, or a person's request. Nothing is recorded; somebody reads it.</summary>
    Doubtful,

    /// <summary>Certainly an automatic reply, such as a vacation notice. It requests nothing.</summary>
    AutoReply,

    /// <summary>Certainly a bounce, a delivery report or a receipt. It requests nothing.</summary>
    Report,

    /// <summary>A mail of ours that came back. Answering it would start a loop.</summary>
    Returned,
}

/// <summary>
/// Distinguishes requests from what machines send on their own. A lost request is a lost Stop, so a mail counts as one unless it is
/// certainly something else, and a doubtful one is read by a person (DECISIONS.md).
/// </summary>
/// <remarks>
/// Mail programs without one-click write to the <c>mailto:</c> of List-Unsubscribe by themselves (RFC 2369) when a person clicks
/// <i>Unsubscribe</i>, each with its own marks: Apple's is called an automatic reply (<c>Auto-Submitted: auto-replied</c>) and has
/// <c>X-Apple-Unsubscribe</c>; others are called <c>auto-generated</c> or <c>bulk</c>, and Gmail has sent a feedback report (RFC 5965).
/// </remarks>
internal static class MailClassifier
{
    // What programs write in an automatic reply, in addition to RFC 3834 or instead of it.
    private static readonly string[] AnswerMarks =
    [
        "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Auto-Respond", "X-Mail-Autoreply", "X-AutoReply-From",
        "X-Vacation",
    ];

    private static readonly string[] PrecedenceFields = ["Precedence", "X-Precedence", "Preference"];

    // RFC 2919 and RFC 2369: in mailings. X-Auto-Response-Suppress is not a mark: it asks others not to answer, and Exchange puts it on
    // mails that people write.
    private static readonly string[] BulkMarks = ["List-Id", "List-Unsubscribe"];

    public static MailOrigin Classify(ReceivedMail mail)
    {
        var headers = mail.Headers;
        if (headers.Has(OutgoingMail.ReferenceHeader))
            return MailOrigin.Returned;
        if (Report(headers) is { } report)
            return report;

        // RFC 5321 section 4.5.5: the null return path is for mail that answers mail. Some programs use it for other mail too.
        var hasNullPath = mail.ReturnPath is "" || headers["Return-Path"] is "<>";
        var sender = LocalPart(headers["From"]);
        var isMailSystem = sender == "postmaster";
        var looksLikeBounce = headers.Has("X-Failed-Recipients") || MailSubject.IsBounce(mail);
        if (sender == "mailer-daemon" || (looksLikeBounce && (hasNullPath || isMailSystem)))
            return MailOrigin.Report;

        if (Is(headers, "X-Apple-Unsubscribe", "true"))
            return MailOrigin.Person;
        if (Is(headers, "X-Apple-Action", "vacation")
            || Array.Exists(AnswerMarks, mark => headers.All(mark).Any(v => Word(v) is not "no")))
        {
            return MailOrigin.AutoReply;
        }

        // Exchange's rules reply, and forward what people wrote.
        if (Is(headers, "X-MS-Exchange-Generated-Message-Source", "mailbox rules agent"))
            return MailSubject.IsForward(mail) ? MailOrigin.Doubtful : MailOrigin.AutoReply;

        var isRequest = SmsReader.Read(mail.SubjectLine).Intent == SmsIntent.Stop;
        string[] submitted = [.. headers.All("Auto-Submitted").Select(Word).Where(w => w is not ("" or "no"))];
        string[] precedence = [.. PrecedenceFields.SelectMany(headers.All).Select(v => Word(v).Replace('-', '_'))];
        if (submitted.Contains("auto-replied", StringComparer.Ordinal) || precedence.Contains("auto_reply", StringComparer.Ordinal))
            return isRequest ? MailOrigin.Doubtful : MailOrigin.AutoReply;

        var isGenerated = submitted.Length > 0 || precedence.Any(p => p is "bulk" or "junk" or "list")
            || Array.Exists(BulkMarks, headers.Has);
        if (MailSubject.IsAutomaticReply(mail))
            return hasNullPath || isMailSystem || isGenerated ? MailOrigin.AutoReply : MailOrigin.Doubtful;
        if (isRequest)
            return MailOrigin.Person;

        // Old vacation programs write only 'bulk'. Their reference headers show that they are answers.
        var isAnswer = headers.Has("In-Reply-To") || headers.Has("References");
        return hasNullPath || isMailSystem || (isGenerated && isAnswer) ? MailOrigin.Doubtful
            : isGenerated ? MailOrigin.Generated
            : MailOrigin.Person;
    }

    // RFC 6522: bounces, receipts and complaints. A complaint is somebody's objection, no matter whose machine sends it.
    private static MailOrigin? Report(MailHeaders headers)
    {
        if (headers.ContentType is not { } type || !type.IsMimeType("multipart", "report"))
            return null;
        return type.Parameters["report-type"]?.ToLowerInvariant() switch
        {
            "feedback-report" => MailOrigin.Generated,
            "delivery-status" or "global-delivery-status" or "disposition-notification" or "global-disposition-notification"
                or "tlsrpt" or "" or null => MailOrigin.Report,
            _ => MailOrigin.Doubtful,
        };
    }

    private static bool Is(MailHeaders headers, string name, string value) =>
        headers.All(name).Any(v => v.Equals(value, StringComparison.OrdinalIgnoreCase));

    private static string LocalPart(string? from)
    {
        if (Sender.TryRead(from, out var address))
            return address.Value[..address.Value.IndexOf('@', StringComparison.Ordinal)];

        // Some mail systems write their name without a host.
        return from?.Trim().Trim('<', '>').Equals("mailer-daemon", StringComparison.OrdinalIgnoreCase) is true ? "mailer-daemon" : "";
    }

    private static string Word(string value) => value.Split(';', '(', ' ')[0].Trim().ToLowerInvariant();
}
