using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Postmark;

namespace OptOut.Tests.Vendors.Postmark;

/// <summary><c>/webhooks/postmark/events</c>: believed by its credentials, and once however often it is sent.</summary>
public sealed class PostmarkWebhookTests(PostmarkWebhookTests.Hosted hosted) : IClassFixture<PostmarkWebhookTests.Hosted>
{
    private const string Token = "a-token-of-some-length";

    private OptOutHost Host => hosted.Host;

    private PostmarkSandbox Server => Host.Sandbox.Find<PostmarkSandbox>();

    [Fact]
    public async Task A_person_who_left_at_Postmark_has_stopped_everything_here()
    {
        var subject = await Host.PutSubjectAsync("postmark-1", ["postmark-1@example.com"], ["+32470111121"]);

        Assert.Equal(200, await Server.ActAsync("postmark-1@example.com", cancellationToken: TestContext.Current.CancellationToken));

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.VendorWebhook, "postmark"), (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        await Host.ConfirmedAsync(subject, vendor: "postmark");
        await Host.ConfirmedAsync(subject, vendor: "sendgrid");
        Assert.Contains("postmark-1@example.com", Host.OnSendGridsList());
        Assert.Equal((false, "stopped"), await Host.CheckAsync("sms", "+32470111121"));
    }

    [Fact]
    public async Task What_we_push_comes_back_as_an_event_and_is_recorded_by_nobody()
    {
        var subject = await Host.PutSubjectAsync("postmark-2", ["postmark-2@example.com"]);

        await Host.OneClickAsync(await Host.TokenAsync("postmark-2"));

        await Host.ConfirmedAsync(subject, vendor: "postmark");
        await OptOutHost.UntilAsync(() => Task.FromResult(Server.Find("broadcast", "postmark-2@example.com") is { Origin: "Customer" }));
        await Host.QuietAsync();
        Assert.NotEqual(Source.VendorWebhook, Assert.Single(await Host.LedgerAsync(subject, 1)).Change.Source);
    }

    [Fact]
    public async Task An_event_sent_again_is_recorded_once()
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
    public async Task An_event_without_the_credentials_changes_nothing()
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
        Assert.Equal(413, await Host.TooMuchAsync("/webhooks/postmark/events", ("X-OptOut-Token", Token)));
        Assert.Equal(before, await Host.EverythingAsync());
        Assert.Empty(await Host.LedgerAsync(subject));
    }

    [Fact]
    public async Task Reactivation_at_Postmark_allows_nothing_here()
    {
        var subject = await Host.PutSubjectAsync("postmark-5", ["postmark-5@example.com"]);
        await Server.ActAsync("postmark-5@example.com", cancellationToken: TestContext.Current.CancellationToken);
        await Host.LedgerAsync(subject, 1);

        Assert.Equal(200, await Server.ActAsync("postmark-5@example.com", reason: null, cancellationToken: TestContext.Current.CancellationToken));

        await Host.QuietAsync();
        await Host.LedgerAsync(subject, 1);
        Assert.Equal((false, "stopped"), await Host.CheckAsync("email", "postmark-5@example.com"));
    }

    [Fact]
    public async Task Garbage_from_Postmark_itself_is_taken_and_told()
    {
        Assert.Equal(200, (await PostAsync(new JsonArray(), header: Token)).Status);

        Assert.Contains(Host.Logs.Lines, l => l.Contains("postmark sent 1 events that could not be read", StringComparison.Ordinal));
    }

    private async Task<Answer> PostAsync(JsonNode record, string? basic = null, string? header = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/postmark/events") { Content = new StringContent(record.ToJsonString(), Encoding.UTF8, "application/json") };
        if (basic is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(basic)));
        if (header is not null)
            request.Headers.TryAddWithoutValidation("X-OptOut-Token", header);
        return await Host.SendAsync(request);
    }

    /// <summary>Postmark beside SendGrid, with a webhook token beside the credentials.</summary>
    public sealed class Hosted(AzuriteFixture azurite) : IAsyncLifetime
    {
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(
            azurite, settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["OptOut:Postmark:WebhookTokens:0"] = Token }, vendors: ["postmark"]);

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
