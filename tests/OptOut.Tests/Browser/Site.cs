using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OptOut.Company;
using OptOut.Links;

namespace OptOut.Tests.Browser;

/// <summary>Two running copies of the product: one that works, and one whose storage is unavailable and whose bus can be stopped.</summary>
public sealed class Site : IAsyncLifetime
{
    private const int MoreThanAllowed = 100;

    private readonly OptOutHost _host;
    private readonly Lazy<Task<Outage>> _outage;
    private readonly Lazy<Task<string>> _rateLimitedAddress;
    private int _people;

    public Site(AzuriteFixture azurite)
    {
        _host = new OptOutHost(azurite);
        _outage = new Lazy<Task<Outage>>(() => Outage.StartAsync(azurite));
        _rateLimitedAddress = new Lazy<Task<string>>(ExceedLimitAsync);
    }

    /// <summary>A well-formed code that was never printed.</summary>
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

    /// <summary>The path of the link in a newsletter to a new person who reads this language.</summary>
    internal Task<string> LinkAsync(Language language) => LinkAsync(_host, language);

    /// <summary>The code on an unaddressed leaflet.</summary>
    internal async Task<string> LeafletAsync() =>
        (await CodesAsync(new { count = 1, topic = "newsletter", campaign = 8 }))["code"]!.GetValue<string>();

    /// <summary>The path of the short link on a letter to a new person.</summary>
    internal async Task<string> LetterAsync(Language language)
    {
        var id = $"letter-{Interlocked.Increment(ref _people)}";
        await _host.PutSubjectAsync(id, [$"{id}@example.com"], language: language.Code);
        return new Uri((await CodesAsync(new { subjects = new[] { id }, topic = "offers" }))["url"]!.GetValue<string>()).AbsolutePath;
    }

    /// <summary>An e-mail address that the public form was sent for so often that it is now refused.</summary>
    internal Task<string> RateLimitedAddressAsync() => _rateLimitedAddress.Value;

    private async Task<string> ExceedLimitAsync()
    {
        const string Email = "often@example.com";
        for (var sent = 0; sent < MoreThanAllowed; sent++)
        {
            if ((await _host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"email={Uri.EscapeDataString(Email)}"))).Status == 429)
                return Email;
        }

        throw new InvalidOperationException("No request was refused.");
    }

    /// <summary>The full address of a page on the copy whose storage is unavailable.</summary>
    /// <param name="path">The path of the page.</param>
    /// <param name="bus">Whether the bus is available.</param>
    internal async Task<string> DuringOutageAsync(string path, bool bus)
    {
        var outage = await _outage.Value;
        await outage.SetBusAsync(bus);
        return new Uri(outage.Host.Client.BaseAddress!, path).AbsoluteUri;
    }

    /// <summary>The full address of a person's link, like <see cref="DuringOutageAsync"/>.</summary>
    internal async Task<string> LinkDuringOutageAsync(Language language, bool bus) =>
        await DuringOutageAsync((await _outage.Value).Links[language], bus);

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

    /// <summary>A copy whose storage stays unavailable.</summary>
    private sealed class Outage(OptOutHost host, CuttableStorage storage) : IAsyncDisposable
    {
        private bool _busRuns = true;

        public OptOutHost Host => host;

        public required IReadOnlyDictionary<Language, string> Links { get; init; }

        public static async Task<Outage> StartAsync(AzuriteFixture azurite)
        {
            var storage = await CuttableStorage.StartAsync(azurite);
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
