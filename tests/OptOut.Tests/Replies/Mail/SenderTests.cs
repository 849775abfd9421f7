using OptOut.Consent;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.Replies.Mail;

/// <summary>
/// A mail without a token: the sender's address counts only if the sender's domain authenticates it. No other address counts.
/// </summary>
public sealed class SenderTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string To = $"uitschrijven@{Host}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_authenticated_sender_is_stopped_everywhere()
    {
        var person = await host.PutSubjectAsync("proven", ["jan.proven@example.com", "jan.other@example.com"], ["+32470333444"]);

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Authenticated("Jan Proven <Jan.Proven@example.com>", To, "STOP", "Ik wil niets meer ontvangen."), Cancel));

        var change = Assert.Single(await host.LedgerAsync(person, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.Mailto, ChangeEvidence.None),
            (change.Scope, change.Decision, change.Source, change.Evidence));
        await host.ConfirmedAsync(person);
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32470333444"));
        Assert.Contains("jan.other@example.com", host.OnSendGridsList());
    }

    [Fact]
    public async Task An_unknown_sender_is_recorded_too_and_the_same_mail_counts_once()
    {
        var mail = Authenticated("unknown@example.net", To, "désinscription");

        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));
        await host.LedgerAsync(host.StandInFor("unknown@example.net"), 1);
        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));

        await host.QuietAsync();
        await host.LedgerAsync(host.StandInFor("unknown@example.net"), 1);
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "unknown@example.net");
    }

    // who, DKIM, SPF, envelope sender
    public static TheoryData<string, string, string, string> PassingResults => new()
    {
        { "dkim", "{@aligned.example : pass}", "fail", "bounce@elsewhere.example" },
        { "dkim-identity", "{dkim-identity@aligned.example : pass}", "none", "x@elsewhere.example" },
        { "dkim-below", "{@mail.aligned.example : pass}", "none", "x@elsewhere.example" },
        { "dkim-second", "{@elsewhere.example : fail (body has been altered), @aligned.example : pass}", "none", "x@elsewhere.example" },
        { "dkim-case", "{@ALIGNED.example : pass}", "none", "x@elsewhere.example" },
        { "spf", "none", "pass", "spf@aligned.example" },
        { "spf-above", "{@elsewhere.example : pass}", "pass", "bounce@bounces.aligned.example" },
    };

    [Theory]
    [MemberData(nameof(PassingResults))]
    public async Task A_DKIM_signature_or_an_SPF_pass_of_an_aligned_domain_authenticates_the_sender(
        string who, string dkim, string spf, string envelope)
    {
        var address = $"{who}@aligned.example";

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain($"\"Someone, with a comma\" <{address}>", To, "stop") with { EnvelopeFrom = envelope, Dkim = dkim, Spf = spf },
                Cancel));

        await host.LedgerAsync(host.StandInFor(address), 1);
    }

    public static TheoryData<string, string, string, string, string> FailingResults => new()
    {
        { "nothing", "none", "none", "{0}", "" },
        { "dkim-fail", "{@victim.example : fail (body has been altered)}", "softfail", "{0}", "" },
        { "dkim-elsewhere", "{@evil.example : pass}", "pass", "x@evil.example", "" },
        { "dkim-suffix", "{@evilvictim.example : pass}", "none", "x@evil.example", "" },
        { "dkim-top-level", "{@example : pass}", "pass", "x@example", "" },
        { "dkim-mixed", "{@victim.example : fail (bad), @evil.example : pass}", "none", "x@evil.example", "" },
        {
            "dkim-unreadable",
            "{@victim.example : invalid (public key: invalid data at PublicKey.pm line 186, <> line 1. "
                + "check('HASH(0x1)') called), @victim.example : pass}",
            "none",
            "x@evil.example",
            ""
        },
        { "dkim-cut", "{@victim.example : pass", "none", "x@evil.example", "" },
        {
            "dkim-identity-in-disguise",
            "{a@evil.example : pass, @victim.example : pass}",
            "none",
            "x@evil.example",
            "DKIM-Signature: v=1; d=evil.example; i=\"a@evil.example : pass, \"@evil.example; b=x"
        },
        { "spf-elsewhere", "none", "pass", "x@evil.example", "" },
        { "spf-neutral", "none", "neutral", "{0}", "" },
        { "spf-passage", "none", "pass (but not really)", "{0}", "" },
        { "two-from", "{@evil.example : pass}", "pass", "x@evil.example", "From: x@evil.example" },
    };

    [Theory]
    [MemberData(nameof(FailingResults))]
    public async Task Without_authentication_nothing_is_recorded_and_the_controller_gets_a_notice(
        string who, string dkim, string spf, string envelope, string extra)
    {
        var address = $"{who}@victim.example";
        var person = await host.PutSubjectAsync($"victim-{who}", [address]);
        var notices = Notices(who);
        var mail = Plain(address, To, $"uitschrijven {who}", "Schrijf mij uit.", extra) with
        {
            EnvelopeFrom = envelope.Replace("{0}", address, StringComparison.Ordinal),
            Dkim = dkim,
            Spf = spf,
        };

        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));

        await host.QuietAsync();
        Assert.Equal(notices + 1, Notices(who));
        Assert.Empty(await host.LedgerAsync(person));
        Assert.Empty(await host.LedgerAsync(host.StandInFor("x@evil.example")));
        Assert.DoesNotContain(host.Sandbox.SendGrid.Mails, m => m.To == address);
    }

    [Fact]
    public async Task A_signed_mail_addressed_to_someone_else_does_not_authenticate_its_sender_here()
    {
        var person = await host.PutSubjectAsync("replayed", ["replayed@example.com"]);
        var mail = Authenticated("replayed@example.com", "a.friend@example.org", "Dinner on Friday?") with { EnvelopeTo = [To] };

        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));

        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(person));
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.PlainText.Contains("Dinner on Friday?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dkim", "{@victim.example : pass}")]
    [InlineData("envelope", """{"to":["a@optout.kruidtuin.example"],"from":"smuggled@victim.example"}""")]
    [InlineData("SPF", "pass")]
    public async Task Form_fields_injected_through_the_text_of_a_mail_are_not_trusted(string field, string value)
    {
        var person = await host.PutSubjectAsync("smuggled", ["smuggled@victim.example"]);
        var text = $"stop\r\n--xYzZY\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n--xYzZY\r\n"
            + "Content-Disposition: form-data; name=\"x\"\r\n\r\n";

        Assert.Equal(
            200,
            await host.Sandbox.SendGrid.ReceiveAsync(
                Plain("smuggled@victim.example", To, $"smuggled {field}", text) with
                {
                    EnvelopeFrom = "x@evil.example",
                    Spf = field == "envelope" ? "pass" : "none",
                },
                Cancel));

        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(person));
        Assert.Equal(1, Notices($"smuggled {field}"));
    }

    [Theory]
    [InlineData("closed", "--xYzZY--\r\n")]
    [InlineData("nested", "--xYzZY\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; boundary=xYzZY\r\n\r\n")]
    [InlineData("unended", "--xYzZY\r\nContent-Disposition: form-data; name=\"x\"")]
    public async Task A_mail_that_hides_the_forms_own_fields_is_not_trusted(string how, string hiding)
    {
        var person = await host.PutSubjectAsync($"hidden-{how}", [$"hidden-{how}@victim.example"]);
        static string Part(string name, string value) => $"--xYzZY\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";
        var text = $"stop\r\n{Part("dkim", "{@victim.example : pass}")}{Part("subject", $"hidden {how}")}{hiding}";
        var mail = Plain($"hidden-{how}@victim.example", To, "", text) with { EnvelopeFrom = "x@evil.example" };

        Assert.Equal(200, await host.Sandbox.SendGrid.ReceiveAsync(mail, Cancel));

        await host.QuietAsync();
        Assert.Empty(await host.LedgerAsync(person));
        Assert.Single(
            host.Sandbox.SendGrid.Mails,
            m => m.To == "privacy@kruidtuin.example" && m.PlainText.Contains($"hidden {how}", StringComparison.Ordinal));
    }

    private int Notices(string about) => host.Sandbox.SendGrid.Mails.Count(
        m => m.To == "privacy@kruidtuin.example" && m.PlainText.Contains($" {about}\n", StringComparison.Ordinal));
}
