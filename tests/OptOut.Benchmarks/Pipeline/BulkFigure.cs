using System.Diagnostics;
using OptOut.Emulators.Sandbox.SendGrid;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>A company begins with this product: its vendor has thousands of opt-outs that nobody here knows.</summary>
internal static class BulkFigure
{
    private const int People = 10_000;
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(3);

    public static async Task RunAsync(MeasuredSystem system)
    {
        await Timing.MeasureAsync(200, 16, i => system.UpsertAsync("warm", i));
        var floor = await Timing.MeasureAsync(People, 16, i => system.UpsertAsync("bulk", i));
        var month = TimeProvider.System.GetUtcNow().AddDays(-30).ToUnixTimeSeconds();
        system.Vendors.SendGrid.AddGlobal(Enumerable.Range(0, People).Select(i => new SendGridEntry($"early{i}@example.com", month)));

        var begun = Stopwatch.GetTimestamp();
        var run = system.ReconcileAsync();
        await run.WaitAsync(AtMost);
        var took = Stopwatch.GetElapsedTime(begun);
        Figure.Print(
            "a night with 10,000 new opt-outs of SendGrid / plain upserts",
            Figure.Seconds(took),
            Figure.Seconds(floor.Total),
            took / floor.Total,
            "<= 3 requests each (test)");
    }
}
