using System.Text;
using OptOut.Emulators.Sandbox.SendGrid;

namespace OptOut.Tests.Replies.Mail;

/// <summary>Creates mails as common mail programs write them.</summary>
internal static class MailWriter
{
    public const string Host = "optout.kruidtuin.example";

    private static int _number;

    /// <summary>A plain mail from a person whose address is not authenticated.</summary>
    public static SendGridInboundMail Plain(
        string from, string to, string subject = "", string text = "", string extra = "", string? id = null) =>
        new(
            "Received: by mx0032p1mdw1.sendgrid.net with SMTP id rOkt2xLLKV\n Tue, 24 Nov 2026 15:06:29 +0000 (UTC)\n"
                + $"{Extra(extra)}From: {from}\nTo: {to}\nSubject: {subject}\nMessage-ID: {id ?? NewId()}\nMIME-Version: 1.0\n"
                + "Content-Type: text/plain; charset=utf-8\n",
            Address(from),
            Address(to))
        {
            Text = text,
        };

    /// <summary>The same mail, sent by the mail service of the sender's domain: DKIM and SPF pass.</summary>
    public static SendGridInboundMail Authenticated(
        string from, string to, string subject = "", string text = "", string extra = "", string? id = null)
    {
        var domain = Address(from).Split('@')[1];
        return Plain(
            from,
            to,
            subject,
            text,
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\n"
                + $" d={domain}; s=s1; h=from:to:subject:date:message-id; bh=x; b=y\n{Extra(extra)}",
            id) with
        {
            Dkim = $"{{@{domain} : pass}}",
            Spf = "pass",
        };
    }

    /// <summary>The whole message, as SendGrid posts it for an account that receives raw mails.</summary>
    public static SendGridInboundMail Raw(string from, string to, string contentType, string body, string extra = "") =>
        Plain(from, to) with
        {
            Raw = Encoding.Latin1.GetBytes(
                $"{extra}From: {from}\r\nTo: {to}\r\nSubject: uitschrijven\r\n"
                    + $"Message-ID: {NewId()}\r\nMIME-Version: 1.0\r\n{contentType}\r\n\r\n{body}"),
        };

    public static string NewId() => $"<mail-{Interlocked.Increment(ref _number)}.{Environment.ProcessId}@mail.example>";

    public static string Address(string mailbox) =>
        mailbox.Contains('<', StringComparison.Ordinal) ? mailbox.Split('<')[1].TrimEnd('>') : mailbox;

    private static string Extra(string extra) => extra.Length == 0 || extra.EndsWith('\n') ? extra : extra + "\n";
}
