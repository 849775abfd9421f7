using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using OptOut.Tests.Infrastructure;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests.Worker;

/// <summary>
/// The function app as Azure runs it: its own Program.cs on the real Functions worker. OptOut.Local handles the messages of its bus.
/// </summary>
public sealed class WorkerTests(WorkerFixture fixture) : IClassFixture<WorkerFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_worker_loads_every_function_with_its_trigger()
    {
        var declared = DeclaredFunctions.All.Select(f => (f.Name, f.Trigger switch
        {
            HttpTriggerAttribute http => $"httpTrigger {http.Route}",
            TimerTriggerAttribute timer => $"timerTrigger {timer.Schedule}",
            ServiceBusTriggerAttribute bus => $"serviceBusTrigger {bus.TopicName}/{bus.SubscriptionName} {bus.Connection}",
            _ => throw new InvalidOperationException(f.Name),
        }));

        Assert.Equal(declared.Order(), fixture.Worker.Functions.Select(f => ((string)f["name"]!, Trigger(f))).Order());

        static string Trigger(JsonNode function) => WorkerProcess.Bindings(function).First() switch
        {
            var b when (string)b["type"]! == "httpTrigger" => $"httpTrigger {b["route"]}",
            var b when (string)b["type"]! == "timerTrigger" => $"timerTrigger {b["schedule"]}",
            var b => $"{b["type"]} {b["topicName"]}/{b["subscriptionName"]} {b["connection"]}",
        };
    }

    [Fact]
    public async Task An_opt_out_is_accepted_and_reaches_the_vendor()
    {
        using var http = new WorkerHttp(fixture.Worker).Client();
        var person = new { identifiers = new { email = new[] { "worker@example.com" } } };
        using var put = await http.PutAsJsonAsync("/api/subjects/worker-1", person, Cancel);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using var post = await http.PostAsJsonAsync("/api/links", new { subject = "worker-1", channel = "email" }, Cancel);
        var link = new Uri((string)(await post.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["url"]!).AbsolutePath;

        using var page = await http.GetAsync(link, Cancel);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        using var pressed = await http.PostAsync(link, OptOutHost.Form("List-Unsubscribe=One-Click"), Cancel);

        Assert.Equal((HttpStatusCode.OK, ""), (pressed.StatusCode, await pressed.Content.ReadAsStringAsync(Cancel)));
        await OptOutHost.UntilAsync(() => Task.FromResult(fixture.Host.OnSendGridsList().Contains("worker@example.com")));
        using var check = new HttpRequestMessage(HttpMethod.Get, "/api/check?channel=email");
        check.Headers.Add("OptOut-Identifier", "worker@example.com");
        using var answer = await http.SendAsync(check, Cancel);
        Assert.False((bool)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["allowed"]!);
    }

    [Fact]
    public async Task A_timer_function_runs_and_its_log_is_on_the_workers_console()
    {
        Assert.Equal("Success", await fixture.Worker.InvokeTimerAsync("VerifyLedgers"));
        await OptOutHost.UntilAsync(() => Task.FromResult(fixture.Worker.Console.Contains("Verified ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Each_client_has_its_own_allowance()
    {
        async Task<int> GuessAsync(string client)
        {
            using var http = new WorkerHttp(fixture.Worker, client).Client();
            using var request = new HttpRequestMessage(HttpMethod.Get, "/q/ABCDE-FGHJT");
            request.Headers.Add("X-Forwarded-For", "192.0.2.1");
            using var answer = await http.SendAsync(request, Cancel);
            return (int)answer.StatusCode;
        }

        for (var client = 1; client <= 6; client++)
            Assert.Equal(404, await GuessAsync($"203.0.113.{client}"));
        for (var guess = 1; guess < WorkerFixture.Guesses; guess++)
            Assert.Equal(404, await GuessAsync("203.0.113.1"));
        Assert.Equal(429, await GuessAsync("203.0.113.1"));
    }

    [Theory]
    [InlineData(31, HttpStatusCode.Unauthorized)] // Has no valid signature: read whole, then refused.
    [InlineData(33, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_mail_larger_than_Kestrels_default_limit_does_not_cause_a_server_error(int mebibytes, HttpStatusCode status)
    {
        using var http = new WorkerHttp(fixture.Worker).Client();
        foreach (var chunked in (bool[])[false, true])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/sendgrid/inbound");
            request.Content = new ByteArrayContent(new byte[mebibytes * 1024 * 1024]);
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.Add(SendGridSignature.SignatureHeader, BrokenRequest.Signature);
            request.Headers.Add(SendGridSignature.TimestampHeader, "1700000000");
            using var answer = await http.SendAsync(request, Cancel);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("PublicForm", "/unsubscribe")]
    [InlineData("PostLink", "/api/links")]
    [InlineData("VendorWebhook", "/webhooks/sendgrid/inbound")]
    public async Task A_client_that_hangs_up_or_sends_a_broken_body_does_not_fail_the_function(string function, string path)
    {
        async Task<string?> ResultAsync(Func<string, Task> send)
        {
            var id = WorkerProcess.NewInvocation();
            var invoked = fixture.Worker.InvokeHttpAsync(function, id, [("vendor", "sendgrid"), ("webhook", "inbound")]);
            await send($"x-ms-invocation-id: {id}\r\n");
            return await invoked;
        }

        var worker = fixture.Worker.HttpAddress;
        Assert.Equal("Success", await ResultAsync(id => BrokenRequest.HangUpAsync(worker, path, id)));
        Assert.Equal("Success", await ResultAsync(async id => Assert.Equal(400, await BrokenRequest.BadChunkAsync(worker, path, id))));
        Assert.DoesNotContain("fail:", fixture.Worker.Console, StringComparison.Ordinal);
    }
}

/// <summary>One worker for all tests: it takes some seconds to start.</summary>
public sealed class WorkerFixture(AzuriteFixture azurite) : IAsyncLifetime
{
    internal const int Guesses = 3;

    private OptOutHost? _host;
    private WorkerProcess? _worker;

    internal OptOutHost Host => _host!;

    internal WorkerProcess Worker => _worker!;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string?> { ["OptOut:Limits:CodeGuess:Client:Count"] = $"{Guesses}" };
        _host = await OptOutHost.StartAsync(azurite, settings: settings);
        _worker = await WorkerProcess.StartAsync(_host.Settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
            await _worker.DisposeAsync();
        if (_host is not null)
            await _host.DisposeAsync();
    }
}
