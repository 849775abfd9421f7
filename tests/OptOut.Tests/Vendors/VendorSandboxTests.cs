using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Tests.Vendors.SendGrid;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

public sealed class VendorSandboxTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_vendors_data_is_kept_for_the_next_run()
    {
        var folder = Directory.CreateTempSubdirectory("optout-sandbox-");
        try
        {
            string key;
            await using (var first = await VendorSandbox.StartAsync(
                new() { Folder = folder.FullName, SendGridGroups = new Dictionary<int, string> { [1] = "News" } }, Cancel))
            {
                first.SendGrid.AddGlobal(new SendGridEntry("a@example.com", 5));
                first.SendGrid.AddToGroups(new SendGridEntry("b@example.com", 6, 1));
                key = first.SendGrid.EventPublicKey;
            }

            await using var second = await VendorSandbox.StartAsync(new() { Folder = folder.FullName }, Cancel);

            Assert.Equal([new SendGridEntry("a@example.com", 5)], second.SendGrid.Global);
            Assert.Equal([new SendGridEntry("b@example.com", 6, 1)], second.SendGrid.GroupEntries);
            Assert.Equal(key, second.SendGrid.EventPublicKey);
            Assert.Contains("sendgrid.json", folder.GetFiles().Select(f => f.Name));
            Assert.DoesNotContain(folder.GetFiles(), f => f.Extension != ".json");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_call_unknown_to_every_vendor_is_answered_501_and_recorded()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        using var http = Client(sandbox);

        Assert.Equal(501, (int)(await http.GetAsync("/v3/marketing/lists?a=b", Cancel)).StatusCode);
        Assert.Equal(501, (int)(await http.PostAsync("/2010-04-01/Accounts", null, Cancel)).StatusCode);
        Assert.Equal(501, (int)(await http.GetAsync("/sandbox/twilio/failures", Cancel)).StatusCode);

        Assert.Equal(["GET /v3/marketing/lists?a=b", "POST /2010-04-01/Accounts", "GET /sandbox/twilio/failures"], sandbox.Unexpected);
    }

    [Theory]
    [InlineData("?limit=500", 200)]
    [InlineData("?limit=501", 400)]
    [InlineData("?limit=0", 400)]
    [InlineData("?limit=x", 400)]
    [InlineData("?offset=-1", 400)]
    [InlineData("?start_time=yesterday", 400)]
    public async Task Paging_parameters_have_SendGrids_limits(string query, int status)
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        using var http = Client(sandbox);

        using var answer = await http.GetAsync($"/v3/suppression/unsubscribes{query}", Cancel);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 400)
            Assert.Single((await JsonAsync(answer))["errors"]!.AsArray());
    }

    [Fact]
    public async Task Time_ranges_are_inclusive_at_both_ends()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        sandbox.SendGrid.AddGlobal(Enumerable.Range(1, 9).Select(i => new SendGridEntry($"p{i}@example.com", i)));
        using var http = Client(sandbox);

        var page = (await JsonAsync(await http.GetAsync("/v3/suppression/unsubscribes?start_time=3&end_time=5", Cancel))).AsArray();

        Assert.Equal([5, 4, 3], page.Select(e => e!["created"]!.GetValue<int>()));
    }

    [Fact]
    public async Task An_entry_for_a_missing_group_silently_goes_to_the_global_list()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        using var http = Client(sandbox);

        using var answer = await http.PostAsync(
            "/v3/asm/groups/77/suppressions", new StringContent("""{"recipient_emails":["a@example.com"]}"""), Cancel);

        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal("""{"recipient_emails":["a@example.com"]}""", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("a@example.com", Assert.Single(sandbox.SendGrid.Global).Email);
        Assert.Empty(sandbox.SendGrid.GroupEntries);
    }

    [Fact]
    public async Task A_call_with_a_wrong_key_is_answered_401_and_changes_nothing()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        using var http = Client(sandbox, "SG.other");

        using var answer = await http.PostAsync(
            "/v3/asm/suppressions/global", new StringContent("""{"recipient_emails":["a@example.com"]}"""), Cancel);

        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal("authorization required", (await JsonAsync(answer))["errors"]![0]!["message"]!.GetValue<string>());
        Assert.Empty(sandbox.SendGrid.Global);
    }

    [Theory]
    [InlineData("""{"bypass_list_management":{"enable":true},"bypass_unsubscribe_management":{"enable":true}}""", 400, 0)]
    [InlineData("""{"bypass_list_management":{"enable":true}}""", 202, 1)]
    public async Task Bypass_settings_that_must_not_be_combined_are_rejected(string settings, int status, int mails)
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        using var http = Client(sandbox);

        using var answer = await http.PostAsync(
            "/v3/mail/send",
            new StringContent($$"""{"personalizations":[{"to":[{"email":"a@example.com"}]}],"mail_settings":{{settings}}}"""),
            Cancel);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(mails, sandbox.SendGrid.Mails.Count);
        Assert.Equal(status == 202, answer.Headers.Contains("X-Message-Id"));
    }

    [Fact]
    public async Task A_mail_that_is_too_large_is_rejected()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        using var http = Client(sandbox);
        http.DefaultRequestHeaders.ExpectContinue = true; // Otherwise the answer arrives while the client is still writing.

        using var answer = await http.PostAsync("/v3/mail/send", new ByteArrayContent(new byte[31 * 1024 * 1024]), Cancel);

        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Failures_can_be_set_over_HTTP_for_a_number_of_calls_or_until_cleared()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Cancel);
        using var http = Client(sandbox);

        Assert.Equal(
            204,
            (int)(await http.PostAsync(
                "/sandbox/sendgrid/failures", new StringContent("""{"kind":"Status","status":503,"calls":2}"""), Cancel)).StatusCode);
        Assert.Equal(503, await GroupsAsync());
        Assert.Equal(503, await GroupsAsync());
        Assert.Equal(200, await GroupsAsync());

        await http.PostAsync("/sandbox/sendgrid/failures", new StringContent("""{"kind":"RateLimit","resetSeconds":9}"""), Cancel);
        Assert.Equal(429, await GroupsAsync());
        Assert.Equal(429, await GroupsAsync());
        await http.DeleteAsync("/sandbox/sendgrid/failures", Cancel);
        Assert.Equal(200, await GroupsAsync());

        foreach (var bad in new[] { "oops", "null", "{\"kind\":\"Mischief\"}" })
            Assert.Equal(400, (int)(await http.PostAsync("/sandbox/sendgrid/failures", new StringContent(bad), Cancel)).StatusCode);

        async Task<int> GroupsAsync() => (int)(await http.GetAsync("/v3/asm/groups", Cancel)).StatusCode;
    }

    [Fact]
    public async Task A_person_who_stops_at_SendGrid_is_on_its_list_and_its_signed_event_is_accepted()
    {
        await using var it = await SandboxedSendGrid.StartAsync();
        VendorSignals? received = null;
        await using var receiver = await ReceiverAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, Cancel);
            received = it.Read(
                context.Request.Headers["X-Twilio-Email-Event-Webhook-Signature"],
                context.Request.Headers["X-Twilio-Email-Event-Webhook-Timestamp"],
                body.ToArray());
            context.Response.StatusCode = received is null ? 401 : 204;
        });
        it.Account.EventTarget = new Uri(receiver.Urls.First() + "/webhooks/sendgrid");
        using var http = Client(it.Sandbox);

        var answer = await JsonAsync(await http.PostAsync(
            "/sandbox/sendgrid/unsubscribe",
            new StringContent("""{"email":"a@example.com","kind":"group_unsubscribe","group":102}"""),
            Cancel));

        Assert.Equal(204, answer["eventStatus"]!.GetValue<int>());
        Assert.Equal("a@example.com", Assert.Single(received!.Signals).Identifier.Value);
        Assert.Equal(["a@example.com"], it.InGroup(SandboxedSendGrid.Offers));
    }

    [Fact]
    public async Task A_Stop_at_SendGrid_without_an_event_is_only_on_its_lists()
    {
        await using var it = await SandboxedSendGrid.StartAsync();
        it.Account.EventTarget = new Uri("http://127.0.0.1:1/");
        using var http = Client(it.Sandbox);

        foreach (var kind in new[] { "unsubscribe", "spamreport", "bounce" })
        {
            var answer = await JsonAsync(await http.PostAsync(
                "/sandbox/sendgrid/unsubscribe",
                new StringContent($$"""{"email":"a@example.com","kind":"{{kind}}","event":false}"""),
                Cancel));
            Assert.Null(answer["eventStatus"]);
        }

        Assert.Equal((1, 1, 1), (it.Account.Global.Count, it.Account.SpamReports.Count, it.Account.Bounces.Count));
    }

    [Fact]
    public async Task The_state_can_be_read_over_HTTP()
    {
        await using var sandbox = await VendorSandbox.StartAsync(
            new() { SendGridGroups = new Dictionary<int, string> { [1] = "News" } }, Cancel);
        sandbox.SendGrid.AddToGroups(new SendGridEntry("a@example.com", 5, 1));
        using var http = Client(sandbox);

        var state = (await JsonAsync(await http.GetAsync("/sandbox/state", Cancel)))["sendgrid"]!;

        Assert.Equal("""[{"email":"a@example.com","created":5,"group":1}]""", state["groupEntries"]!.ToJsonString());
        Assert.Equal("""{"1":"News"}""", state["groups"]!.ToJsonString());
        Assert.Equal(
            (await JsonAsync(await http.GetAsync("/sandbox/settings", Cancel)))["OptOut:SendGrid:EventPublicKeys:0"]!.GetValue<string>(),
            state["eventPublicKey"]!.GetValue<string>());
    }

    private static HttpClient Client(VendorSandbox sandbox, string key = "SG.sandbox")
    {
        var http = new HttpClient { BaseAddress = sandbox.BaseAddress };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) =>
        JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;

    private static async Task<WebApplication> ReceiverAsync(RequestDelegate receive)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(receive);
        await app.StartAsync(Cancel);
        return app;
    }
}
