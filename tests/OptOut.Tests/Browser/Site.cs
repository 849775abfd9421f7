using OptOut.Local.Azurite;
using OptOut.Texts;

namespace OptOut.Tests.Browser;

/// <summary>The product as people find it: one that works, and one whose storage and bus can be away.</summary>
public sealed class Site(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly OptOutHost _host = new(azurite);
    private readonly Lazy<Task<Outage>> _outage = new(() => Outage.StartAsync(azurite));
    private int _people;

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

    /// <summary>The whole address of such a link on the site that is out of order.</summary>
    /// <param name="bus">Whether the bus at least still answers.</param>
    internal async Task<string> BrokenDownAsync(Language language, bool bus)
    {
        var outage = await _outage.Value;
        await outage.SetBusAsync(bus);
        return new Uri(outage.Host.Client.BaseAddress!, outage.Links[language]).AbsoluteUri;
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
