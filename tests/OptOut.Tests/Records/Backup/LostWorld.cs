using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Records;
using OptOut.Records.Backup;
using OptOut.Tests.Evidence;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Records.Backup;

/// <summary>
/// People who stopped, allowed, undid and shared by the real endpoints; a backup; every answer; all tables dropped; the backup restored;
/// every answer again.
/// </summary>
public sealed partial class LostWorld(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly string[] Known = ["an", "bert", "cas", "eva", "frank", "gust", "hilde", "iris", "lies", "mystery"];

    private readonly List<string> _pages = [];
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private OptOutHost? _host;

    internal OptOutHost Host => _host!;

    internal WrittenBackup Written { get; private set; } = null!;

    internal Restored Restored { get; private set; } = null!;

    /// <summary>By what was asked.</summary>
    internal IReadOnlyDictionary<string, string> AnswersBefore { get; private set; } = new Dictionary<string, string>();

    internal IReadOnlyDictionary<string, string> AnswersAfter { get; private set; } = new Dictionary<string, string>();

    internal IReadOnlyDictionary<string, string[]> RowsBefore { get; private set; } = new Dictionary<string, string[]>();

    internal IReadOnlyDictionary<string, string[]> RowsAfter { get; private set; } = new Dictionary<string, string[]>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await OptOutHost.StartAsync(azurite, vendors: ["twilio"]);
        await BuildAsync();
        await Host.AnchorAsync();
        Assert.True(await Host.RunTimerAsync("BackUp"));
        var written = Assert.Single(await Host.Service<BackupStore>().NamesAsync(Cancel));
        Written = new WrittenBackup(written, (await Host.Service<BackupStore>().FindManifestAsync(written, Cancel))!, HasShrunk: false);
        (AnswersBefore, RowsBefore) = (await AnswersAsync(), await RowsAsync());
        foreach (var table in Tables(Host.Storage))
            await table.DeleteAsync(Cancel);
        Restored = await Host.Service<Restorer>().RunAsync(null, null, (_, _, _) => { }, Cancel);
        (AnswersAfter, RowsAfter) = (await AnswersAsync(), await RowsAsync());
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? default;

    internal static TableClient[] Tables(StorageAccount storage) =>
    [
        storage.Consent, storage.Identifiers, storage.ExternalSuppressions, storage.Feed, storage.Outbox, storage.Codes, storage.References,
        storage.Runs,
    ];

    /// <summary>What everybody is answered now.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> AnswersAsync()
    {
        var answers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (channel, value) in ContactPoints())
        {
            foreach (var topic in (string[])["", "&topic=newsletter", "&topic=offers"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/check?channel={channel}{topic}");
                request.Headers.Add("OptOut-Identifier", Uri.EscapeDataString(value));
                await AskAsync($"{value} {channel}{topic}", request);
            }
        }

        foreach (var id in Known)
        {
            await AskAsync($"preferences of {id}", new HttpRequestMessage(HttpMethod.Get, $"/api/subjects/{id}/preferences"));
            await AskAsync($"proof of {id}", new HttpRequestMessage(HttpMethod.Get, $"/api/subjects/{id}/proof"));
            await AskAsync($"page of {id}", new HttpRequestMessage(HttpMethod.Get, $"/u/{_tokens[id]}"));
        }

        foreach (var page in _pages)
            await AskAsync(page, new HttpRequestMessage(HttpMethod.Get, page));
        await AskAsync("codes", new HttpRequestMessage(HttpMethod.Post, "/api/codes") { Content = Codes("iris") });
        return answers;

        async Task AskAsync(string what, HttpRequestMessage request)
        {
            request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
            var answer = await Host.SendAsync(request);
            answers[what] = $"{answer.Status} {answer.Headers.GetValueOrDefault("ETag")}\n{Asked().Replace(answer.Body, "")}";
        }
    }

    internal async Task<IReadOnlyDictionary<string, string[]>> RowsAsync()
    {
        var rows = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var table in (TableClient[])
            [Host.Storage.Consent, Host.Storage.References, Host.Storage.Codes, Host.Storage.ExternalSuppressions, Host.Storage.Outbox])
        {
            rows[table.Name] = await BackedUpStore.LinesAsync(table);
        }

        // Each encryption has a nonce of its own, and versions count from one again.
        rows["identifiers"] = await BackedUpStore.LinesAsync(Host.Storage.Identifiers, "Ciphertext", "Version");
        return rows;
    }

    private static IEnumerable<(string Channel, string Value)> ContactPoints()
    {
        string[] addresses =
            ["an", "bert", "cas", "dora", "eva", "shared", "gust", "iris", "jef", "kaat", "lies", "nobody"];
        return addresses.Select(a => ("email", $"{a}@example.com"))
            .Concat([("sms", "+32470100001"), ("phone", "+32470100001"), ("sms", "+32470100002")]);
    }

    private async Task BuildAsync()
    {
        // One click, three times.
        await Host.PutSubjectAsync("an", ["an@example.com"], ["+32470100002"], language: "nl");
        var an = await Host.TokenAsync("an", topic: "newsletter", campaign: 7);
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await Host.OneClickAsync(an)).Status);

        // Preferences: all e-mail stopped but the newsletter.
        await Host.PutSubjectAsync("bert", ["bert@example.com"]);
        await SaveAsync("bert", """{"everything":"stop"}""");
        await SaveAsync("bert", """{"channels":{"email":{"newsletter":true}}}""");

        // The page, and an undo.
        await Host.PutSubjectAsync("cas", ["cas@example.com"]);
        var cas = await Host.TokenAsync("cas");
        var pressed = ReferenceOn(await Host.PressAsync(cas));
        Assert.Equal(200, (await Host.SendAsync("POST", $"/u/{cas}/undo", OptOutHost.Form($"ref={pressed}"))).Status);
        var again = ReferenceOn(await Host.PressAsync(cas));
        _pages.AddRange([$"/u/{cas}/receipt?ref={pressed}&format=json", $"/u/{cas}/receipt?ref={again}&format=json"]);

        // A stand-in, and one that was replaced: its first owner allowed again, and the second came when it was gone.
        await FormAsync("dora@example.com");
        await FormAsync("eva@example.com");
        await Host.PutSubjectAsync("eva", ["eva@example.com"]);
        await SaveAsync("eva", """{"channels":{"email":{"newsletter":true}}}""");
        await Host.PutSubjectAsync("frank", ["eva@example.com"]);

        // A shared contact point.
        await Host.PutSubjectAsync("gust", ["shared@example.com", "gust@example.com"]);
        await Host.PutSubjectAsync("hilde", ["shared@example.com"]);
        await SaveAsync("gust", """{"channels":{"email":{"offers":false}}}""");

        // A letter's code.
        await Host.PutSubjectAsync("iris", ["iris@example.com"], postal: ["Kerkstraat 5, 9000 Gent"]);
        var order = await Host.SendAsync("POST", "/api/codes", Codes("iris"), OptOutHost.FunctionKey);
        var code = order.Json["codes"]![0]!["code"]!.GetValue<string>();
        var paper = ReferenceOn(await Host.SendAsync("POST", $"/q/{code}", OptOutHost.Form("choice=stop")));
        _pages.AddRange([$"/q/{code}", $"/q/{code}?ref={paper}&format=json"]);

        // What vendors report: an opt-out and a bounce.
        Assert.Equal(200, await Host.Sandbox.SendGrid.ActAsync("unsubscribe", "jef@example.com", cancellationToken: Cancel));
        Assert.Equal(200, await Host.Sandbox.SendGrid.ActAsync("bounce", "kaat@example.com", cancellationToken: Cancel));

        // STOP and START by SMS.
        await Host.PutSubjectAsync("lies", ["lies@example.com"], ["+32470100001"]);
        foreach (var word in (string[])["STOP", "START"])
        {
            var phone = Host.Sandbox.Find<TwilioSandbox>();
            Assert.Equal(200, (await phone.ReceiveAsync("+32470100001", word, cancellationToken: Cancel)).Status);
            await Host.QuietAsync();
        }

        // A customer number that nobody announced.
        await SaveAsync("mystery", """{"everything":"stop"}""");
        await Host.QuietAsync();

        // A link says when it was made.
        foreach (var id in Known)
            _tokens[id] = await Host.TokenAsync(id);
    }

    private async Task SaveAsync(string id, string body)
    {
        await Host.QuietAsync();
        Assert.InRange((await Host.SavePreferencesAsync(id, new StringContent(body, Encoding.UTF8, "application/json"))).Status, 200, 202);
        await Host.QuietAsync();
    }

    private async Task FormAsync(string address)
    {
        var answer = await Host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"email={Uri.EscapeDataString(address)}"));
        Assert.Equal(200, answer.Status);
        await Host.QuietAsync();
    }

    private static HttpContent Codes(string id) => JsonContent.Create(new { subjects = new[] { id }, topic = "offers", campaign = 9 });

    // The moment of the question, which is also in each link.
    [GeneratedRegex("\"(asOf|made)\": ?\"[^\"]*\"|(?<=[/-])[A-Za-z0-9_-]{58}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asked();
}
