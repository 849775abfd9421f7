using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Records.Feed;

namespace OptOut.Tests.Records;

/// <summary>What the feed says of what happened.</summary>
public sealed class FeedOfChangesTests(AzuriteFixture azurite)
{
    private readonly SubjectKey _an = new(42), _bert = new(43);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_has_one_entry_with_everything_that_readers_ask()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await store.Get<ProfileStore>().SaveAsync(_an, [FeedStore.Email("an@example.com"), Phone("+32470000001")], "nl", Cancel);
        var submission = Submission.Create(
            _an, Source.PreferencePage, new ChangeEvidence(Channel.Sms, Topic.Parse("offers"), uint.MaxValue), FeedStore.Noon, 0);
        Change[] changes =
        [
            submission.CreateChange(new Scope(Channel.Email, null), Decision.Stop),
            submission.CreateChange(new Scope(Channel.Email, Topic.Parse("newsletter")), Decision.Allow),
        ];

        var applied = await store.ApplyAsync(changes);

        var entry = Assert.Single(await store.ReadAsync());
        Assert.Equal((_an, FeedStore.Noon, applied.Taken.State.Head), (entry.Subject, entry.At, entry.Head));
        Assert.Equal(
            (changes[0].Id, changes[0].SubmissionId, Source.PreferencePage, Channel.Sms, uint.MaxValue),
            (entry.Change!.Id, entry.Change.Submission, entry.Change.Source, entry.Change.Channel, entry.Change.Campaign));
        Assert.Equal(
            [new(Decision.Stop, Scope.Parse("email,*")), new FeedDecision(Decision.Allow, Scope.Parse("email,newsletter"))],
            entry.Change.Decisions);
        Assert.Equal(
            ["Email 1 Email=*!newsletter", "Phone 1 Sms=- Phone=-"],
            entry.ContactPoints.Select(
                c => $"{c.Kind} {c.Version} {string.Join(' ', c.Stops.OrderBy(s => s.Key).Select(s => $"{s.Key}={s.Value}"))}"));
        Assert.Equal(store.HashOf("an@example.com"), entry.ContactPoints[0].Hash);
    }

    [Fact]
    public async Task A_shared_contact_point_is_told_as_it_stands_for_all_of_its_owners()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var family = FeedStore.Email("family@example.com");
        await store.Get<ProfileStore>().SaveAsync(_an, [family], null, Cancel);
        await store.Get<ProfileStore>().SaveAsync(_bert, [family], null, Cancel);

        await store.ApplyAsync(FeedTests.Stop(Scope.Parse("email,newsletter"), _an, id: 1));
        await store.ApplyAsync(FeedTests.Stop(Scope.Parse("email,offers"), _bert, id: 2));

        var told = (await store.ReadAsync()).Select(e => (e.Subject, Stops: e.ContactPoints.Single().Stops[Channel.Email].ToString()));
        Assert.Equal([(_an, "newsletter"), (_bert, "newsletter,offers")], told);
    }

    [Fact]
    public async Task A_change_that_a_page_has_stored_is_told_by_its_message_alone()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await store.Get<ProfileStore>().SaveAsync(_an, [FeedStore.Email("an@example.com")], null, Cancel);
        var stop = FeedTests.Stop(Scope.Everything, _an, source: Source.UnsubscribePage);

        await store.Get<ChangeApplier>().ApplyAsync([stop], Cancel);
        Assert.Empty(await store.ReadAsync());

        await store.ApplyAsync(stop);
        var entry = Assert.Single(await store.ReadAsync());
        Assert.Equal(("*", 1), (entry.ContactPoints.Single().Stops[Channel.Email].ToString(), entry.Head!.Value.Sequence));
    }

    [Fact]
    public async Task A_message_is_told_again_each_time_it_is_delivered_and_says_what_stands_then()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await store.Get<ProfileStore>().SaveAsync(_an, [FeedStore.Email("an@example.com")], null, Cancel);
        var stop = FeedTests.Stop(Scope.Parse("email,newsletter"), _an);
        await store.ApplyAsync(stop);
        await store.ApplyAsync(FeedTests.Stop(Scope.Everything, _an, id: 2));
        store.Time.Advance(TimeSpan.FromMinutes(10));

        await store.ApplyAsync(stop);

        var (first, again) = ((await store.ReadAsync())[0], (await store.ReadAsync())[2]);
        Assert.Equal((stop.Id, stop.Id), (first.Change!.Id, again.Change!.Id));
        Assert.Equal(("newsletter", "*"), (StopsOf(first), StopsOf(again)));
    }

    [Fact]
    public async Task What_the_store_did_not_take_is_no_decision_and_an_empty_ledger_has_no_head()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var unknown = Submission.Create(_an, Source.Portal, ChangeEvidence.None, FeedStore.Noon, seen: 9)
            .CreateChange(Scope.Everything, Decision.Allow);

        await store.ApplyAsync(unknown);

        var entry = Assert.Single(await store.ReadAsync());
        Assert.Empty(entry.Change!.Decisions);
        Assert.Empty(entry.ContactPoints);
        Assert.Null(entry.Head);
    }

    [Fact]
    public async Task Announcing_a_person_whose_contact_point_is_stopped_is_told_and_again_if_it_is_repeated()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var family = FeedStore.Email("family@example.com");
        await store.Get<ProfileStore>().SaveAsync(_an, [family], null, Cancel);
        await store.ApplyAsync(FeedTests.Stop(Scope.Parse("email,offers"), _an, id: 1));
        await store.ApplyAsync(FeedTests.Stop(Scope.Parse("email,newsletter"), _bert, id: 2));

        await AnnounceAsync(store, family);
        await AnnounceAsync(store, family);

        // In the same tick, which makes no difference. An earlier call may have saved it and failed before the feed was told.
        var told = (await store.ReadAsync()).Skip(2).ToArray();
        Assert.Equal(["newsletter,offers", "newsletter,offers"], told.Select(StopsOf));
        Assert.All(told, e => Assert.True(e.Subject == _bert && e.Change is null && e.Head is null));
    }

    [Fact]
    public async Task Announcing_a_person_who_has_stopped_nothing_is_not_told()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await AnnounceAsync(store, FeedStore.Email("bert@example.com"));
        Assert.Empty(await store.ReadAsync());
    }

    [Fact]
    public async Task A_stand_in_that_is_replaced_by_a_person_with_looser_choices_is_told()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        var address = FeedStore.Email("an@example.com");
        var standIn = store.Get<IdentifierProtector>().SubjectOf(address);
        await store.Get<ProfileStore>().SaveAsync(standIn, [address], null, Cancel);
        await store.ApplyAsync(FeedTests.Stop(Scope.Parse("email,newsletter"), standIn));
        await store.Get<ProfileStore>().SaveAsync(_an, [address], null, Cancel);

        await store.Get<IdentifierIndex>().ReplaceOwnerAsync(address, standIn, _an, Cancel);

        Assert.Equal([(standIn, "newsletter"), (_an, "-")], (await store.ReadAsync()).Select(e => (e.Subject, StopsOf(e))));
    }

    [Fact]
    public async Task What_the_nightly_repair_changes_is_told_and_nothing_else()
    {
        await using var store = await FeedStore.CreateAsync(azurite);
        await store.Get<ProfileStore>().SaveAsync(_an, [FeedStore.Email("an@example.com")], null, Cancel);
        await store.Get<ConsentStore>().ApplyAsync(FeedTests.Stop(Scope.Everything, _an), Cancel);

        await store.Get<IdentifierIndex>().RepairAsync(_an, Cancel);
        await store.Get<IdentifierIndex>().RepairAsync(_an, Cancel);

        Assert.Equal("*", StopsOf(Assert.Single(await store.ReadAsync())));
    }

    private async Task AnnounceAsync(FeedStore store, Identifier identifier)
    {
        await store.Get<ProfileStore>().SaveAsync(_bert, [identifier], null, Cancel);
        var index = store.Get<IdentifierIndex>();
        await index.AnnounceAsync(identifier, _bert, await index.ReadAsync(identifier, Cancel), Cancel);
    }

    private static string StopsOf(FeedEntry entry) => Assert.Single(entry.ContactPoints).Stops[Channel.Email].ToString();

    private static Identifier Phone(string number) => new(IdentifierKind.Phone, number);
}
