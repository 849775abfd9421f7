using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Postmark;

namespace OptOut.Tests.Vendors.Postmark;

/// <summary><c>/webhooks/postmark/events</c>: accepts only requests with valid credentials, and records a repeated event once.</summary>
public sealed class PostmarkWebhookTests(PostmarkWebhookTests.HostFixture fixture) : IClassFixture<PostmarkWebhookTests.HostFixture>
{
    private const string Token = "a-token-of-some-length";

    private OptOutHost Host => fixture.Host;

    private PostmarkSandbox Server => Host.Sandbox.Find<PostmarkSandbox>();

    [Fact]
    public async Task A_person_who_stops_at_Postmark_stops_everything_here()
    {
        var subject = await Host.PutSubjectAsync("postmark-1", ["postmark-1@example.com"], ["+32470111121"]);

        Assert.Equal(200, await Server.ActAsync("postmark-1@example.com", cancellationToken: TestContext.Current.CancellationToken));

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.VendorWebhook, "postmark"),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        await Host.ConfirmedAsync(subject, vendor: "postmark");
        await Host.ConfirmedAsync(subject, vendor: "sendgrid");
        Assert.Contains("postmark-1@example.com", Host.OnSendGridsList());
        Assert.Equal((false, "stopped"), await Host.CheckAsync("sms", "+32470111121"));
    }

    [Fact]
    public async Task Our_own_push_reported_back_as_an_event_is_not_recorded()
    {
        var subject = await Host.PutSubjectAsync("postmark-2", ["postmark-2@example.com"]);

        await Host.OneClickAsync(await Host.TokenAsync("postmark-2"));

        await Host.ConfirmedAsync(subject, vendor: "postmark");
        await OptOutHost.UntilAsync(() => Task.FromResult(Server.Find("broadcast", "postmark-2@example.com") is { Origin: "Customer" }));
        await Host.QuietAsync();
        Assert.NotEqual(Source.VendorWebhook, Assert.Single(await Host.LedgerAsync(subject, 1)).Change.Source);
    }

    [Fact]
    public async Task A_repeated_event_is_recorded_once()
    {
        var subject = await Host.PutSubjectAsync("postmark-3", ["postmark-3@example.com"]);
        var record = Server.Change("postmark-3@example.com", "ManualSuppression");

        Assert.Equal(200, await Server.PostAsync(record, TestContext.Current.CancellationToken));
        Assert.Equal(200, await Server.PostAsync(record, TestContext.Current.CancellationToken));
        Assert.Equal(200, (await PostAsync(record, header: Token)).Status);

        await Host.LedgerAsync(subject, 1);
        await Host.QuietAsync();
        await Host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task An_event_without_valid_credentials_changes_nothing()
    {
        var subject = await Host.PutSubjectAsync("postmark-4", ["postmark-4@example.com"]);
        var record = Server.Change("postmark-4@example.com", "ManualSuppression");
        var before = await Host.EverythingAsync();

        Answer[] answers =
        [
            await PostAsync(record),
            await PostAsync(record, basic: $"{PostmarkSandbox.WebhookUser}:wrong"),
            await PostAsync(record, basic: $"wrong:{PostmarkSandbox.WebhookPassword}"),
            await PostAsync(record, basic: ""),
            await PostAsync(record, header: ""),
            await PostAsync(record, header: Token + "x"),
            await PostAsync(record, header: PostmarkSandbox.WebhookPassword),
        ];

        Assert.All(answers, a => Assert.Equal((401, ""), (a.Status, a.Body)));
        Assert.Equal(413, await Host.PostOversizedAsync("/webhooks/postmark/events", ("X-OptOut-Token", Token)));
        Assert.Equal(before, await Host.EverythingAsync());
        Assert.Empty(await Host.LedgerAsync(subject));
    }

    [Fact]
    public async Task Reactivation_at_Postmark_allows_nothing_here()
    {
        var subject = await Host.PutSubjectAsync("postmark-5", ["postmark-5@example.com"]);
        await Server.ActAsync("postmark-5@example.com", cancellationToken: TestContext.Current.CancellationToken);
        await Host.LedgerAsync(subject, 1);

        Assert.Equal(
            200, await Server.ActAsync("postmark-5@example.com", reason: null, cancellationToken: TestContext.Current.CancellationToken));

        await Host.QuietAsync();
        await Host.LedgerAsync(subject, 1);
        Assert.Equal((false, "stopped"), await Host.CheckAsync("email", "postmark-5@example.com"));
    }

    [Fact]
    public async Task Garbage_sent_with_valid_credentials_is_accepted_and_logged()
    {
        Assert.Equal(200, (await PostAsync(new JsonArray(), header: Token)).Status);

        Assert.Contains(Host.Logs.Lines, l => l.Contains("postmark sent 1 events that could not be read", StringComparison.Ordinal));
    }

    private async Task<Answer> PostAsync(JsonNode record, string? basic = null, string? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/postmark/events")
        {
            Content = new StringContent(record.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (basic is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(basic)));
        if (header is not null)
            request.Headers.TryAddWithoutValidation("X-OptOut-Token", header);
        return await Host.SendAsync(request);
    }

    /// <summary>A host with Postmark as well as SendGrid, and with a webhook token in addition to the credentials.</summary>
    public sealed class HostFixture(AzuriteFixture azurite) : IAsyncLifetime
    {
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(
            azurite,
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["OptOut:Postmark:WebhookTokens:0"] = Token },
            vendors: ["postmark"]);

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
