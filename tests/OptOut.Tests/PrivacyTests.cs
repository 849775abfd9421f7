using System.IO.Compression;
using OptOut.Emulators.Sandbox;

namespace OptOut.Tests;

/// <summary>Whether calls succeed or fail, no log line, bus message or table row contains personal data in clear text.</summary>
public sealed class PrivacyTests(AzuriteFixture azurite)
{
    private static readonly string[] Personal =
    [
        "zoe.lambrecht", "zoe%2elambrecht", "strange.lambrecht", "hooked.lambrecht", "broken lambrecht", "lambrecht",
        "470313233", "0470 31 32 33", "470343536", "lambrechtstraat", "LAMBRECHTSTRAAT", "klant-918273", "918273",
    ];

    [Fact]
    public async Task No_log_line_message_or_row_contains_an_address_a_phone_number_or_a_customer_number()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var account = host.Sandbox.SendGrid;

        var subject = await host.PutSubjectAsync(
            "klant-918273", ["Zoe.Lambrecht+x@example.com"], ["0470 31 32 33"], ["Lambrechtstraat 12, 9000 Gent"], "nl");
        await host.SendAsync(
            "PUT",
            "/api/subjects/klant-918273",
            new StringContent("""{"identifiers":{"email":["broken lambrecht"],"phone":["0470 31 32"]}}"""),
            OptOutHost.FunctionKey);
        await host.SendAsync("PUT", "/api/subjects/klant-918273", new StringContent("""{"lambrecht":"""), OptOutHost.FunctionKey);
        await host.SendAsync("GET", "/api/check?channel=fax&x=1", key: OptOutHost.FunctionKey);
        await host.CheckAsync("email", "zoe.lambrecht+x@example.com");
        await host.CheckAsync("phone", "0470 31 32 33");

        // The vendor's error messages contain the address. After two errors the vendor recovers.
        account.Failures.Set(
            new SandboxFailure(SandboxFailureKind.Status, Calls: 2, Status: 500, Message: "no zoe.lambrecht+x@example.com here"));
        var token = await host.TokenAsync("klant-918273", "email", "newsletter");
        await host.OneClickAsync(token);
        await host.ConfirmedAsync(subject);
        await host.PressAsync(token);

        account.Failures.Set(new SandboxFailure(
            SandboxFailureKind.Status, Status: 400, Message: "bad strange.lambrecht@example.com", Containing: "suppressions"));
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=strange.lambrecht%40example.com&phone=0470+34+35+36"));
        await OptOutHost.UntilAsync(async () => (await host.DeadLettersAsync("email")).Count > 0);
        account.Failures.Clear();
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=broken+lambrecht"));
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("postal=Lambrechtstraat+12%2C+9000+Gent&code=lambrecht"));
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("postal=Lambrechtstraat+12%2C+9000+Gent"));
        account.Failures.Set(
            new SandboxFailure(SandboxFailureKind.Status, Calls: 2, Status: 500, Message: "no mail for zoe.lambrecht+x@example.com"));
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("ask=link&email=zoe.lambrecht%2Bx%40example.com"));
        await OptOutHost.UntilAsync(
            () => Task.FromResult(account.Mails.Any(m => m.PlainText.Contains("/preferences", StringComparison.Ordinal))));
        await account.ActAsync("spamreport", "hooked.lambrecht@example.com", cancellationToken: TestContext.Current.CancellationToken);
        await account.ActAsync("bounce", "strange.lambrecht@example.com", cancellationToken: TestContext.Current.CancellationToken);
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"email={new string('l', 40_000)}ambrecht"));
        await host.SendAsync("POST", "/api/codes", new StringContent("""{"subjects":["klant-918273"]}"""), OptOutHost.FunctionKey);
        await host.SendAsync(
            "POST",
            "/api/codes",
            new StringContent("""{"subjects":["klant-918273"],"topic":"lambrecht","qr":"lambrecht"}"""),
            OptOutHost.FunctionKey);
        await host.SendAsync("POST", "/q", OptOutHost.Form("code=zoe.lambrecht%2Bx%40example.com"));
        await host.QuietAsync();

        await host.StopBusAsync();
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=strange.lambrecht%40example.com"));
        var stored = await StoredAsync(host);
        await host.StartBusAsync();
        foreach (var timer in (string[])["AnchorLedgers", "WriteStatistics", "Reconcile", "WriteSuppressions", "VerifyLedgers", "BackUp"])
            Assert.True(await host.RunTimerAsync(timer), timer);

        Assert.NotEmpty(host.Logs.Lines);

        // The path of PUT /api/subjects/{id} contains the customer number, and so does the web server's own log scope for that request.
        AssertNothingPersonal(host.Logs.Lines.Where(
            l => !l.StartsWith("scope ", StringComparison.Ordinal) || !l.Contains("RequestPath:/api/subjects/", StringComparison.Ordinal)));
        AssertNothingPersonal((await host.SentAsync()).Select(m => $"{m.MessageId} {m.Body} {string.Join(' ', m.ApplicationProperties)}"));
        AssertNothingPersonal((await host.DeadLettersAsync("email")).Select(m => $"{m.DeadLetterReason} {m.DeadLetterErrorDescription}"));
        stored.AddRange(await StoredAsync(host));
        AssertNothingPersonal(stored);
        Assert.All(
            [
                "consent", "identifiers", "externalsuppressions", "feed", "outbox", "codes", "runs",
                "anchors/", "reports/", "reports/statistics/", "backup/",
            ],
            place => Assert.Contains(stored, s => s.StartsWith(place, StringComparison.Ordinal)));
    }

    private static async Task<List<string>> StoredAsync(OptOutHost host)
    {
        var (rows, blobs) = (await host.RowsAsync(), await host.BlobsAsync());
        return
        [
            .. rows.Select(r => $"{r.Table} {string.Join(' ', r.Row.Keys.Select(k => $"{k}={r.Row[k]}"))}"),
            .. blobs.Select(b => $"{b.Name} {(b.Name.EndsWith(".gz", StringComparison.Ordinal) ? Unzip(b.Content) : b.Content.ToString())}"),
        ];
    }

    private static string Unzip(BinaryData content)
    {
        using var zip = new GZipStream(content.ToStream(), CompressionMode.Decompress);
        using var text = new StreamReader(zip);
        return text.ReadToEnd();
    }

    private static void AssertNothingPersonal(IEnumerable<string> texts)
    {
        foreach (var text in texts)
            Assert.All(Personal, p => Assert.DoesNotContain(p, text, StringComparison.OrdinalIgnoreCase));
    }
}
