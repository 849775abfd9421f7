using System.Diagnostics;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>What a person waits for, alone and beside others: the check's answer, a link that is hammered, an address with many
/// owners.</summary>
internal static class IsolationFigures
{
    private const int Bystanders = 20, Owners = 200;
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(MeasuredSystem system)
    {
        await Timing.MeasureAsync(4 * Bystanders, 16, i => system.AnnounceAsync($"B-{i}", $"b{i}@example.com"));
        var seen = new double[Bystanders];
        for (var i = 0; i < Bystanders; i++)
            seen[i] = await UntilNoAsync(system, i);
        Figure.Print("a one-click's answer until GET /api/check says no, idle", Figure.Milliseconds(seen.Max()), "250 ms", seen.Max() / 250, "<= 1");

        var idle = await BystandersAsync(system, Bystanders);
        using var stop = new CancellationTokenSource();
        var link = system.LinkOf("H-1");
        await system.AnnounceAsync("H-1", "h1@example.com");
        var hammering = Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await system.PressLinkAsync(link);
                await Task.Delay(20);
            }
        })));
        await Task.Delay(2000);
        var hammered = await BystandersAsync(system, 2 * Bystanders);
        await stop.CancelAsync();
        await hammering;
        Figure.Print(
            "time-to-stop beside a link pressed 1,000 times a second / idle",
            Figure.Milliseconds(hammered),
            Figure.Milliseconds(idle),
            hammered / idle,
            "<= 2");
    }

    /// <summary>One Stop for an address that 200 people share, against 200 Stops of people with one address each.</summary>
    public static async Task OwnersAsync(MeasuredSystem system)
    {
        await Timing.MeasureAsync(Owners, 16, i => system.AnnounceAsync($"S-{i}", "shared@example.com"));
        await Timing.MeasureAsync(Owners, 16, i => system.AnnounceAsync($"O-{i}", $"o{i}@example.com"));
        var alone = await CostAsync(system, () => Timing.MeasureAsync(Owners, 16, i => system.PressAsync($"O-{i}")));
        var shared = await CostAsync(system, async () =>
        {
            using var form = new FormUrlEncodedContent([KeyValuePair.Create("email", "shared@example.com")]);
            using var answer = await system.Http.PostAsync("/unsubscribe", form);
            if ((int)answer.StatusCode >= 400)
                throw new InvalidOperationException($"The public form answered {(int)answer.StatusCode}.");
        });
        Figure.Print(
            "CPU of one Stop with 200 owners / 200 Stops with one each", Figure.Seconds(shared), Figure.Seconds(alone), shared / alone, "<= 1");
    }

    private static async Task<double> UntilNoAsync(MeasuredSystem system, int i)
    {
        await system.PressAsync($"B-{i}");
        var begun = Stopwatch.GetTimestamp();
        while (await system.MayMailAsync($"b{i}@example.com"))
            await Task.Delay(2);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    // The median time from the answer until every e-mail vendor has confirmed one person's Stop.
    private static async Task<double> BystandersAsync(MeasuredSystem system, int first)
    {
        var times = new double[Bystanders];
        for (var i = 0; i < Bystanders; i++)
        {
            var (before, begun) = (system.Confirmed, Stopwatch.GetTimestamp());
            await system.PressAsync($"B-{first + i}");
            await system.ConfirmedAsync(before + system.EmailVendors, AtMost);
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[Bystanders / 2];
    }

    // Until every vendor has confirmed and every mail is sent, in processor time of this process: it is the functions, the bus and the
    // vendors.
    private static async Task<TimeSpan> CostAsync(MeasuredSystem system, Func<Task> act)
    {
        using var process = Process.GetCurrentProcess();
        var (cpu, before, mails) = (Cpu(), system.Confirmed, system.Vendors.SendGrid.Mails.Count);
        await act();
        await system.ConfirmedAsync(before + ((long)Owners * system.EmailVendors), AtMost);
        while (system.Vendors.SendGrid.Mails.Count < mails + Owners)
            await Task.Delay(50);
        return Cpu() - cpu;

        TimeSpan Cpu()
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }
}
