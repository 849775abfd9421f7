using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Azure.Storage.Blobs;

namespace OptOut.Judge.Faults;

/// <summary>
/// What happens once the faults are over, until it is fair to judge: the product works off what waits, an operator replays the dead
/// letters, and the night comes. Only what a real operator has is used: the API, the admin endpoint, and a look at the bus.
/// </summary>
internal sealed class Healing(RunningSystem system, FaultLog log) : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1), Limit = TimeSpan.FromMinutes(10);

    // Nothing can wait longer, unseen, for its scheduled time: peeking does not show what is scheduled. The night mails no confirmations.
    private static readonly TimeSpan LongestSchedule = ProductSettings.ConfirmationInterval + TimeSpan.FromSeconds(5),
        LongestScheduleOfNight = ProductSettings.LongestRetry * 3;

    private readonly ServiceBusClient _bus = new(system.Addresses.Bus);
    private readonly TableClient _outbox = new(system.Addresses.Storage, "outbox");
    private readonly BlobContainerClient _reports = new(system.Addresses.Storage, "reports");
    private readonly HttpClient _http = CreateHttp(system.Addresses);
    private readonly List<Finding> _findings = [];

    /// <summary>What did not heal.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Waits until the bus and the outbox are empty and stay so, replaying dead letters.</summary>
    public Task WorkOffAsync() => WorkOffAsync(LongestSchedule);

    /// <summary>The nightly comparison with every vendor, and what follows from it.</summary>
    public async Task CompareAsync()
    {
        var before = await ReportsAsync();
        using (var started = await _http.PostAsJsonAsync("/admin/functions/Reconcile", new { }))
            started.EnsureSuccessStatusCode();
        var since = log.Elapsed;
        while (true)
        {
            var fresh = (await ReportsAsync()).Except(before, StringComparer.Ordinal).FirstOrDefault();
            if (fresh is not null)
            {
                await ReadReportAsync(fresh);
                await WorkOffAsync(LongestScheduleOfNight);
                return;
            }

            if (log.Elapsed - since > Limit)
            {
                _findings.Add(new Finding(
                    "The nightly comparison ends and reports.",
                    $"It was started at {since} and wrote no report within {Limit}.",
                    "functions/OptOut/Reconciliation"));
                return;
            }

            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync();
        _http.Dispose();
    }

    private async Task WorkOffAsync(TimeSpan quiet)
    {
        for (var round = 1; ; round++)
        {
            await UntilQuietAsync(quiet);
            var dead = await DeadLettersAsync();
            if (dead.Count == 0)
                return;
            foreach (var (what, count) in dead)
            {
                log.Write($"{count} dead letters: {what}");
                log.Add($"dead letters, {what}", count);
            }

            if (round == 3)
            {
                _findings.AddRange(dead.Select(d => new Finding(
                    "What is dead-lettered can be delivered once its cause is gone.",
                    $"{d.Value} messages are dead letters again after two replays without faults: {d.Key}. They are in the data folder's bus "
                        + "journal; the functions' logs say why.",
                    "functions/OptOut/Delivery")));
                return;
            }

            await ReplayAsync();
        }
    }

    private async Task UntilQuietAsync(TimeSpan quiet)
    {
        using (var swept = await _http.PostAsJsonAsync("/admin/functions/SweepOutbox", new { }))
            swept.EnsureSuccessStatusCode();
        var (started, lastSeen) = (log.Elapsed, log.Elapsed);
        var waiting = "";
        while (log.Elapsed - lastSeen < quiet)
        {
            if (await WaitingAsync() is { Length: > 0 } now)
                (lastSeen, waiting) = (log.Elapsed, now);
            if (lastSeen - started > Limit)
            {
                _findings.Add(new Finding(
                    "Once the faults are over, everything that waits is worked off.",
                    $"After {Limit} there is still: {waiting}.",
                    "functions/OptOut/Messaging"));
                return;
            }

            await Task.Delay(Poll, TimeProvider.System);
        }
    }

    private async Task<string> WaitingAsync()
    {
        var waiting = new List<string>();
        foreach (var subscription in Parts.Subscriptions)
        {
            await using var receiver = _bus.CreateReceiver(Parts.BusTopic, subscription);
            if (await receiver.PeekMessagesAsync(100, fromSequenceNumber: 0) is { Count: > 0 and var count })
                waiting.Add(string.Create(CultureInfo.InvariantCulture, $"{count} messages of {subscription}"));
        }

        var parked = 0;
        await foreach (var row in _outbox.QueryAsync<TableEntity>(select: ["RowKey"]))
            parked++;
        if (parked > 0)
            waiting.Add(string.Create(CultureInfo.InvariantCulture, $"{parked} rows of the outbox"));
        return string.Join(", ", waiting);
    }

    private async Task<IReadOnlyDictionary<string, int>> DeadLettersAsync()
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>("/api/dead-letters");
        var counts = answer.GetProperty("deadLetters").EnumerateArray().ToDictionary(
            d => $"{Text(d, "subscription")}, {Text(d, "reason")}, vendor {Text(d, "vendor") ?? "none"}",
            d => d.GetProperty("count").GetInt32(),
            StringComparer.Ordinal);
        foreach (var subscription in Parts.Subscriptions)
        {
            await using var receiver = _bus.CreateReceiver(
                Parts.BusTopic, subscription, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
            var hopeless = (await receiver.PeekMessagesAsync(1000, fromSequenceNumber: 0)).Count(Parts.NeedsTheVendor);
            var key = $"{subscription}, Rejected, vendor postmark";
            if (hopeless > 0 && counts.TryGetValue(key, out var count))
                counts[key] = Math.Max(0, count - hopeless);
        }

        return counts.Where(c => c.Value > 0).ToDictionary(StringComparer.Ordinal);

        static string? Text(JsonElement letter, string property) => letter.GetProperty(property).GetString();
    }

    private async Task ReplayAsync()
    {
        while (true)
        {
            using var answer = await _http.PostAsJsonAsync("/api/dead-letters/replay", new { max = 1000 });
            answer.EnsureSuccessStatusCode();
            var replayed = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("replayed").GetInt32();
            log.Add("dead letters replayed", replayed);
            if (replayed < 1000)
                return;
        }
    }

    private async Task<IReadOnlyList<string>> ReportsAsync()
    {
        var names = new List<string>();
        await foreach (var blob in _reports.GetBlobsAsync())
        {
            // The page is written after the document, and "latest" is a copy.
            if (blob.Name.EndsWith(".html", StringComparison.Ordinal) && !blob.Name.StartsWith("latest", StringComparison.Ordinal))
                names.Add(blob.Name);
        }

        return names;
    }

    // Before the night every vendor must have been told by messages alone: what it had to repair was lost on the way.
    private async Task ReadReportAsync(string page)
    {
        var blob = await _reports.GetBlobClient(Path.ChangeExtension(page, ".json")).DownloadContentAsync();
        using var report = JsonDocument.Parse(blob.Value.Content);
        foreach (var vendor in report.RootElement.GetProperty("vendors").EnumerateArray())
        {
            var (name, status) = (vendor.GetProperty("vendor").GetString(), vendor.GetProperty("status").GetString());
            log.Write($"nightly comparison, {name}: {status}, pushed again {vendor.GetProperty("pushedAgain")}");
            if (vendor.GetProperty("pushedAgain").GetInt32() is > 0 and var again)
            {
                _findings.Add(new Finding(
                    "Every Stop reaches every vendor without the nightly comparison.",
                    $"The nightly comparison pushed {again} contact points to {name} again, which were stopped here and not there, though the "
                        + $"bus was empty and no dead letter was left. The report: {page} in the container reports.",
                    "functions/OptOut/Delivery/VendorPusher.cs and ChannelHandler.cs"));
            }
        }
    }

    private static HttpClient CreateHttp(SystemUnderTest system)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = system.Functions,
            Timeout = TimeSpan.FromMinutes(2),
        };
        // The master key opens everything.
        http.DefaultRequestHeaders.Add("x-functions-key", system.MasterKey);
        return http;
    }
}
