using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OptOut.Company;
using OptOut.Links;
using OptOut.Local.Azurite;

namespace OptOut.Tests.Browser;

/// <summary>The product as people find it: one that works, and one whose storage and bus can be away.</summary>
public sealed class Site : IAsyncLifetime
{
    private const int MoreThanAllowed = 100;

    private readonly OptOutHost _host;
    private readonly Lazy<Task<Outage>> _outage;
    private readonly Lazy<Task<string>> _askedTooOften;
    private int _people;

    public Site(AzuriteFixture azurite)
    {
        _host = new OptOutHost(azurite);
        _outage = new Lazy<Task<Outage>>(() => Outage.StartAsync(azurite));
        _askedTooOften = new Lazy<Task<string>>(AskTooOftenAsync);
    }

    /// <summary>Well formed, and on no paper.</summary>
    internal static string UnknownCode { get; } = new PrintedCode(1).Compact;

    internal OptOutHost Host => _host;

    internal Uri Address => _host.Client.BaseAddress!;

    public async ValueTask InitializeAsync() => await _host.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_outage.IsValueCreated)
            await (await _outage.Value).DisposeAsync();
        await _host.DisposeAsync();
    }

    /// <summary>The address in a newsletter to somebody of whom nothing was recorded yet, who reads this language.</summary>
    internal Task<string> LinkAsync(Language language) => LinkAsync(_host, language);

    /// <summary>The code on a leaflet for everybody.</summary>
    internal async Task<string> LeafletAsync() => (await CodesAsync(new { count = 1, topic = "newsletter", campaign = 8 }))["code"]!.GetValue<string>();

    /// <summary>The path of the short link on a letter to one person, of whom nothing was recorded yet.</summary>
    internal async Task<string> LetterAsync(Language language)
    {
        var id = $"letter-{Interlocked.Increment(ref _people)}";
        await _host.PutSubjectAsync(id, [$"{id}@example.com"], language: language.Code);
        return new Uri((await CodesAsync(new { subjects = new[] { id }, topic = "offers" }))["url"]!.GetValue<string>()).AbsolutePath;
    }

    /// <summary>An address that was stopped until no more was taken for it.</summary>
    internal Task<string> AskedTooOftenAsync() => _askedTooOften.Value;

    private async Task<string> AskTooOftenAsync()
    {
        const string Email = "often@example.com";
        for (var asked = 0; asked < MoreThanAllowed; asked++)
        {
            if ((await _host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"email={Uri.EscapeDataString(Email)}"))).Status == 429)
                return Email;
        }

        throw new InvalidOperationException("It was taken every time.");
    }

    /// <summary>The whole address of a page of the site that is out of order.</summary>
    /// <param name="path">Of the page.</param>
    /// <param name="bus">Whether the bus at least still answers.</param>
    internal async Task<string> BrokenDownAsync(string path, bool bus)
    {
        var outage = await _outage.Value;
        await outage.SetBusAsync(bus);
        return new Uri(outage.Host.Client.BaseAddress!, path).AbsoluteUri;
    }

    /// <summary>The whole address of a person's link, as <see cref="BrokenDownAsync"/>.</summary>
    internal async Task<string> LinkOfBrokenDownAsync(Language language, bool bus) => await BrokenDownAsync((await _outage.Value).Links[language], bus);

    private async Task<JsonNode> CodesAsync(object order)
    {
        var answer = await _host.SendAsync("POST", "/api/codes", JsonContent.Create(order), OptOutHost.FunctionKey);
        Assert.Equal(200, answer.Status);
        return Assert.Single(answer.Json["codes"]!.AsArray())!;
    }

    private async Task<string> LinkAsync(OptOutHost host, Language language)
    {
        var id = $"visitor-{Interlocked.Increment(ref _people)}";
        await host.PutSubjectAsync(id, [$"{id}@example.com"], ["+32 470 12 34 56"], language: language.Code);
        return $"/u/{await host.TokenAsync(id, topic: "newsletter")}";
    }

    /// <summary>Its tables are away for good.</summary>
    private sealed class Outage(OptOutHost host, AzuriteProcess storage) : IAsyncDisposable
    {
        private bool _busRuns = true;

        public OptOutHost Host => host;

        public required IReadOnlyDictionary<Language, string> Links { get; init; }

        public static async Task<Outage> StartAsync(AzuriteFixture azurite)
        {
            var storage = await AzuriteProcess.StartAsync(new AzuriteOptions { DataFolder = Path.GetTempPath(), InMemory = true });
            var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
            var links = new Dictionary<Language, string>();
            foreach (var language in Language.All)
            {
                await host.PutSubjectAsync(language.Code, [$"{language.Code}@example.com"], language: language.Code);
                links[language] = $"/u/{await host.TokenAsync(language.Code, topic: "newsletter")}";
            }

            await host.QuietAsync();
            await storage.StopAsync();
            return new Outage(host, storage) { Links = links };
        }

        public async Task SetBusAsync(bool runs)
        {
            if (runs != _busRuns)
                await (runs ? host.StartBusAsync() : host.StopBusAsync());
            _busRuns = runs;
        }

        public async ValueTask DisposeAsync()
        {
            await SetBusAsync(true);
            await host.DisposeAsync();
            await storage.DisposeAsync();
        }
    }
}
