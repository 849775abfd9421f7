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
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_vendor_holds_is_there_again_in_the_next_run()
    {
        var folder = Directory.CreateTempSubdirectory("optout-sandbox-");
        try
        {
            string key;
            await using (var first = await VendorSandbox.StartAsync(new() { Folder = folder.FullName, SendGridGroups = new Dictionary<int, string> { [1] = "News" } }, Stop))
            {
                first.SendGrid.AddGlobal(new SendGridEntry("a@example.com", 5));
                first.SendGrid.AddToGroups(new SendGridEntry("b@example.com", 6, 1));
                key = first.SendGrid.EventPublicKey;
            }

            await using var second = await VendorSandbox.StartAsync(new() { Folder = folder.FullName }, Stop);

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
    public async Task A_call_that_no_vendor_knows_is_answered_501_and_remembered()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        using var http = Client(sandbox);

        Assert.Equal(501, (int)(await http.GetAsync("/v3/marketing/lists?a=b", Stop)).StatusCode);
        Assert.Equal(501, (int)(await http.PostAsync("/2010-04-01/Accounts", null, Stop)).StatusCode);
        Assert.Equal(501, (int)(await http.GetAsync("/sandbox/twilio/failures", Stop)).StatusCode);

        Assert.Equal(["GET /v3/marketing/lists?a=b", "POST /2010-04-01/Accounts", "GET /sandbox/twilio/failures"], sandbox.Unexpected);
    }

    [Theory]
    [InlineData("?limit=500", 200)]
    [InlineData("?limit=501", 400)]
    [InlineData("?limit=0", 400)]
    [InlineData("?limit=x", 400)]
    [InlineData("?offset=-1", 400)]
    [InlineData("?start_time=yesterday", 400)]
    public async Task Pages_have_SendGrids_limits(string query, int status)
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        using var http = Client(sandbox);

        using var answer = await http.GetAsync($"/v3/suppression/unsubscribes{query}", Stop);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 400)
            Assert.Single((await JsonAsync(answer))["errors"]!.AsArray());
    }

    [Fact]
    public async Task Times_are_inclusive_at_both_ends()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        sandbox.SendGrid.AddGlobal(Enumerable.Range(1, 9).Select(i => new SendGridEntry($"p{i}@example.com", i)));
        using var http = Client(sandbox);

        var page = (await JsonAsync(await http.GetAsync("/v3/suppression/unsubscribes?start_time=3&end_time=5", Stop))).AsArray();

        Assert.Equal([5, 4, 3], page.Select(e => e!["created"]!.GetValue<int>()));
    }

    [Fact]
    public async Task An_entry_for_a_group_that_is_not_there_goes_to_the_global_list_and_nobody_is_told()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        using var http = Client(sandbox);

        using var answer = await http.PostAsync("/v3/asm/groups/77/suppressions", new StringContent("""{"recipient_emails":["a@example.com"]}"""), Stop);

        Assert.Equal(201, (int)answer.StatusCode);
        Assert.Equal("""{"recipient_emails":["a@example.com"]}""", await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal("a@example.com", Assert.Single(sandbox.SendGrid.Global).Email);
        Assert.Empty(sandbox.SendGrid.GroupEntries);
    }

    [Fact]
    public async Task Without_the_key_nothing_is_answered_and_nothing_changes()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        using var http = Client(sandbox, "SG.other");

        using var answer = await http.PostAsync("/v3/asm/suppressions/global", new StringContent("""{"recipient_emails":["a@example.com"]}"""), Stop);

        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal("authorization required", (await JsonAsync(answer))["errors"]![0]!["message"]!.GetValue<string>());
        Assert.Empty(sandbox.SendGrid.Global);
    }

    [Theory]
    [InlineData("""{"bypass_list_management":{"enable":true},"bypass_unsubscribe_management":{"enable":true}}""", 400, 0)]
    [InlineData("""{"bypass_list_management":{"enable":true}}""", 202, 1)]
    public async Task Bypasses_that_may_not_be_combined_are_refused(string settings, int status, int mails)
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        using var http = Client(sandbox);

        using var answer = await http.PostAsync(
            "/v3/mail/send", new StringContent($$"""{"personalizations":[{"to":[{"email":"a@example.com"}]}],"mail_settings":{{settings}}}"""), Stop);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(mails, sandbox.SendGrid.Mails.Count);
        Assert.Equal(status == 202, answer.Headers.Contains("X-Message-Id"));
    }

    [Fact]
    public async Task A_mail_that_is_too_large_is_refused()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        using var http = Client(sandbox);
        http.DefaultRequestHeaders.ExpectContinue = true; // Else the answer meets a client that is still writing.

        using var answer = await http.PostAsync("/v3/mail/send", new ByteArrayContent(new byte[31 * 1024 * 1024]), Stop);

        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Failures_are_set_over_HTTP_for_some_calls_or_until_cleared()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new(), Stop);
        using var http = Client(sandbox);

        Assert.Equal(204, (int)(await http.PostAsync("/sandbox/sendgrid/failures", new StringContent("""{"kind":"Status","status":503,"calls":2}"""), Stop)).StatusCode);
        Assert.Equal(503, await GroupsAsync());
        Assert.Equal(503, await GroupsAsync());
        Assert.Equal(200, await GroupsAsync());

        await http.PostAsync("/sandbox/sendgrid/failures", new StringContent("""{"kind":"RateLimit","resetSeconds":9}"""), Stop);
        Assert.Equal(429, await GroupsAsync());
        Assert.Equal(429, await GroupsAsync());
        await http.DeleteAsync("/sandbox/sendgrid/failures", Stop);
        Assert.Equal(200, await GroupsAsync());

        foreach (var bad in new[] { "oops", "null", "{\"kind\":\"Mischief\"}" })
            Assert.Equal(400, (int)(await http.PostAsync("/sandbox/sendgrid/failures", new StringContent(bad), Stop)).StatusCode);

        async Task<int> GroupsAsync() => (int)(await http.GetAsync("/v3/asm/groups", Stop)).StatusCode;
    }

    [Fact]
    public async Task A_person_who_stops_at_SendGrid_is_on_its_list_and_its_signed_event_is_believed()
    {
        await using var it = await SandboxedSendGrid.StartAsync();
        VendorSignals? heard = null;
        await using var receiver = await ReceiverAsync(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, Stop);
            heard = it.Read(
                context.Request.Headers["X-Twilio-Email-Event-Webhook-Signature"], context.Request.Headers["X-Twilio-Email-Event-Webhook-Timestamp"], body.ToArray());
            context.Response.StatusCode = heard is null ? 401 : 204;
        });
        it.Account.EventTarget = new Uri(receiver.Urls.First() + "/webhooks/sendgrid");
        using var http = Client(it.Sandbox);

        var answer = await JsonAsync(await http.PostAsync(
            "/sandbox/sendgrid/unsubscribe", new StringContent("""{"email":"a@example.com","kind":"group_unsubscribe","group":102}"""), Stop));

        Assert.Equal(204, answer["eventStatus"]!.GetValue<int>());
        Assert.Equal("a@example.com", Assert.Single(heard!.Signals).Identifier.Value);
        Assert.Equal(["a@example.com"], it.InGroup(SandboxedSendGrid.Offers));
    }

    [Fact]
    public async Task A_person_who_stops_at_SendGrid_unheard_is_drift()
    {
        await using var it = await SandboxedSendGrid.StartAsync();
        it.Account.EventTarget = new Uri("http://127.0.0.1:1/");
        using var http = Client(it.Sandbox);

        foreach (var kind in new[] { "unsubscribe", "spamreport", "bounce" })
        {
            var answer = await JsonAsync(await http.PostAsync(
                "/sandbox/sendgrid/unsubscribe", new StringContent($$"""{"email":"a@example.com","kind":"{{kind}}","event":false}"""), Stop));
            Assert.Null(answer["eventStatus"]);
        }

        Assert.Equal((1, 1, 1), (it.Account.Global.Count, it.Account.SpamReports.Count, it.Account.Bounces.Count));
    }

    [Fact]
    public async Task The_state_can_be_read_over_HTTP()
    {
        await using var sandbox = await VendorSandbox.StartAsync(new() { SendGridGroups = new Dictionary<int, string> { [1] = "News" } }, Stop);
        sandbox.SendGrid.AddToGroups(new SendGridEntry("a@example.com", 5, 1));
        using var http = Client(sandbox);

        var state = (await JsonAsync(await http.GetAsync("/sandbox/state", Stop)))["sendgrid"]!;

        Assert.Equal("""[{"email":"a@example.com","created":5,"group":1}]""", state["groupEntries"]!.ToJsonString());
        Assert.Equal("""{"1":"News"}""", state["groups"]!.ToJsonString());
        Assert.Equal(
            (await JsonAsync(await http.GetAsync("/sandbox/settings", Stop)))["OptOut:SendGrid:EventPublicKeys:0"]!.GetValue<string>(), state["eventPublicKey"]!.GetValue<string>());
    }

    private static HttpClient Client(VendorSandbox sandbox, string key = "SG.sandbox")
    {
        var http = new HttpClient { BaseAddress = sandbox.BaseAddress };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!;

    private static async Task<WebApplication> ReceiverAsync(RequestDelegate receive)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(receive);
        await app.StartAsync(Stop);
        return app;
    }
}
