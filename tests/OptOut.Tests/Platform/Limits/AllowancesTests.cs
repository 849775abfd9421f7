using OptOut.Platform.Limits;

namespace OptOut.Tests.Platform.Limits;

public sealed class AllowancesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1), TwentyMinutes = TimeSpan.FromMinutes(20);

    private readonly Allowances _allowances = new();

    [Fact]
    public void A_burst_up_to_the_limit_is_allowed_and_then_one_more_for_each_share_of_the_window()
    {
        Assert.Equal([0, 0, 0, 20, 20], Enumerable.Range(0, 5).Select(_ => WaitAt(Noon)));

        Assert.Equal(5, WaitAt(Noon.AddMinutes(15)));
        Assert.Equal([0, 20], [WaitAt(Noon.AddMinutes(20)), WaitAt(Noon.AddMinutes(20))]);
        Assert.Equal([0, 0, 0, 20], Enumerable.Range(0, 4).Select(_ => WaitAt(Noon.AddHours(9))));
    }

    [Fact]
    public void A_check_without_taking_does_not_count()
    {
        Assert.All(Enumerable.Range(0, 10), _ => Assert.True(_allowances.TryTake(7, Noon, TwentyMinutes, Hour, take: false, out var _)));
        Assert.Equal([0, 0, 0, 20], Enumerable.Range(0, 4).Select(_ => WaitAt(Noon)));
        Assert.False(_allowances.TryTake(7, Noon, TwentyMinutes, Hour, take: false, out var wait));
        Assert.Equal(TwentyMinutes, wait);
    }

    [Fact]
    public void A_client_that_used_up_its_allowance_does_not_reduce_anothers()
    {
        while (WaitAt(Noon, 7) == 0)
        {
        }

        // One key in the same set, and one in another.
        Assert.Equal([0, 0], [WaitAt(Noon, 7 + 8192), WaitAt(Noon, 8)]);
    }

    [Fact]
    public void A_flood_of_other_clients_allocates_no_memory_and_does_not_evict_the_busiest_client()
    {
        while (WaitAt(Noon, 7) == 0)
        {
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong stranger = 0; stranger < 4 * Allowances.Capacity; stranger++)
            Assert.True(_allowances.TryTake(1000 + (stranger * 0x9E37_79B9_7F4A_7C15), Noon, TwentyMinutes, Hour, take: true, out _));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        Assert.Equal(20, WaitAt(Noon, 7));
    }

    [Fact]
    public async Task Concurrent_threads_never_get_more_than_the_allowance()
    {
        var given = 0;

        await Parallel.ForAsync(0, 2000, TestContext.Current.CancellationToken, (_, _) =>
        {
            if (_allowances.TryTake(7, Noon, TimeSpan.FromMinutes(1), Hour, take: true, out var _))
                Interlocked.Increment(ref given);
            return ValueTask.CompletedTask;
        });

        Assert.Equal(60, given);
    }

    private double WaitAt(DateTimeOffset now, ulong key = 7)
    {
        var may = _allowances.TryTake(key, now, TwentyMinutes, Hour, take: true, out var wait);
        Assert.Equal(may, wait == TimeSpan.Zero);
        return wait.TotalMinutes;
    }
}
