using System.Diagnostics;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>A mailing's worth of opt-outs: announcing the people, and the time until the last vendor has confirmed their presses.</summary>
internal static class DrainFigures
{
    private const int People = 1000, Callers = 16, Warm = 200;
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(MeasuredSystem system)
    {
        // All of it warm: the compiler has a part in the first calls of anything.
        await Timing.MeasureAsync(Warm, Callers, i => system.UpsertAsync("warm", i));
        await Timing.MeasureAsync(Warm, Callers, i => system.AnnounceAsync($"W-{i}", $"w{i}@example.com"));
        await Timing.MeasureAsync(Warm, Callers, i => system.PressAsync($"W-{i}"));
        await system.ConfirmedAsync((long)Warm * system.EmailVendors, AtMost);
        var floor = await Timing.MeasureAsync(People, Callers, i => system.UpsertAsync("drain", i));

        var announced = await Timing.MeasureAsync(People, Callers, i => system.AnnounceAsync($"D-{i}", $"d{i}@example.com"));
        Figure.Print(
            "1,000 people announced / 1,000 plain upserts",
            Figure.Seconds(announced.Total),
            Figure.Seconds(floor.Total),
            announced.Total / floor.Total,
            "<= 6");

        string[] links = [.. Enumerable.Range(0, People).Select(i => system.LinkOf($"D-{i}"))];
        var (before, begun) = (system.Confirmed, Stopwatch.GetTimestamp());
        await Timing.MeasureAsync(People, Callers, i => system.PressLinkAsync(links[i]));
        await system.ConfirmedAsync(before + ((long)People * system.EmailVendors), AtMost);
        var drained = Stopwatch.GetElapsedTime(begun);
        Figure.Print(
            $"1,000 presses until {system.EmailVendors} vendors confirmed / the same",
            Figure.Seconds(drained),
            Figure.Seconds(floor.Total),
            drained / floor.Total,
            "<= 20");
    }
}
