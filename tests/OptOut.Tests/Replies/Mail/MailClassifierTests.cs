using CsCheck;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Replies.Mail;
using OptOut.Vendors.SendGrid;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>A mail is ignored only for a mark that no request has.</summary>
public sealed class MailClassifierTests
{
    // What requests have too: each has been seen on a mail that a person wrote, or that a mail program wrote for a person.
    private static readonly string[] Uncertain =
    [
        "X-Auto-Response-Suppress: DR, OOF, AutoReply", "X-Auto-Response-Suppress: All", "Auto-Submitted: auto-generated",
        "Auto-Submitted: no", "Precedence: bulk", "Precedence: list", "List-Id: <x.example>", "List-Unsubscribe: <https://x.example/u>",
        "In-Reply-To: <1@kruidtuin.example>", "References: <1@kruidtuin.example>", "Return-Path: <>", "X-Autoreply: no",
        "X-MS-Exchange-Inbox-Rules-Loop: a@b.example", "X-Mailer: Apple Mail", "Importance: low",
    ];

    private static readonly string[] Certain =
    [
        "X-Apple-Action: VACATION", "X-Autoreply: yes", "X-Autorespond: 17", "Precedence: auto_reply", "Auto-Submitted: auto-replied",
        "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "X-OptOut-Reference: 1",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    ];

    private static readonly string[] Subjects = ["", "unsubscribe", "Uitschrijven", "Re: Nieuwsbrief", "Hallo", "STOP", "Fwd: Nieuws"];

    private static readonly Gen<(string[] Marks, string Subject, bool HasNullPath)> Mails = Gen.Select(
        OneOf(Uncertain).Array[0, 6], OneOf(Subjects), Gen.Bool);

    [Fact]
    public void Uncertain_marks_never_make_a_mail_ignored() => Mails.Sample(
        m => Assert.True(
            Classify(m.Marks, m.Subject, m.HasNullPath) is MailOrigin.Person or MailOrigin.Generated or MailOrigin.Doubtful),
        iter: 2_000);

    [Fact]
    public void A_mail_whose_subject_is_the_request_is_one_whatever_uncertain_marks_it_has() => Mails.Sample(
        m => Assert.Equal(MailOrigin.Person, Classify(m.Marks, "unsubscribe", m.HasNullPath)), iter: 2_000);

    [Fact]
    public void Apples_own_mark_makes_a_mail_a_request_whatever_uncertain_marks_it_has() => Mails.Sample(
        m => Assert.Equal(
            MailOrigin.Person,
            Classify([.. m.Marks, "Auto-Submitted: auto-replied", "X-Apple-Unsubscribe: true"], m.Subject, m.HasNullPath)),
        iter: 2_000);

    [Fact]
    public void A_certain_mark_never_makes_a_mail_a_request() => Gen.Select(Mails, OneOf(Certain)).Sample(
        (m, certain) => Assert.True(
            Classify([.. m.Marks, certain], m.Subject, m.HasNullPath) is not (MailOrigin.Person or MailOrigin.Generated)),
        iter: 2_000);

    private static Gen<string> OneOf(string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static MailOrigin Classify(string[] marks, string subject, bool hasNullPath)
    {
        var mail = Plain("jan@example.com", $"u-x@{Host}", subject, extra: string.Join('\n', marks));
        var form = (hasNullPath ? mail with { EnvelopeFrom = "" } : mail).ToForm();
        return MailClassifier.Classify(
            SendGridInboundForm.Read(form, SendGridInboundMail.ContentType).ToMail(DateTimeOffset.UnixEpoch));
    }
}
