using System.Text;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

/// <summary>What anybody on the internet can post to a vendor's webhook without being the vendor: whatever it is, nothing happens.</summary>
public sealed class WebhookAbuseTests(WebhookAbuseTests.AllWebhooks all) : IClassFixture<WebhookAbuseTests.AllWebhooks>
{
    private const int Huge = 10 * 1024 * 1024;

    // What could pass for an event at first sight.
    private const string Body = """[{"type":"unsubscribed","event":"unsubscribe","email":"abuse@example.com","identifier":"abuse@example.com","id":"1","timestamp":1777000000}]""";

    // Every scheme's headers at once, each of the right form and none of the right key.
    private static readonly (string Name, string Value)[] Garbage =
    [
        ("webhook-id", "msg_abuse"), ("webhook-timestamp", "1777000000"), ("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("X-Twilio-Email-Event-Webhook-Signature", "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0="),
        ("X-Twilio-Email-Event-Webhook-Timestamp", "1777000000"), ("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("Authorization", "Basic YWJ1c2U6YWJ1c2U="), ("x-amz-sns-message-type", "Notification"),
    ];

    [Fact]
    public async Task Unsigned_it_is_not_believed() => await ExpectAsync(401, webhook => PostAsync(webhook, new StringContent(Body), []));

    [Fact]
    public async Task Signed_by_nobody_we_know_it_is_not_believed() => await ExpectAsync(401, webhook => PostAsync(webhook, new StringContent(Body, Encoding.UTF8, "application/json"), Garbage));

    [Fact]
    public async Task A_form_is_not_believed() => await ExpectAsync(401, webhook => PostAsync(webhook, OptOutHost.Form("Body=STOP&From=%2B32470123456&MessageSid=SM1&OptOutType=STOP"), Garbage));

    [Fact]
    public async Task An_empty_body_is_not_believed()
    {
        await ExpectAsync(401, webhook => PostAsync(webhook, new ByteArrayContent([]), []));
        await ExpectAsync(401, webhook => PostAsync(webhook, new ByteArrayContent([]), Garbage));
    }

    // A webhook that sees by the headers that it will not believe does not read on.
    [Fact]
    public async Task Ten_megabytes_are_too_much_or_not_believed()
    {
        await ExpectAsync([401, 413], webhook => PostAsync(webhook, new ByteArrayContent(new byte[Huge]), []));
        await ExpectAsync([401, 413], webhook => PostAsync(webhook, new ByteArrayContent(new byte[Huge]), Garbage));
    }

    [Fact]
    public async Task Ten_megabytes_that_do_not_say_how_many_they_are_are_no_better() => await ExpectAsync([401, 413], async webhook =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{webhook}") { Content = new ByteArrayContent(new byte[Huge]) };
        request.Headers.TransferEncodingChunked = true;
        foreach (var (name, value) in Garbage)
            request.Headers.TryAddWithoutValidation(name, value);
        return await all.Host.SendAsync(request);
    });

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Any_other_method_finds_no_webhook(string method) => await ExpectAsync([404, 405], webhook => all.Host.SendAsync(method, $"/webhooks/{webhook}"));

    [Fact]
    public async Task A_webhook_nobody_has_is_not_there()
    {
        Assert.Equal(404, (await all.Host.SendAsync("POST", "/webhooks/generic/nobody", new StringContent(Body))).Status);
        Assert.Equal(404, (await all.Host.SendAsync("POST", "/webhooks/nobody/events", new StringContent(Body))).Status);
    }

    private Task ExpectAsync(int status, Func<string, Task<Answer>> send) => ExpectAsync([status], send);

    // One after the other, so that a failure names its webhook; and nothing there is has changed.
    private async Task ExpectAsync(int[] statuses, Func<string, Task<Answer>> send)
    {
        string[] webhooks = [.. all.Host.Service<IEnumerable<IVendorWebhook>>().Select(d => d.Path)];
        Assert.Contains("sendgrid/events", webhooks);
        Assert.Contains("generic/crm", webhooks);
        var before = await all.Host.EverythingAsync();

        var answers = new List<(string Webhook, int Status)>();
        foreach (var webhook in webhooks)
            answers.Add((webhook, (await send(webhook)).Status));

        Assert.All(answers, a => Assert.True(statuses.Contains(a.Status), $"{a.Webhook} answered {a.Status}"));
        Assert.Equal(before, await all.Host.EverythingAsync());
    }

    private Task<Answer> PostAsync(string webhook, HttpContent content, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{webhook}") { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return all.Host.SendAsync(request);
    }

    /// <summary>Every vendor there is, connected.</summary>
    public sealed class AllWebhooks(AzuriteFixture azurite) : IAsyncLifetime
    {
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);

        public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
