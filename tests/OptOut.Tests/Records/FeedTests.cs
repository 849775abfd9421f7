using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform;
using OptOut.Records.Feed;

namespace OptOut.Tests.Records;

/// <summary>How the feed is written, read and trimmed.</summary>
public sealed class FeedTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly SubjectKey[] OneOfEachShard = [.. Enumerable.Range(0, 16).Select(i => new SubjectKey((UInt128)i << 124))];

    [Fact]
    public async Task Entries_are_spread_over_sixteen_shards_and_read_again_from_two_minutes_before_the_position()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        for (var minute = 0; minute < 12; minute++)
        {
            foreach (var subject in OneOfEachShard)
                await store.AppendAsync(subject, version: minute);
            store.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var rows = store.Rows();
        Assert.Equal(
            Enumerable.Range(0, 3).SelectMany(b => "0123456789abcdef".Select(s => $"2026050112{b * 5:D2}~{s}")),
            rows.Select(r => r.PartitionKey).Distinct());
        var read = await store.ReadAsync(FeedStore.Noon.AddMinutes(7));
        Assert.Equal(7 * 16, read.Count);
        Assert.Equal(FeedStore.Noon.AddMinutes(5), read.Min(e => e.At));
        Assert.Equal(FeedStore.Noon.AddMinutes(11), read.Max(e => e.At));
        Assert.All(read.GroupBy(e => e.Subject), g => Assert.Equal(7, g.Count()));
    }

    [Fact]
    public async Task A_reader_without_a_position_reads_everything_there_is()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        foreach (var subject in OneOfEachShard)
        {
            await store.AppendAsync(subject);
            store.Time.Advance(TimeSpan.FromDays(3));
        }

        Assert.Null((await store.Positions.FindAsync(FeedPositions.Anchors, Cancel)).At);
        Assert.Equal(OneOfEachShard, (await store.ReadAsync(null)).Select(e => e.Subject));
    }

    [Fact]
    public async Task A_position_is_no_entry_and_is_moved_only_by_the_run_that_read_it()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var first = await store.Positions.FindAsync("one", Cancel);
        await store.Positions.MoveAsync(first, FeedStore.Noon, Cancel);
        await store.Positions.MoveAsync(first, FeedStore.Noon.AddHours(1), Cancel);
        var second = await store.Positions.FindAsync("one", Cancel);
        Assert.Equal(FeedStore.Noon, second.At);

        await store.Positions.MoveAsync(second, FeedStore.Noon.AddHours(2), Cancel);
        await store.Positions.MoveAsync(second, FeedStore.Noon.AddHours(3), Cancel);

        Assert.Equal(FeedStore.Noon.AddHours(2), (await store.Positions.FindAsync("one", Cancel)).At);
        Assert.Empty(await store.ReadAsync());
    }

    [Fact]
    public async Task A_write_that_took_longer_than_thirty_seconds_is_repeated_under_a_new_key()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        store.Slow(TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(30));

        await store.AppendAsync(new SubjectKey(1));

        // The first may have come too late for a reader that began in between, and the second has not.
        Assert.Equal([FeedStore.Noon, FeedStore.Noon.AddSeconds(31).AddTicks(1)], (await store.ReadAsync()).Select(e => e.At));
        Assert.All(await store.ReadAsync(), e => Assert.Equal((new SubjectKey(1), 1), (e.Subject, e.ContactPoints.Single().Version)));
    }

    [Fact]
    public async Task Of_many_messages_those_are_repeated_that_were_written_more_than_thirty_seconds_after_their_key()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var news = OneOfEachShard.Take(3).Select((subject, i) => Stop(Scope.Everything, subject, i + 1))
            .Select(stop => new FeedNews([stop], SubjectState.Start(stop.Subject).Take([stop]), [])).ToArray();
        store.Slow(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20));

        await store.Writer.AppendAsync(news, Cancel);

        // The first was written within twenty seconds of its key, and the others after forty.
        var read = await store.ReadAsync();
        Assert.Equal([1, 2, 2], OneOfEachShard.Take(3).Select(s => read.Count(e => e.Subject == s)));
        Assert.Equal(FeedStore.Noon.AddSeconds(40).AddTicks(1), read.Max(e => e.At));
    }

    [Fact]
    public async Task When_every_write_is_slow_the_message_has_to_come_again()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        store.Slow(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.AppendAsync(new SubjectKey(1)));
    }

    [Theory]
    [InlineData(50, 1)]
    [InlineData(160, 3)]
    public async Task A_subject_may_have_a_hundred_contact_points(int topics, int rows)
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var stops = new StopSet(false, Enumerable.Range(0, topics).Select(i => Topic.Parse($"{i:D3}-{new string('x', 28)}")));
        var contactPoints = Enumerable.Range(0, 100).Select(i => new FeedContactPoint(
            IdentifierKind.Phone,
            new IdentifierHash((UInt128)i),
            i,
            new Dictionary<Channel, StopSet> { [Channel.Sms] = stops, [Channel.Phone] = stops })).ToArray();
        var stop = Stop(Scope.Everything);

        // The tests' client refuses what Azure would.
        await store.Writer.AppendAsync([stop], SubjectState.Start(stop.Subject).Take([stop]), contactPoints, Cancel);

        var read = await store.ReadAsync();
        Assert.Equal(rows, read.Count);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), read.SelectMany(e => e.ContactPoints).Select(c => c.Version));
        Assert.All(
            read.SelectMany(e => e.ContactPoints), c => Assert.Equal((stops, stops), (c.Stops[Channel.Sms], c.Stops[Channel.Phone])));
        Assert.Equal((stop.Id, 1), (read[0].Change!.Id, read[0].Head!.Value.Sequence));
        Assert.All(read.Skip(1), e => Assert.True(e.Change is null && e.Head is null));
    }

    [Fact]
    public async Task Nothing_is_trimmed_until_an_hour_after_every_reader_has_read_it()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        foreach (var subject in OneOfEachShard)
            await store.AppendAsync(subject);
        store.Time.Advance(TimeSpan.FromMinutes(5));
        await store.AppendAsync(new SubjectKey(7));
        store.Time.Advance(TimeSpan.FromDays(1));

        // Nobody has read it.
        Assert.Equal(0, await store.Get<FeedTrimmer>().RunAsync(Cancel));

        // One of the readers has, and then the other, but not an hour ago.
        await store.MoveAsync(FeedPositions.Anchors, FeedStore.Noon.AddDays(1));
        Assert.Equal(0, await store.Get<FeedTrimmer>().RunAsync(Cancel));
        await store.MoveAsync(FeedPositions.Statistics, FeedStore.Noon.AddMinutes(64));
        Assert.Equal(0, await store.Get<FeedTrimmer>().RunAsync(Cancel));

        await store.MoveAsync(FeedPositions.Statistics, FeedStore.Noon.AddMinutes(65));
        Assert.Equal(16, await store.Get<FeedTrimmer>().RunAsync(Cancel));
        Assert.Equal([new SubjectKey(7)], (await store.ReadAsync()).Select(e => e.Subject));
        Assert.Equal(FeedStore.Noon.AddMinutes(65), (await store.Positions.FindAsync(FeedPositions.Statistics, Cancel)).At);
    }

    [Fact]
    public async Task A_partition_is_trimmed_in_batches_of_a_hundred_and_two_runs_do_not_hinder_each_other()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 250),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancel },
            async (i, _) => await store.AppendAsync(new SubjectKey((UInt128)i)));
        await store.MoveAsync(FeedPositions.Anchors, FeedStore.Noon.AddHours(2));
        await store.MoveAsync(FeedPositions.Statistics, FeedStore.Noon.AddHours(2));
        var kept = store.Rows();
        store.Requests.Forget();
        Assert.Equal(250, await store.Get<FeedTrimmer>().RunAsync(Cancel));
        Assert.Equal(3, store.Requests.Sent.Count(r => r == "BATCH feed"));
        Assert.Empty(store.Rows());

        foreach (var row in kept)
            await store.Get<OptOut.Records.StorageAccount>().Feed.AddEntityAsync(row, Cancel);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => store.Get<FeedTrimmer>().RunAsync(Cancel)));
        Assert.Empty(store.Rows());
    }

    internal static Change Stop(
        Scope scope, SubjectKey? subject = null, int id = 1, Source source = Source.OneClick, ChangeEvidence? evidence = null) =>
        Change.Create(
            new Guid($"0196c9a1-0000-7000-8000-{id:D12}"),
            subject ?? new SubjectKey(42),
            scope,
            Decision.Stop,
            FeedStore.Noon,
            FeedStore.Noon,
            source,
            evidence);
}
