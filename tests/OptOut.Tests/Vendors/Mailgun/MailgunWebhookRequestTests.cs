using System.Text;
using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Mailgun;

namespace OptOut.Tests.Vendors.Mailgun;

/// <summary><c>/webhooks/mailgun/events</c>: accepts only signed events, and records a repeated event once.</summary>
public sealed class MailgunWebhookRequestTests(MailgunWebhookRequestTests.HostFixture fixture)
    : IClassFixture<MailgunWebhookRequestTests.HostFixture>
{
    private OptOutHost Host => fixture.Host;

    private MailgunSandbox Account => Host.Sandbox.Find<MailgunSandbox>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("unsubscribed")]
    [InlineData("complained")]
    public async Task A_person_who_stops_at_Mailgun_stops_everything_here(string kind)
    {
        var address = $"mailgun-{kind}@example.com";
        var subject = await Host.PutSubjectAsync($"mailgun-{kind}", [address], ["+32470111131"]);

        Assert.Equal(200, await Account.ActAsync(address, kind, cancellationToken: Cancel));

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.VendorWebhook, "mailgun"),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        await Host.ConfirmedAsync(subject, vendor: "mailgun");
        await Host.ConfirmedAsync(subject, vendor: "sendgrid");
        await OptOutHost.UntilAsync(() => Task.FromResult(Account.Find("unsubscribes", address) is { Tags: ["*"] }));
        Assert.Contains(address, Host.OnSendGridsList());
        Assert.Equal((false, "stopped"), await Host.CheckAsync("sms", "+32470111131"));
    }

    [Fact]
    public async Task A_repeated_event_is_recorded_once()
    {
        var subject = await Host.PutSubjectAsync("mailgun-2", ["mailgun-2@example.com"]);
        var data = Account.Event("mailgun-2@example.com", "unsubscribed");
        var body = Account.Sign(data);

        Assert.Equal(200, await Account.PostAsync(body, Cancel));
        Assert.Equal(200, await Account.PostAsync(body, Cancel));
        Assert.Equal(200, await Account.PostAsync(Account.Sign(data.DeepClone()), Cancel));

        await Host.LedgerAsync(subject, 1);
        await Host.QuietAsync();
        await Host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task An_event_that_is_unsigned_altered_or_old_changes_nothing()
    {
        var subject = await Host.PutSubjectAsync("mailgun-3", ["mailgun-3@example.com"]);
        var data = Account.Event("mailgun-3@example.com", "unsubscribed");
        var altered = Account.Sign(data.DeepClone());
        altered["signature"]!["token"] = new string('0', 50);
        var before = await Host.EverythingAsync();

        int?[] answers =
        [
            await Account.PostAsync(new JsonObject { ["event-data"] = data.DeepClone() }, Cancel),
            await Account.PostAsync(Account.Sign(data.DeepClone(), key: "another"), Cancel),
            await Account.PostAsync(Account.Sign(data.DeepClone(), at: Account.Now.AddHours(-25)), Cancel),
            await Account.PostAsync(altered, Cancel),
            await Account.PostAsync(new JsonArray(), Cancel),
            (await Host.SendAsync(
                "POST", "/webhooks/mailgun/events", new StringContent("{\"signature\":", Encoding.UTF8, "application/json"))).Status,
            (await Host.SendAsync("POST", "/webhooks/mailgun/events")).Status,
        ];

        Assert.All(answers, a => Assert.Equal(401, a));
        Assert.Equal(413, await Host.PostOversizedAsync("/webhooks/mailgun/events"));
        Assert.Equal(before, await Host.EverythingAsync());
        Assert.Empty(await Host.LedgerAsync(subject));
    }

    // Timestamp and token are signed one after the other.
    [Fact]
    public async Task Characters_moved_between_the_timestamp_and_the_token_are_refused()
    {
        var subject = await Host.PutSubjectAsync("mailgun-moved", ["mailgun-moved@example.com"]);
        var body = Account.Sign(Account.Event("mailgun-moved@example.com", "unsubscribed"));
        var (timestamp, token) = (body["signature"]!["timestamp"]!.GetValue<string>(), body["signature"]!["token"]!.GetValue<string>());

        foreach (var at in Enumerable.Range(1, 20).Where(i => i != timestamp.Length))
        {
            var moved = body.DeepClone();
            moved["signature"]!["timestamp"] = $"{timestamp}{token}"[..at];
            moved["signature"]!["token"] = $"{timestamp}{token}"[at..];
            Assert.Equal(401, await Account.PostAsync(moved, Cancel));
        }

        await Host.QuietAsync();
        Assert.Empty(await Host.LedgerAsync(subject));
        Assert.Equal(200, await Account.PostAsync(body, Cancel));
        await Host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task A_bounce_stops_nobody()
    {
        var subject = await Host.PutSubjectAsync("mailgun-4", ["mailgun-4@example.com"]);

        Assert.Equal(200, await Account.ActAsync("mailgun-4@example.com", "bounced", cancellationToken: Cancel));

        await Host.QuietAsync();
        Assert.Empty(await Host.LedgerAsync(subject));
    }

    [Fact]
    public async Task A_signed_event_that_cannot_be_read_is_accepted_and_logged()
    {
        Assert.Equal(200, await Account.PostAsync(Account.Sign(new JsonArray("?")), Cancel));

        Assert.Contains(Host.Logs.Lines, l => l.Contains("mailgun sent 1 events that could not be read", StringComparison.Ordinal));
    }

    public sealed class HostFixture(AzuriteFixture azurite) : IAsyncLifetime
    {
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: ["mailgun"]);

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
