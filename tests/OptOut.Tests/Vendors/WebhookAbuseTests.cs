using System.Text;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

/// <summary>What anyone on the internet can post to a vendor's webhook without being the vendor. None of it changes anything.</summary>
public sealed class WebhookAbuseTests(WebhookAbuseTests.AllWebhooks all) : IClassFixture<WebhookAbuseTests.AllWebhooks>
{
    private const int Huge = 10 * 1024 * 1024;

    // A body that looks like an event.
    private const string Body =
        """
        [{"type":"unsubscribed","event":"unsubscribe","email":"abuse@example.com","identifier":"abuse@example.com",
          "id":"1","timestamp":1777000000}]
        """;

    // The headers of every signature scheme at once, each well formed and none signed with a valid key.
    private static readonly (string Name, string Value)[] Garbage =
    [
        ("webhook-id", "msg_abuse"),
        ("webhook-timestamp", "1777000000"),
        ("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        (
            "X-Twilio-Email-Event-Webhook-Signature",
            "MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0="),
        ("X-Twilio-Email-Event-Webhook-Timestamp", "1777000000"), ("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("Authorization", "Basic YWJ1c2U6YWJ1c2U="), ("x-amz-sns-message-type", "Notification"),
    ];

    [Fact]
    public async Task An_unsigned_request_is_rejected() =>
        await ExpectAsync(401, webhook => PostAsync(webhook, new StringContent(Body), []));

    [Fact]
    public async Task A_request_signed_with_an_unknown_key_is_rejected() =>
        await ExpectAsync(401, webhook => PostAsync(webhook, new StringContent(Body, Encoding.UTF8, "application/json"), Garbage));

    [Fact]
    public async Task A_form_with_invalid_signatures_is_rejected() => await ExpectAsync(
        401, webhook => PostAsync(webhook, OptOutHost.Form("Body=STOP&From=%2B32470123456&MessageSid=SM1&OptOutType=STOP"), Garbage));

    [Fact]
    public async Task An_empty_body_is_rejected()
    {
        await ExpectAsync(401, webhook => PostAsync(webhook, new ByteArrayContent([]), []));
        await ExpectAsync(401, webhook => PostAsync(webhook, new ByteArrayContent([]), Garbage));
    }

    // A webhook that can reject a request by its headers does not read the body.
    [Fact]
    public async Task Ten_megabytes_are_rejected_as_too_large_or_unauthenticated()
    {
        await ExpectAsync([401, 413], webhook => PostAsync(webhook, new ByteArrayContent(new byte[Huge]), []));
        await ExpectAsync([401, 413], webhook => PostAsync(webhook, new ByteArrayContent(new byte[Huge]), Garbage));
    }

    [Fact]
    public async Task Ten_megabytes_without_a_Content_Length_are_rejected_too() => await ExpectAsync([401, 413], async webhook =>
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, $"/webhooks/{webhook}") { Content = new ByteArrayContent(new byte[Huge]) };
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
    public async Task Any_other_method_is_rejected(string method) =>
        await ExpectAsync([404, 405], webhook => all.Host.SendAsync(method, $"/webhooks/{webhook}"));

    [Fact]
    public async Task An_unknown_webhook_is_answered_404()
    {
        Assert.Equal(404, (await all.Host.SendAsync("POST", "/webhooks/generic/nobody", new StringContent(Body))).Status);
        Assert.Equal(404, (await all.Host.SendAsync("POST", "/webhooks/nobody/events", new StringContent(Body))).Status);
    }

    private Task ExpectAsync(int status, Func<string, Task<Answer>> send) => ExpectAsync([status], send);

    // Calls one webhook after the other, so that a failure names its webhook, and verifies that nothing has changed.
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

    /// <summary>A host with every vendor connected.</summary>
    public sealed class AllWebhooks(AzuriteFixture azurite) : IAsyncLifetime
    {
        private OptOutHost? _host;

        internal OptOutHost Host => _host!;

        public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);

        public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
