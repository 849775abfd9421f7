using System.Net.Http.Json;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Emulators.Sandbox.Dialler;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Emulators.Sandbox.Mailgun;
using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Tests.Infrastructure;
using static OptOut.Tests.Replies.Mail.MailWriter;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>
/// Valid requests to every HTTP function while tables and blobs are unavailable: each function answers 503 or works without them.
/// </summary>
public sealed class StorageUnavailableTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_function_fails_and_the_bus_alone_accepts_a_one_click()
    {
        await using var storage = await StartStorageAsync();
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString, vendors: OptOutHost.AllVendors);
        await host.PutSubjectAsync("down", ["down@example.com"], ["0470 79 00 05"]);
        var token = await host.TokenAsync("down");
        var subjects = JsonContent.Create(new { subjects = new[] { "down" } });
        var order = await host.SendAsync("POST", "/api/codes", subjects, OptOutHost.FunctionKey);
        var code = order.Json["codes"]![0]!["code"]!.GetValue<string>();
        await host.QuietAsync();
        await storage.StopAsync();

        var answers = await CallAllAsync(host, token, code);

        Assert.All(answers, a => Assert.True(a.Status < 500 || a is { Status: 503, RetryAfter: "60" }, a.ToString()));
        Assert.Equal(200, answers.Single(a => a.Request == $"POST /u/{token} List-Unsubscribe=One-Click").Status);

        await host.StopBusAsync();
        answers = await CallAllAsync(host, token, code);

        answers.RemoveAll(a => a is { Request: "GET /api/health ", Status: 503 });
        Assert.All(answers, a => Assert.True(a.Status < 500 || a is { Status: 503, RetryAfter: "60" }, a.ToString()));
        Assert.Equal(503, answers.Single(a => a.Request == $"POST /u/{token} List-Unsubscribe=One-Click").Status);
        Assert.DoesNotContain(host.Logs.Lines, l => l.Contains("down@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_bus_alone_takes_the_Stop_of_every_vendor_webhook_and_it_is_applied_later()
    {
        await using var storage = await StartStorageAsync();
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString, vendors: OptOutHost.AllVendors);
        await storage.StopAsync();

        int?[] statuses =
        [
            await host.Sandbox.SendGrid.ActAsync("unsubscribe", "down@example.com", cancellationToken: Cancel),
            await host.Sandbox.SendGrid.ReceiveAsync(Authenticated("down@example.com", $"stop@{Host}", "STOP"), Cancel),
            await host.Sandbox.Find<PostmarkSandbox>().ActAsync("down@example.com", cancellationToken: Cancel),
            await host.Sandbox.Find<MailgunSandbox>().ActAsync("down@example.com", cancellationToken: Cancel),
            await host.Sandbox.Find<AmazonSesSandbox>().ActAsync("down@example.com", cancellationToken: Cancel),
            await host.Sandbox.Find<DiallerSandbox>().MarkAsync("+32470790005", cancellationToken: Cancel),
            await host.Sandbox.Find<CrmSandbox>().ActAsync("unsubscribed", "down@example.com", "email", cancellationToken: Cancel),
            (await host.Sandbox.Find<TwilioSandbox>().ReceiveAsync("+32470790005", "STOP", cancellationToken: Cancel)).Status,
        ];

        Assert.All(statuses, s => Assert.Equal(200, s));

        storage.StartAgain();
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("email", "down@example.com") == (false, "stopped"));
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("sms", "+32470790005") == (false, "stopped"));
    }

    [Fact]
    public async Task A_vendors_event_that_needs_the_store_is_answered_503_so_that_the_vendor_retries()
    {
        await using var storage = await StartStorageAsync();
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString, vendors: OptOutHost.AllVendors);
        await storage.StopAsync();

        Assert.Equal(503, await host.Sandbox.SendGrid.ActAsync("bounce", "down@example.com", cancellationToken: Cancel));
    }

    private Task<CuttableStorage> StartStorageAsync() => CuttableStorage.StartAsync(azurite);

    private static async Task<List<Outcome>> CallAllAsync(OptOutHost host, string token, string code)
    {
        const string Cells = "shown=email%2Cnewsletter&allow=email%2Cnewsletter";
        (string Function, string Path, string[] Bodies)[] calls =
        [
            ("Check", "/api/check?channel=email", []),
            ("CodeAsPng", $"/q/{code}/qr.png", []),
            ("CodeAsSvg", $"/q/{code}/qr.svg", []),
            ("GetDeadLetters", "/api/dead-letters", []),
            ("GetSubjectPreferences", "/api/subjects/down/preferences", []),
            ("GetSubjectProof", "/api/subjects/down/proof", []),
            ("Health", "/api/health", []),
            ("Link", $"/u/{token}", ["List-Unsubscribe=One-Click", "choice=stop", ""]),
            ("LinkStep", $"/u/{token}/preferences", [Cells]),
            ("LinkStep", $"/u/{token}/undo", ["ref=2345-6789-ABCD"]),
            ("LinkStep", $"/u/{token}/receipt?ref=2345-6789-ABCD", [""]),
            ("OpenApi", "/api/openapi.json", []),
            ("OpenCode", $"/q/{code}", ["choice=stop"]),
            ("PostCodes", "/api/codes", ["""{"count":2}"""]),
            ("PostLink", "/api/links", ["""{"subject":"down","channel":"email"}"""]),
            ("PostOptOut", "/api/opt-outs",
                [
                    """{"subject":"down","agent":"A-1","call":"C-1"}""",
                    """{"identifier":{"phone":"0470790005"},"agent":"A-1","call":"C-2"}""",
                ]),
            ("PublicForm", "/unsubscribe", ["email=down%40example.com", $"code={code}", "ask=link&email=down%40example.com"]),
            ("PutSubject", "/api/subjects/down", ["""{"identifiers":{"email":["down@example.com","other@example.com"]}}"""]),
            ("PutSubjectPreferences", "/api/subjects/down/preferences",
                ["""{"everything":"stop"}""", """{"channels":{"email":{"offers":false}}}"""]),
            ("ReadyTexts", "/api/texts/nl", []),
            ("ReplayDeadLetters", "/api/dead-letters/replay", ["{}"]),
            ("TypeCode", "/q", [$"code={code}"]),
            ("VendorWebhook", "/webhooks/sendgrid/events", ["[]"]),
        ];
        var functions = DeclaredFunctions.With<HttpTriggerAttribute>()
            .ToDictionary(f => f.Name, f => f.Trigger.Methods!, StringComparer.Ordinal);
        Assert.Equal(functions.Keys.ToHashSet(StringComparer.Ordinal), calls.Select(c => c.Function).ToHashSet(StringComparer.Ordinal));

        var outcomes = new List<Outcome>();
        foreach (var (function, path, bodies) in calls)
        {
            foreach (var method in functions[function].Select(m => m.ToUpperInvariant()))
            {
                foreach (var body in method is "POST" or "PUT" ? bodies : [null!])
                    outcomes.Add(await CallAsync(host, method, path, body));
            }
        }

        return outcomes;
    }

    private static async Task<Outcome> CallAsync(OptOutHost host, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
        request.Headers.Add("OptOut-Identifier", "down@example.com");
        if (body is not null)
            request.Content = body.StartsWith('{') ? new StringContent(body, Encoding.UTF8, "application/json") : OptOutHost.Form(body);
        var answer = await host.SendAsync(request);
        return new Outcome($"{method} {path} {body}", answer.Status, answer.Headers.GetValueOrDefault("Retry-After"));
    }

    private sealed record Outcome(string Request, int Status, string? RetryAfter);
}
