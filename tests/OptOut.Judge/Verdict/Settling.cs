using System.Text.Json.Nodes;

namespace OptOut.Judge;

/// <summary>
/// Waits, once everything runs again, until nothing is under way: no message on the bus, nothing in the outbox. Does what an operator does
/// meanwhile: lets the timer sweep, and replays the dead letters.
/// </summary>
internal sealed class Settling(SystemUnderTest system, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A message that is handled may publish another a moment later.
    private const int QuietRounds = 3;

    /// <summary>How many dead letters were sent again.</summary>
    public int Replayed { get; private set; }

    /// <returns>What is still under way at the deadline, in words; null when nothing is.</returns>
    public async Task<string?> WaitAsync(DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        using var functions = new Wire(system.Functions, system.MasterKey, TimeSpan.FromSeconds(30));
        await using var bus = new BusReader(system.Bus);
        using var keys = new InstallationKeys(system.Data);
        var tables = new TableReader(system.Storage, keys);
        for (var quiet = 0; ;)
        {
            await functions.SendAsync(HttpMethod.Post, "/admin/functions/SweepOutbox", Wire.Json(new JsonObject()), cancellationToken);
            if (await bus.DeadLettersAsync(cancellationToken) is { Count: > 0 })
                Replayed += await ReplayAsync(functions, cancellationToken);
            var (counts, outbox) = (await bus.CountAsync(cancellationToken), await tables.OutboxAsync(cancellationToken));
            quiet = counts.Values.All(c => c.Waiting == 0) && outbox.Count == 0 ? quiet + 1 : 0;
            if (quiet == QuietRounds)
                return null;
            if (quiet == 0 && time.GetUtcNow() > deadline)
            {
                return $"{outbox.Count} rows in the outbox; on the bus "
                    + string.Join(", ", counts.Where(c => c.Value.Waiting > 0).Select(c => $"{c.Key} {c.Value.Waiting}"));
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static async Task<int> ReplayAsync(Wire functions, CancellationToken cancellationToken)
    {
        var reply = await functions.SendAsync(
            HttpMethod.Post, "/api/dead-letters/replay", Wire.Json(new JsonObject { ["max"] = 1_000 }), cancellationToken);
        return reply is { Status: 200, Json: { } answer } ? answer["replayed"]?.GetValue<int>() ?? 0 : 0;
    }
}
