using Azure.Messaging.ServiceBus;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Intake;
using OptOut.Messaging;

namespace OptOut.Tests.Delivery;

/// <summary>The mail that confirms a submission to the person.</summary>
public sealed class ConfirmationTests(QuickConfirmationHost quick) : IClassFixture<QuickConfirmationHost>
{
    private readonly OptOutHost _host = quick.Host;

    [Fact]
    public async Task A_submission_is_confirmed_by_one_mail_even_if_its_message_is_delivered_again()
    {
        var subject = await _host.PutSubjectAsync("ack-1", ["ack-1@example.com"], ["0470 55 66 01"], language: "nl");
        await _host.OneClickAsync(await _host.TokenAsync("ack-1"));
        await MailsAsync("ack-1@example.com", 1);
        var submission = Submission(
            subject, ("email,newsletter", Decision.Allow), ("sms,offers", Decision.Allow), ("phone,*", Decision.Stop));

        Assert.Equal(new IntakeResult(true, true), await _host.Service<ChangeIntake>().RecordAsync(submission, WaitFor.Visible));
        await ReplayAsync(submission);

        var mails = await MailsAsync("ack-1@example.com", 2);
        Assert.Equal(3, (await _host.LedgerAsync(subject, 4)).Count(e => e.Change.SubmissionId == submission[0].SubmissionId));
        Assert.Equal("De Kruidtuin: U bent uitgeschreven", mails[0].Subject);
        Assert.Equal("De Kruidtuin: Uw keuzes zijn geregistreerd", mails[1].Subject);
        var link = mails[1].PlainText.Split('\n').Single(l => l.StartsWith("https://", StringComparison.Ordinal));
        var moment = System.Text.RegularExpressions.Regex.Match(mails[1].PlainText, @"\d+ \w+ \d{4} om \d\d:\d\d").Value;
        Assert.Equal(
            $"""
            De Kruidtuin heeft op {moment} uw uitschrijving geregistreerd voor: alle reclame via telefoon.

            Ze geldt meteen. Bericht dat al onderweg was, zoals post, kan u nog bereiken.

            U krijgt nog wel wat bij uw contract hoort, zoals facturen en berichten over uw bestelling.

            De Kruidtuin heeft op {moment} geregistreerd dat u opnieuw wilt ontvangen: Nieuwsbrief via e-mail; Aanbiedingen via sms.

            Referentie: {Reference.From(submission[0])}

            Van gedachten veranderd, of was u het niet? Kies hier wat u wilt ontvangen:
            {link}

            Klopt dit niet, of hebt u een vraag? Schrijf naar privacy@kruidtuin.example.

            """.ReplaceLineEndings("\n"),
            mails[1].PlainText);
        Assert.Contains($"<a href=\"{link}\">", mails[1].Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_link_in_the_mail_leads_to_the_persons_own_page()
    {
        var subject = await _host.PutSubjectAsync("ack-2", ["ack-2@example.com"], language: "en");
        await _host.OneClickAsync(await _host.TokenAsync("ack-2"));

        var mail = Assert.Single(await MailsAsync("ack-2@example.com", 1));
        var link = new Uri(mail.PlainText.Split('\n').Single(l => l.StartsWith("https://", StringComparison.Ordinal)));

        Assert.Equal(200, (await _host.SendAsync("GET", link.AbsolutePath)).Status);
        Assert.Equal(200, (await _host.PressAsync(link.Segments[^1])).Status);
        await _host.LedgerAsync(subject, 2);
    }

    private static Change[] Submission(SubjectKey subject, params (string Scope, Decision Decision)[] changes)
    {
        var (now, submissionId) = (TimeProvider.System.GetUtcNow(), EventIds.New(TimeProvider.System.GetUtcNow()));
        return [.. changes.Select(c => Change.Create(
            EventIds.Derive($"{submissionId}", c.Scope),
            subject,
            Scope.Parse(c.Scope),
            c.Decision,
            now,
            now,
            Source.PreferencePage,
            submissionId: submissionId,
            seen: c.Decision == Decision.Allow ? 1 : null))];
    }

    private async Task ReplayAsync(Change[] submission)
    {
        var message = SubjectMessage.From(submission).ToServiceBus();
        message.MessageId += "-again";
        await using var sender = _host.Service<ServiceBusClient>().CreateSender(Topology.BusTopic);
        await sender.SendMessageAsync(message, TestContext.Current.CancellationToken);
    }

    private async Task<SendGridSentMail[]> MailsAsync(string to, int count)
    {
        await OptOutHost.UntilAsync(async () => await Task.FromResult(_host.Sandbox.SendGrid.Mails.Count(m => m.To == to) >= count));
        await _host.QuietAsync();
        var mails = _host.Sandbox.SendGrid.Mails.Where(m => m.To == to).OrderBy(m => m.At).ToArray();
        Assert.Equal(count, mails.Length);
        return mails;
    }
}
