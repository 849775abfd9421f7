using System.Net;
using System.Text;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Tests.Api.OpenApi;

/// <summary>
/// Requests every response that the document describes once: first with valid requests, then with invalid ones, then while the tables are
/// unavailable, then without the bus as well. <see cref="AnswerTests"/> verifies the responses.
/// </summary>
public sealed class ApiConversation(AzuriteFixture azurite) : IAsyncLifetime
{
    // A complete code, with a correct check character, that was never printed.
    private const string UnknownCode = "ABCDEFGHJT";

    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal)
    {
        ["OptOut:Limits:ClientAddressHeader"] = "X-Azure-ClientIP",
        ["OptOut:Limits:CodeGuess:Client:Count"] = "5",
        ["OptOut:Limits:LinkMail:Client:Count"] = "1",
    };

    private readonly List<Exchange> _all = [], _examples = [];
    private OptOutHost? _host;

    internal IReadOnlyList<Exchange> All => _all;

    /// <summary>The responses to the document's own examples, while everything is available.</summary>
    internal IReadOnlyList<Exchange> Examples => _examples;

    private OptOutHost Host => _host!;

    public async ValueTask InitializeAsync()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString, Settings, vendors: ["crm"]);
        _host = host;
        await DeadLetterAsync();
        _examples.AddRange(await ExamplesAsync("example"));
        await CheckReasonsAsync();
        await StalePreferencesAsync();
        var (token, code) = await PublicPagesAsync();
        await ProofsAsync();
        await InvalidRequestsAsync();
        await WebhooksAsync();
        await host.QuietAsync();

        await storage.StopAsync();
        await UnavailableAsync("tables unavailable", token, code);
        await host.StopBusAsync();
        await UnavailableAsync("tables and bus unavailable", token, code);
    }

    public ValueTask DisposeAsync() => default;

    private async Task<Exchange[]> ExamplesAsync(string what) => await Task.WhenAll(
        ApiDescription.Operations
            .Where(o => o.IsApi)
            .SelectMany(
                o => o.Examples().Select(e => SendAsync(e.Request, $"{what} '{e.Name}'", o.NeedsKey ? OptOutHost.FunctionKey : null))));

    private async Task DeadLetterAsync()
    {
        await using var client = new ServiceBusClient(Host.BusConnectionString);
        await using var sender = client.CreateSender(Topology.BusTopic);
        await sender.SendMessageAsync(new ServiceBusMessage("no change") { Subject = SubjectMessage.ChangeLabel, MessageId = "openapi" });
        await OptOutHost.UntilAsync(async () => (await Host.DeadLettersAsync(Topology.Apply)).Count > 0);
    }

    // One identifier for each reason that a check can give, and the properties that only some responses have.
    private async Task CheckReasonsAsync()
    {
        await Host.PutSubjectAsync("R-1", ["reasons@example.com"]);
        await SaveAsync("R-1", """{"channels":{"email":{"newsletter":true,"offers":false}}}""");
        await SaveAsync("R-1", """{"channels":{"email":{"offers":true}}}""");
        await ApiAsync("GET", "/api/subjects/R-1/proof", null);
        await CheckAsync("email", "offers", "reasons@example.com");
        await SaveAsync("R-1", """{"channels":{"email":{"newsletter":false}}}""");
        await CheckAsync("email", "newsletter", "reasons@example.com");
        await ApiAsync("POST", "/api/opt-outs", """{"subject":"R-1","agent":"A-1","call":"C-1"}""");
        await CheckAsync("email", "newsletter", "reasons@example.com");
        await CheckAsync("email", null, "nobody-ever@example.com");
        Assert.True(EmailAddress.TryParse("gone@example.com", out var gone) & PhoneNumber.TryParse("+32470222201", "BE", out var listed));
        await Host.Service<ExternalSuppressionStore>()
            .SetAsync(
                new ExternalSuppression(gone, ExternalSuppression.BounceOrigin("sendgrid"), [Channel.Email], DateTimeOffset.UnixEpoch),
                CancellationToken.None);
        await Host.Service<ExternalSuppressionStore>()
            .SetAsync(new ExternalSuppression(listed, "do-not-call", [Channel.Phone], DateTimeOffset.UnixEpoch), CancellationToken.None);
        await CheckAsync("email", null, "gone@example.com");
        await CheckAsync("phone", null, "0470 22 22 01");
        await ApiAsync("POST", "/api/opt-outs", """{"subject":"not registered","agent":"A-1","call":"C-2"}""");
        await ApiAsync(
            "POST", "/api/opt-outs", """{"identifier":{"postal":"Kerkstraat 99 bus 3, 9000 Gent"},"agent":"A-1","call":"C-3"}""");
        await SaveAsync("R-2", """{"channels":{"sms":{"newsletter":true}}}""");
        await ApiAsync("POST", "/api/dead-letters/replay", null);
        await ApiAsync("POST", "/api/links", """{"subject":"not registered","channel":"email"}""");
        await ApiAsync("POST", "/api/codes", """{"subjects":["not registered"]}""");
        await SharedContactPointAsync();
    }

    // Somebody else with the same contact point stopped, so there is less than the person chose.
    private async Task SharedContactPointAsync()
    {
        await Host.PutSubjectAsync("S-1", ["shared@example.com"]);
        await Host.PutSubjectAsync("S-2", ["shared@example.com"]);
        await ApiAsync("PUT", "/api/subjects/S-1/preferences", """{"everything":"stop"}""");
        await ApiAsync("GET", "/api/subjects/S-2/preferences", null);
        await SaveAsync("S-2", """{"channels":{"email":{"newsletter":true},"sms":{"offers":true},"phone":{"offers":true},"post":{"offers":true}}}""");
    }

    // One change that the vendor confirmed, one that it rejected, and one that came from a vendor and was then tampered with in the store.
    private async Task ProofsAsync()
    {
        var confirmed = await Host.PutSubjectAsync("P-4", ["confirmed@example.com"]);
        await Host.OneClickAsync(await Host.TokenAsync("P-4"));
        await Host.ConfirmedAsync(confirmed, (await Host.LedgerAsync(confirmed, 1))[0].Change.Id);
        await ApiAsync("GET", "/api/subjects/P-4/proof", null);

        Host.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 400));
        await Host.PutSubjectAsync("P-2", ["refused@example.com"]);
        await ApiAsync("PUT", "/api/subjects/P-2/preferences", """{"everything":"stop"}""");
        await OptOutHost.UntilAsync(async () => (await ApiAsync("GET", "/api/subjects/P-2/proof", null)).Answer.Body.Contains(
            "rejected", StringComparison.Ordinal));
        Host.Sandbox.SendGrid.Failures.Clear();

        var subject = await Host.PutSubjectAsync("P-3", ["webhook@example.com"]);
        await PostWebhookAsync("a vendor's", """{"type":"unsubscribed","id":"evt-82","identifier":"webhook@example.com"}"""u8.ToArray());
        await Host.LedgerAsync(subject, 1);
        var row = (await Host.Storage.Consent.GetEntityAsync<TableEntity>(subject.ToString(), $"event~{subject}~0000000001")).Value;
        row["Change"] = row.GetString("Change").Replace("VendorWebhook", "Portal", StringComparison.Ordinal);
        await Host.Storage.Consent.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        await ApiAsync("GET", "/api/subjects/P-3/proof", null);
    }

    private async Task<(string Token, string Code)> PublicPagesAsync()
    {
        await Host.PutSubjectAsync("P-1", ["public@example.com"]);
        var token = await Host.TokenAsync("P-1");
        var recorded = await ApiAsync("PUT", "/api/subjects/P-1/preferences", """{"everything":"stop"}""");
        var reference = recorded.Answer.Json["recorded"]!["reference"]!.GetValue<string>();
        var code = (await ApiAsync("POST", "/api/codes", """{"subjects":["P-1"]}"""))
            .Answer.Json["codes"]![0]!["code"]!.GetValue<string>()
            .Replace("-", "", StringComparison.Ordinal);

        var leaflet = (await ApiAsync("POST", "/api/codes", """{"count":1}""")).Answer.Json["codes"]![0]!["code"]!.GetValue<string>();

        foreach (var path in (string[])
        [
            $"/u/{token}?lang=nl", "/u/not-a-token", $"/u/{token}/preferences", $"/u/{token}/receipt",
            $"/u/{token}/receipt?ref={reference}", $"/u/{token}/receipt?ref={reference}&format=json",
            $"/u/{token}/receipt?ref={reference}&format=text",
            $"/u/{token}/other", "/unsubscribe", "/q", $"/q/{code}", $"/q/{leaflet}", $"/q/{code[..9]}", $"/q/{code}/qr.svg",
            "/q/x/qr.svg", $"/q/{code}/qr.png", "/q/x/qr.png",
        ])
        {
            await GetAndHeadAsync(path);
        }

        foreach (var path in (string[])[$"/u/{token}", $"/u/{token}/preferences"])
            await SendAsync(new HttpRequestMessage(HttpMethod.Options, path), "methods");
        foreach (var (path, form) in ((string, string)[])
        [
            ($"/u/{token}", "List-Unsubscribe=One-Click"),
            ($"/u/{token}", "choice=stop"),
            ($"/u/{token}", "x=y"),
            ("/u/not-a-token", "choice=stop"),
            ($"/u/{token}/preferences", "shown=email,newsletter&want=email,newsletter"),
            ($"/u/{token}/preferences", "want=x"),
            ($"/u/{token}/undo", $"ref={reference}"),
            ($"/u/{token}/undo", "ref=x"),
            ("/unsubscribe", "email=form@example.com"),
            ("/unsubscribe", "email=x"),
            ("/unsubscribe", "email=form@example.com&ask=link"),
            ("/unsubscribe", "email=form@example.com&ask=link"),
            ("/q", $"code={code}"), ("/q", "code=x"), ($"/q/{code}", "choice=stop"), ($"/q/{code}", "x=y"),
            ($"/q/{leaflet}", "choice=stop"), ($"/q/{code[..9]}", "choice=stop"),
        ])
            await PostFormAsync(path, form);

        // From another client address, so that the limit on guesses does not affect other requests.
        for (var guess = 0; guess < 6; guess++)
        {
            await SendAsync(
                new HttpRequestMessage(guess == 5 ? HttpMethod.Head : HttpMethod.Get, $"/q/{UnknownCode}")
                {
                    Headers = { { "X-Azure-ClientIP", "203.0.113.9" } },
                },
                $"guess {guess}");
        }

        await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"/q/{UnknownCode}") { Headers = { { "X-Azure-ClientIP", "203.0.113.9" } } },
            "one more guess");
        await SendAsync(
            new HttpRequestMessage(HttpMethod.Post, $"/q/{code}")
            {
                Headers = { { "X-Azure-ClientIP", "203.0.113.9" } },
                Content = OptOutHost.Form("choice=stop"),
            },
            "a Stop after too many guesses");
        return (token, code);
    }

    private async Task InvalidRequestsAsync()
    {
        var longId = new string('9', 201);
        foreach (var operation in ApiDescription.Operations.Where(o => o.NeedsKey))
        {
            var (_, request) = operation.Examples().First();
            await SendAsync(Repeat(operation, request), "no key");
            await SendAsync(Repeat(operation, request), "wrong key", "wrong");
            if (operation.Path.Contains("{id}", StringComparison.Ordinal))
            {
                await SendAsync(
                    Repeat(operation, request, operation.Path.Replace("{id}", longId, StringComparison.Ordinal)),
                    "a long number",
                    OptOutHost.FunctionKey);
            }

            foreach (var (what, body) in ((string, string)[])
            [
                ("unknown property", """{"nope":1}"""),
                ("null", "null"),
                ("no JSON", "{"),
                ("too large", new string(' ', 262_145)),
            ])
            {
                if (operation.BodyContent is not null)
                    await SendAsync(Repeat(operation, request, body: body), what, OptOutHost.FunctionKey);
            }
        }

        await ApiAsync("PUT", "/api/subjects/C-1001", """{"identifiers":{"email":["x"],"phone":["1"],"postal":["x"]},"language":"es"}""");
        await ApiAsync("PUT", "/api/subjects/C-1001/preferences", """{"everything":"allow","reference":"@"}""");
        await ApiAsync("PUT", "/api/subjects/C-1001/preferences", """{"channels":{"fax":{"x":true},"sms":{}}}""");
        await ApiAsync("POST", "/api/links", "{}");
        await ApiAsync("GET", "/api/check?channel=fax&email=x&topic=x", null);
        await ApiAsync("GET", "/api/check?channel=email", null);
        await ApiAsync(
            "POST", "/api/opt-outs?language=es&x=y", """{"identifier":{},"scope":"fax","agent":"a@b","call":"+32470123456","at":"now"}""");
        await ApiAsync("POST", "/api/codes", """{"subjects":[],"count":1001,"channel":"fax","topic":"x","qr":"gif"}""");
        await ApiAsync("GET", "/api/texts/es?x=y&printed_code=x", null);
        await ApiAsync("POST", "/api/dead-letters/replay", """{"subscription":"x","vendor":"","reason":"x","max":0}""");
        var tag = (await ApiAsync("GET", "/api/openapi.json", null)).Answer.Headers["ETag"];
        await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "/api/openapi.json") { Headers = { { "If-None-Match", tag } } },
            "the same",
            OptOutHost.FunctionKey);
    }

    private async Task WebhooksAsync()
    {
        await PostWebhookAsync("the example", Event());
        await PostWebhookAsync("an unknown vendor", Event(), "/webhooks/generic/nobody");
        await PostWebhookAsync("too large", new byte[(4 * 1024 * 1024) + 1]);
        await SendAsync(
            new HttpRequestMessage(HttpMethod.Post, "/webhooks/generic/crm") { Content = new ByteArrayContent(Event()) }, "unsigned");
    }

    private async Task UnavailableAsync(string what, string token, string code)
    {
        await ExamplesAsync(what);
        foreach (var path in (string[])[$"/u/{token}", $"/u/{token}/preferences", $"/q/{code}"])
            await GetAndHeadAsync(path);
        foreach (var (path, form) in ((string, string)[])
        [
            ($"/u/{token}", "List-Unsubscribe=One-Click"),
            ($"/u/{token}/preferences", "x=y"),
            ("/unsubscribe", "email=away@example.com"),
            ($"/q/{code}", "choice=stop"),
        ])
        {
            await PostFormAsync(path, form);
        }

        await PostWebhookAsync(what, Event());
    }

    private static byte[] Event() =>
        Encoding.UTF8.GetBytes(
            ApiDescription.Operation("VendorWebhook").BodyContent!["application/json"]!["examples"]!["generic"]!["value"]!.ToJsonString());

    private Task<Exchange> ApiAsync(string method, string path, string? body) => SendAsync(
        new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        },
        $"{path} {body}",
        OptOutHost.FunctionKey);

    // As a portal does: what the person saw goes into If-Match.
    private async Task<Exchange> SaveAsync(string id, string body)
    {
        var path = $"/api/subjects/{id}/preferences";
        var shown = await ApiAsync("GET", path, null);
        return await SendAsync(
            new HttpRequestMessage(HttpMethod.Put, path)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
                Headers = { { "If-Match", shown.Answer.Headers["ETag"] } },
            },
            $"{path} {body}",
            OptOutHost.FunctionKey);
    }

    // What the person saw is not given, or does not stand any more.
    private async Task StalePreferencesAsync()
    {
        const string Path = "/api/subjects/V-1/preferences", Body = """{"channels":{"email":{"offers":true}}}""";
        await Host.PutSubjectAsync("V-1", ["version@example.com"]);
        await ApiAsync("PUT", Path, Body);
        await StaleAsync("alone");
        await Host.PutSubjectAsync("V-2", ["version@example.com"]);
        await ApiAsync("PUT", "/api/subjects/V-2/preferences", """{"everything":"stop"}""");
        await StaleAsync("with a shared contact point");

        Task<Exchange> StaleAsync(string what) => SendAsync(
            new HttpRequestMessage(HttpMethod.Put, Path)
            {
                Content = new StringContent(Body, Encoding.UTF8, "application/json"),
                Headers = { { "If-Match", "\"0000000000000000000000000A.1\"" } },
            },
            $"{Path} stale, {what}",
            OptOutHost.FunctionKey);
    }

    private Task CheckAsync(string channel, string? topic, string identifier) => SendAsync(
        new HttpRequestMessage(HttpMethod.Get, $"/api/check?channel={channel}{(topic is null ? "" : $"&topic={topic}")}")
        {
            Headers = { { "OptOut-Identifier", identifier } },
        },
        $"{channel} {topic} {identifier}",
        OptOutHost.FunctionKey);

    // Every page answers HEAD as well as GET.
    private async Task GetAndHeadAsync(string path)
    {
        await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), path);
        await SendAsync(new HttpRequestMessage(HttpMethod.Head, path), path);
    }

    private Task PostFormAsync(string path, string form) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = OptOutHost.Form(form) }, $"{path} {form}");

    private Task PostWebhookAsync(string what, byte[] body, string path = "/webhooks/generic/crm")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        foreach (var (header, value) in new GenericSigner(GenericSandbox.WebhookSecret, TimeProvider.System).Sign(body, null))
            request.Headers.Add(header, value);
        return SendAsync(request, what);
    }

    private static HttpRequestMessage Repeat(ApiOperation operation, HttpRequestMessage request, string? path = null, string? body = null)
    {
        var again = new HttpRequestMessage(request.Method, path ?? request.RequestUri!.OriginalString);
        if (body is not null || operation.BodyContent is not null)
            again.Content = new StringContent(body ?? "{}", Encoding.UTF8, "application/json");
        return again;
    }

    private async Task<Exchange> SendAsync(HttpRequestMessage request, string what, string? key = null)
    {
        using (request)
        {
            if (key is not null)
                request.Headers.Add("x-functions-key", key);
            var operation = ApiDescription.Find(
                request.Method.Method, WebUtility.UrlDecode(request.RequestUri!.OriginalString.Split('?')[0]));
            var exchange = new Exchange(operation, what, await Host.SendAsync(request));
            lock (_all)
                _all.Add(exchange);
            return exchange;
        }
    }
}
