using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Records;

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
        using var started = await system.Http.PostAsJsonAsync("/admin/functions/Reconcile", new { });
        if (started.StatusCode != HttpStatusCode.Accepted)
            throw new InvalidOperationException($"The run was answered {(int)started.StatusCode}.");
        while (await CountAsync(system) < People)
        {
            if (Stopwatch.GetElapsedTime(begun) > AtMost)
                throw new TimeoutException($"Not all of {People} Stops were recorded in {AtMost}.");
            await Task.Delay(1000);
        }

        var took = Stopwatch.GetElapsedTime(begun);
        Figure.Print(
            "10,000 opt-outs of SendGrid recorded / 10,000 plain upserts",
            Figure.Seconds(took),
            Figure.Seconds(floor.Total),
            took / floor.Total,
            "<= 3 requests each (test)");
    }

    private static async Task<int> CountAsync(MeasuredSystem system)
    {
        // The last part of the work is the feed; its rows are few partitions.
        var count = 0;
        await foreach (var _ in system.Services.GetRequiredService<StorageAccount>().Feed.QueryAsync<Azure.Data.Tables.TableEntity>(select: ["RowKey"]))
            count++;
        return count;
    }
}
