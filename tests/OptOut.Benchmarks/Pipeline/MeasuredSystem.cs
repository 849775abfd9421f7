using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>The whole product on this machine, as <c>dotnet run --project functions/OptOut.Local</c> starts it, and its people.</summary>
internal sealed class MeasuredSystem : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly LocalSystem _system;
    private readonly MeterListener _meters = new();
    private long _confirmed;

    private MeasuredSystem(DirectoryInfo folder, LocalSystem system)
    {
        (_folder, _system) = (folder, system);
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64, AllowAutoRedirect = false })
        {
            BaseAddress = system.Functions!.Address,
            DefaultRequestHeaders = { { "x-functions-key", "local" } },
        };
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "optout.stop.duration")
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref _confirmed));
        _meters.Start();
    }

    public HttpClient Http { get; }

    public VendorSandbox Vendors => _system.Vendors!;

    public IServiceProvider Services => _system.Functions!.Services;

    /// <summary>How often a vendor has confirmed a person's Stop.</summary>
    public long Confirmed => Interlocked.Read(ref _confirmed);

    public int EmailVendors => Services.GetServices<IVendor>().Count(v => v.Channel == Channel.Email && v.AcceptsPushes);

    /// <param name="log">Where the functions' log goes; null for nowhere but its errors.</param>
    public static async Task<MeasuredSystem> StartAsync(Action<ILoggingBuilder>? log = null)
    {
        var folder = Directory.CreateTempSubdirectory("optout-bench-");
        var system = await LocalSystem.StartAsync(
            new Arguments { DataFolder = folder.FullName },
            TextWriter.Null,
            null,
            log ?? (logging => logging.SetMinimumLevel(LogLevel.Error)),
            CancellationToken.None);
        return new MeasuredSystem(folder, system);
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        Http.Dispose();
        await _system.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>The nightly run, to its end.</summary>
    public async Task ReconcileAsync()
    {
        if (!await _system.Functions!.RunTimerAsync("Reconcile"))
            throw new InvalidOperationException("The nightly run failed; its log says why.");
    }

    public string LinkOf(string person)
    {
        var subject = Services.GetRequiredService<IdentifierProtector>().SubjectOf(person);
        return $"/u/{Services.GetRequiredService<LinkKeyRing>().Sign(new Link(subject, Channel.Email, 1, TimeProvider.System.GetUtcNow(), 7))}";
    }

    public async Task AnnounceAsync(string person, string address)
    {
        using var answer = await Http.PutAsJsonAsync($"/api/subjects/{person}", new { identifiers = new { email = new[] { address } } });
        Expect(HttpStatusCode.OK, answer);
    }

    public Task PressAsync(string person) => PressLinkAsync(LinkOf(person));

    public async Task PressLinkAsync(string link)
    {
        using var body = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
        using var answer = await Http.PostAsync(link, body);
        Expect(HttpStatusCode.OK, answer);
    }

    /// <summary>GET /api/check: whether mail may still go to the address.</summary>
    public async Task<bool> MayMailAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/check?channel=email");
        request.Headers.Add("OptOut-Identifier", address);
        using var answer = await Http.SendAsync(request);
        Expect(HttpStatusCode.OK, answer);
        return (await answer.Content.ReadFromJsonAsync<CheckAnswer>())!.Allowed;
    }

    /// <summary>The floor: an upsert of a small row in the same Azurite.</summary>
    public Task UpsertAsync(string table, int i) => Services.GetRequiredService<StorageAccount>().Runs.UpsertEntityAsync(
        new TableEntity($"floor-{table}", string.Create(CultureInfo.InvariantCulture, $"{i:D8}")) { ["At"] = i }, TableUpdateMode.Replace);

    /// <summary>Waits until the vendors have confirmed so many Stops in all.</summary>
    public async Task ConfirmedAsync(long count, TimeSpan atMost)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Confirmed < count)
        {
            if (Stopwatch.GetElapsedTime(begun) > atMost)
                throw new TimeoutException($"{Confirmed} of {count} confirmations after {atMost}.");
            await Task.Delay(20);
        }
    }

    private static void Expect(HttpStatusCode status, HttpResponseMessage answer)
    {
        if (answer.StatusCode != status)
            throw new InvalidOperationException($"{answer.RequestMessage!.Method} was answered {(int)answer.StatusCode}.");
    }

    private sealed record CheckAnswer(bool Allowed);
}
