using OptOut.Consent;

namespace OptOut.Tests;

/// <summary>The whole path: from the button in a mail to the vendor, and back to the person with a confirmation.</summary>
public sealed class EndToEndTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task A_press_of_the_mail_clients_button_stops_everything_at_the_vendor_and_the_person_gets_a_confirmation()
    {
        var subject = await host.PutSubjectAsync("e2e-1", ["Jan.Peeters@Example.com"], ["0470 12 34 56"], language: "nl");
        var token = await host.TokenAsync("e2e-1", "email", "newsletter", 42);
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "jan.peeters@example.com"));

        var answer = await host.OneClickAsync(token);

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        var entry = Assert.Single(await host.LedgerAsync(subject, 1));
        Assert.Equal((Scope.Everything, Decision.Stop, Source.OneClick), (entry.Change.Scope, entry.Change.Decision, entry.Change.Source));
        Assert.Equal(new ChangeEvidence(Channel.Email, Topic.Parse("newsletter"), 42), entry.Change.Evidence);

        var row = await host.ConfirmedAsync(subject, entry.Change.Id);
        Assert.Contains("jan.peeters@example.com", host.OnSendGridsList());
        Assert.Equal(row.ConfirmedAt - entry.Change.At, row.TimeToStop);
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "jan.peeters@example.com"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32 470 12 34 56", "offers"));

        await OptOutHost.UntilAsync(
            async () => await Task.FromResult(host.Sandbox.SendGrid.Mails.Any(m => m.To == "jan.peeters@example.com")));
        await host.QuietAsync();
        var mail = Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "jan.peeters@example.com");
        Assert.Null(mail.Dropped);
        Assert.Contains("alle communicatie", mail.PlainText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_messages_about_one_person_race_the_vendors_row_ends_with_the_Stop_that_is_at_the_vendor()
    {
        for (var i = 0; i < 3; i++)
        {
            var (id, email) = ($"race-{i}", $"race-{i}@example.com");
            var token = await host.TokenAsync(id);

            await Task.WhenAll([
                .. Enumerable.Range(0, 4).Select(_ => (Task)host.PutSubjectAsync(id, [email])),
                .. Enumerable.Range(0, 4).Select(_ => (Task)host.OneClickAsync(token)),
            ]);
            await host.QuietAsync();

            var change = Assert.Single(await host.LedgerAsync(host.SubjectOf(id), 1)).Change;
            var row = await host.ConfirmedAsync(change.Subject);
            Assert.Equal(StopSet.Everything, Assert.Single(row.Stops).Value);
            Assert.True(row.Since >= change.At, "Time-to-stop starts at the press, not at the controller's earlier update.");
            Assert.Contains(email, host.OnSendGridsList());
            Assert.Equal((false, "stopped"), await host.CheckAsync("email", email));
        }
    }
}
