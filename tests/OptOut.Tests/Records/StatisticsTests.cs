using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Records;
using OptOut.Records.Feed;
using OptOut.Records.Statistics;

namespace OptOut.Tests.Records;

/// <summary>The counts of each day, made from the feed.</summary>
public sealed class StatisticsTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Midnight = new(2026, 5, 2, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_are_counted_by_source_channel_topic_decision_and_campaign()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await TellAsync(store, Stop(1, "*,*", Source.OneClick, Channel.Email, campaign: 7));
        await TellAsync(store, Stop(2, "*,*", Source.OneClick, Channel.Email, campaign: 8));
        await TellAsync(store, Stop(3, "*,*", Source.OneClick, Channel.Email, campaign: 8));
        await TellAsync(store, Stop(4, "email,newsletter", Source.VendorWebhook));
        var choice = Submission.Create(
            new SubjectKey(5), Source.PreferencePage, new ChangeEvidence(Channel.Sms, Campaign: 7), store.Time.GetUtcNow(), 0);
        await TellAsync(
            store,
            choice.CreateChange(new Scope(Channel.Sms, null), Decision.Stop),
            choice.CreateChange(new Scope(Channel.Sms, Topic.Parse("offers")), Decision.Allow));
        await store.AppendAsync(new SubjectKey(6));

        await RunAsync(store);

        var day = await DayAsync(store, "2026-05-01");
        Assert.Equal((false, FeedStore.Noon.AddSeconds(5), 5), (day.Complete, day.Until, day.Messages));
        Assert.Equal(
            [
                new("OneClick", "email", "*", "*", "Stop", 3),
                new("PreferencePage", "sms", "sms", "*", "Stop", 1),
                new("PreferencePage", "sms", "sms", "offers", "Allow", 1),
                new ChangeCount("VendorWebhook", null, "email", "newsletter", "Stop", 1),
            ],
            day.Changes);
        Assert.Equal([new(7, 2, 1), new CampaignCount(8, 2, 0)], day.Campaigns);
        Assert.Null(day.OtherCampaigns);
        Assert.Equal(day.Until, (await store.Positions.FindAsync(FeedPositions.Statistics, Cancel)).At);
    }

    [Fact]
    public async Task A_message_is_counted_once_however_often_it_is_read_or_delivered()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var first = Stop(1, "*,*");
        await TellAsync(store, first);
        await RunAsync(store);
        await RunAsync(store);
        await TellAsync(store, first);
        store.Time.Advance(TimeSpan.FromMinutes(59));
        await TellAsync(store, first);
        await TellAsync(store, Stop(2, "*,*"));

        await RunAsync(store);
        await RunAsync(store);

        Assert.Equal((2, 2), await CountAsync(store, "2026-05-01"));
    }

    [Fact]
    public async Task A_run_that_dies_after_it_wrote_the_day_is_not_counted_again()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await TellAsync(store, Stop(1, "*,*"));

        // The only step between writing the day and moving the position is the log message.
        var dying = new StatisticsWriter(store.Reader, store.Positions, store.Get<StatisticsStore>(), store.Time, new DiesAtTheFirstLine());
        await Assert.ThrowsAsync<TimeoutException>(() => dying.RunAsync(Cancel));
        Assert.Equal((1, 1), await CountAsync(store, "2026-05-01"));
        Assert.Null((await store.Positions.FindAsync(FeedPositions.Statistics, Cancel)).At);

        await TellAsync(store, Stop(2, "*,*"));
        await RunAsync(store);

        Assert.Equal((2, 2), await CountAsync(store, "2026-05-01"));
        Assert.NotNull((await store.Positions.FindAsync(FeedPositions.Statistics, Cancel)).At);
    }

    [Fact]
    public async Task Of_runs_at_the_same_time_one_counts()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        for (var i = 1; i <= 20; i++)
        {
            await TellAsync(store, Stop(i, "*,*"));
            if (i % 5 == 0)
                await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RunAsync(store)));
        }

        await RunAsync(store);

        Assert.Equal((20, 20), await CountAsync(store, "2026-05-01"));
    }

    [Fact]
    public async Task A_run_that_was_held_up_does_not_overwrite_a_day_that_another_run_has_completed()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await TellAsync(store, Stop(1, "*,*"));
        await RunAsync(store);
        store.DuringRead = async () =>
        {
            await TellAsync(store, Stop(2, "*,*"));
            MoveTo(store, Midnight.AddMinutes(5));
            await RunAsync(store);
        };

        await RunAsync(store);

        Assert.Null(store.DuringRead);
        Assert.True((await DayAsync(store, "2026-05-01")).Complete);
        Assert.Equal((2, 2), await CountAsync(store, "2026-05-01"));
        Assert.Equal(Midnight.AddMinutes(5), (await store.Positions.FindAsync(FeedPositions.Statistics, Cancel)).At);
    }

    [Fact]
    public async Task A_day_is_completed_by_the_first_run_two_minutes_after_it_ended_and_each_row_counts_on_its_own_day()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        MoveTo(store, Midnight.AddSeconds(-1));
        await TellAsync(store, Stop(1, "*,*"));
        Assert.Equal(Midnight, store.Time.GetUtcNow());
        await TellAsync(store, Stop(2, "*,*"));

        MoveTo(store, Midnight.AddSeconds(119));
        await RunAsync(store);
        Assert.False((await DayAsync(store, "2026-05-01")).Complete);
        Assert.Equal((1, 1), await CountAsync(store, "2026-05-01"));

        // A writer whose clock is slow, and the first message once more.
        await WriteAtAsync(store, Midnight.AddTicks(-1), Stop(3, "*,*"));
        await TellAsync(store, Stop(1, "*,*"));
        await RunAsync(store);

        var (first, second) = (await DayAsync(store, "2026-05-01"), await DayAsync(store, "2026-05-02"));
        Assert.Equal((true, Midnight, 2), (first.Complete, first.Until, first.Messages));
        Assert.Equal((false, Midnight.AddSeconds(120), 1), (second.Complete, second.Until, second.Messages));
    }

    [Fact]
    public async Task Days_without_a_run_are_made_up_for()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await TellAsync(store, Stop(1, "*,*"));
        await RunAsync(store);
        MoveTo(store, Midnight.AddHours(1));
        await TellAsync(store, Stop(2, "*,*"));
        MoveTo(store, Midnight.AddDays(2).AddHours(1));
        await TellAsync(store, Stop(3, "*,*"));

        await RunAsync(store);

        var days = new List<(string Day, bool Complete, long Messages)>();
        foreach (var day in (string[])["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04"])
            days.Add((day, (await DayAsync(store, day)).Complete, (await DayAsync(store, day)).Messages));
        Assert.Equal([("2026-05-01", true, 1), ("2026-05-02", true, 1), ("2026-05-03", true, 0), ("2026-05-04", false, 1)], days);
    }

    [Fact]
    public async Task The_first_run_begins_with_the_oldest_row_or_with_today()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await RunAsync(store);
        Assert.Equal((0, 0), await CountAsync(store, "2026-05-01"));

        await using var later = await FeedStore.CreateAsync(azurite);
        await TellAsync(later, Stop(1, "*,*"));
        MoveTo(later, Midnight.AddHours(1));
        await RunAsync(later);
        Assert.Equal((1, 1), await CountAsync(later, "2026-05-01"));
        Assert.Equal((0, 0), await CountAsync(later, "2026-05-02"));
    }

    [Fact]
    public void A_day_names_a_thousand_campaigns_and_adds_up_the_others()
    {
        var counter = new CampaignCounter([new CampaignCount(1, 5, 0)], new CampaignCount(0, 1, 1));
        for (var i = 0; i < 25_000; i++)
        {
            counter.Add((uint)(100 + i), Decision.Stop);
            if (i % 10 == 0)
                counter.Add(2, Decision.Allow);
        }

        var (campaigns, others) = counter.Result();

        Assert.Equal(CampaignCounter.MaxNamed, campaigns.Count);
        Assert.Equal([new CampaignCount(2, 0, 2500), new CampaignCount(1, 5, 0)], campaigns.Take(2));
        Assert.Equal(25_000 + 2500 + 5 + 2, campaigns.Sum(c => c.Sum) + others!.Sum);
        Assert.Equal(1, others.Allows);
    }

    [Fact]
    public void Of_the_last_hour_the_newest_twenty_thousand_messages_are_remembered_and_all_of_the_last_two_minutes()
    {
        var seen = new SeenMessages();
        Assert.Equal((0, 0), (Remembered(seen, FeedStore.Noon), 0));

        // Ten a second for three hours: an hour of them is too many.
        for (var i = 0; i < 108_000; i++)
            Assert.True(seen.Add(Id(i), FeedStore.Noon.AddSeconds(i / 10)));
        Assert.Equal(SeenMessages.MaxRemembered, Remembered(seen, FeedStore.Noon.AddHours(3)));
        Assert.False(seen.Add(Id(107_999), FeedStore.Noon.AddHours(3)));
        Assert.True(seen.Add(Id(0), FeedStore.Noon.AddHours(3)));

        // Three hundred a second for two minutes.
        for (var i = 0; i < 36_000; i++)
            Assert.True(seen.Add(Id(1_000_000 + i), FeedStore.Noon.AddHours(4).AddSeconds(i / 300)));
        var text = seen.ToText(FeedStore.Noon.AddHours(4).AddMinutes(2));
        Assert.Equal(36_000, Convert.FromBase64String(text).Length / 12);
        var read = SeenMessages.Parse(text);
        Assert.False(read.Add(Id(1_000_000), FeedStore.Noon.AddHours(4)));
        Assert.Equal(0, Remembered(read, FeedStore.Noon.AddHours(6)));
    }

    private static int Remembered(SeenMessages seen, DateTimeOffset until) => Convert.FromBase64String(seen.ToText(until)).Length / 12;

    private static Guid Id(int number) => new($"0196c9a1-0000-7000-8000-{number:D12}");

    private static Task RunAsync(FeedStore store) => store.Get<StatisticsWriter>().RunAsync(Cancel);

    private static void MoveTo(FeedStore store, DateTimeOffset moment) => store.Time.Advance(moment - store.Time.GetUtcNow());

    // The next message comes a second later.
    private static async Task TellAsync(FeedStore store, params Change[] changes)
    {
        await store.Writer.AppendAsync(changes, SubjectState.Start(changes[0].Subject).Take(changes), [], Cancel);
        store.Time.Advance(TimeSpan.FromSeconds(1));
    }

    private static async Task WriteAtAsync(FeedStore store, DateTimeOffset at, Change change)
    {
        var told = new FeedChange(
            change.Id, change.SubmissionId, change.Source, null, 0, [new FeedDecision(change.Decision, change.Scope)]);
        foreach (var row in FeedRow.Write(new FeedEntry(at, change.Subject, null, told, [])))
            await store.Get<StorageAccount>().Feed.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancel);
    }

    private static async Task<StatisticsDay> DayAsync(FeedStore store, string day)
    {
        var blob = store.Get<StorageAccount>().Reports.GetBlobClient($"statistics/{day}.json");
        return StatisticsDay.FromJson((await blob.DownloadContentAsync(Cancel)).Value.Content.ToString());
    }

    private static async Task<(long Messages, long Changes)> CountAsync(FeedStore store, string day)
    {
        var counts = await DayAsync(store, day);
        return (counts.Messages, counts.Changes.Sum(c => c.Count));
    }

    private static Change Stop(int id, string scope, Source source = Source.OneClick, Channel? via = null, uint campaign = 0) =>
        FeedTests.Stop(Scope.Parse(scope), new SubjectKey((UInt128)id << 120), id, source, new ChangeEvidence(via, Campaign: campaign));

    private sealed class DiesAtTheFirstLine : ILogger<StatisticsWriter>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new TimeoutException();
    }
}
