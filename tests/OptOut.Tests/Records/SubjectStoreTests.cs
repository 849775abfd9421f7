using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Records.Feed;

namespace OptOut.Tests.Records;

/// <summary>The stores on a real Azurite, without a host: the contents of the tables after each change.</summary>
public sealed class SubjectStoreTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Identifier Jan = Email("jan@example.com"), Family = Email("family@example.com");
    private readonly SubjectKey _subject = new(42), _other = new(43);
    private ServiceProvider? _services;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ConsentStore Consent => Get<ConsentStore>();

    private IdentifierIndex Index => Get<IdentifierIndex>();

    private ProfileStore Profiles => Get<ProfileStore>();

    public async ValueTask InitializeAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OptOut:Storage:ConnectionString"] = await azurite.NewAccountAsync(),
            ["OptOut:Storage:Prefix"] = "shop1",
            ["OptOut:Data:HashSecret"] = OptOutSettings.HashSecret,
            ["OptOut:Data:Keys:0:Id"] = "1",
            ["OptOut:Data:Keys:0:Secret"] = OptOutSettings.DataSecret,
        }).Build();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddOptOut(configuration)
            .BuildServiceProvider();
        await Get<StorageAccount>().EnsureCreatedAsync(Cancel);
    }

    [Fact]
    public async Task A_change_writes_a_state_row_a_ledger_entry_and_a_row_that_marks_it_as_seen()
    {
        var change = Stop(1);

        Assert.Single((await Consent.ApplyAsync(change, Cancel)).Taken.Entries);

        Assert.Equal([$"event~{_subject}~0000000001", $"seen~{_subject}~{change.Id:N}", $"subject~{_subject}"], RowKeys());
        var state = await Consent.LoadAsync(_subject, Cancel);
        Assert.Equal(Decision.Stop, state.Consent.Answer(Channel.Post).Decision);
        var ledger = await LedgerAsync();
        Assert.Equal([change], ledger.Select(e => e.Change));
        Assert.Equal(new LedgerHead(1, ledger[0].Hash), state.Head);
        Assert.True(await Consent.HasAsync(_subject, change.Id, Cancel));
        Assert.False(await Consent.HasAsync(_subject, Id(2), Cancel));
    }

    [Fact]
    public async Task A_submission_is_written_whole_and_applying_it_again_adds_nothing()
    {
        var submission = Enumerable.Range(1, 120).Select(i => Stop(i, $"email,t{i}")).ToArray();

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Consent.ApplyAsync(submission, Cancel)));

        Assert.Equal(120, taken.Sum(t => t.Taken.Entries.Count));
        Assert.Empty((await Consent.ApplyAsync(submission, Cancel)).Taken.Entries);
        var ledger = new List<LedgerEntry>();
        await foreach (var entry in Consent.LedgerAsync(_subject, Cancel))
            ledger.Add(entry);
        Assert.Equal(submission, ledger.Select(e => e.Change));
        var state = await Consent.LoadAsync(_subject, Cancel);
        Assert.Null(Ledger.FirstBroken(_subject, ledger, state.Head));
        Assert.Equal((120, 120), (state.Consent.Entries.Count(), state.Number));
        Assert.Equal(ledger[77], await Consent.FindAsync(_subject, submission[77].Id, Cancel));
        Assert.Null(await Consent.FindAsync(_subject, EventIds.Derive("no such event"), Cancel));
    }

    [Fact]
    public async Task An_unknown_subject_has_an_empty_ledger()
    {
        var state = await Consent.LoadAsync(_subject, Cancel);

        Assert.Equal((ConsentState.Empty, 0, Ledger.Start(_subject)), (state.Consent, state.Number, state.Head));
        Assert.Empty(await LedgerAsync());
    }

    [Fact]
    public async Task A_change_is_applied_once_even_if_it_is_repeated_after_others()
    {
        var (stop, allow) = (Stop(1), Allow(2, "email,newsletter", 1, seen: 1));
        Change[] all = [stop, stop, allow, stop, allow, Stop(3, minute: 2), stop, allow];

        foreach (var change in all)
            await Consent.ApplyAsync(change, Cancel);

        Assert.Equal([stop.Id, allow.Id, Id(3)], (await LedgerAsync()).Select(e => e.Change.Id));
    }

    [Fact]
    public async Task The_same_change_from_concurrent_writers_is_applied_once()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Consent.ApplyAsync(Stop(1), Cancel)));

        Assert.Single(taken, t => t.Taken.Entries.Count == 1);
        Assert.Single(await LedgerAsync());
    }

    [Fact]
    public async Task Fifty_concurrent_changes_are_all_in_an_intact_ledger()
    {
        var changes = Enumerable.Range(0, 50).Select(i => Stop(i + 1, $"email,t{i}", i)).ToArray();

        await Task.WhenAll(changes.Select(c => Consent.ApplyAsync(c, Cancel)));

        var ledger = await LedgerAsync();
        Assert.Equal(changes.Select(c => c.Id).Order(), ledger.Select(e => e.Change.Id).Order());
        Assert.Null(Ledger.FirstBroken(_subject, ledger, (await Consent.LoadAsync(_subject, Cancel)).Head));
        Assert.Equal(50, (await Consent.LoadAsync(_subject, Cancel)).Consent.Entries.Count());
    }

    [Fact]
    public async Task A_repeated_Stop_is_not_added_to_the_ledger_until_an_Allow_that_had_not_seen_it_comes()
    {
        await Consent.ApplyAsync(Stop(1), Cancel);
        Assert.Empty((await Consent.ApplyAsync(Stop(2, minute: 10), Cancel)).Taken.Entries);
        Assert.True(await Consent.HasAsync(_subject, Id(2), Cancel));
        Assert.Single(await LedgerAsync());

        await Consent.ApplyAsync(Allow(3, "*,*", 15, seen: 1), Cancel);

        Assert.Equal([(1, Id(1)), (2, Id(2)), (3, Id(3))], (await LedgerAsync()).Select(e => ((int)e.Number, e.Change.Id)));
        Assert.Equal(Decision.Stop, (await Consent.LoadAsync(_subject, Cancel)).Consent.Answer(Channel.Email).Decision);
    }

    [Fact]
    public async Task A_repeat_that_is_delivered_again_after_an_Allow_changes_nothing()
    {
        foreach (var change in (Change[])[Stop(1), Stop(2), Allow(3, "*,*", 5, seen: 2), Stop(2), Stop(1), Stop(2)])
            await Consent.ApplyAsync(change, Cancel);

        var state = await Consent.LoadAsync(_subject, Cancel);
        Assert.Equal((3L, Decision.Allow), (state.Number, state.Consent.Answer(Channel.Email).Decision));
        Assert.Equal([Id(1), Id(3)], (await LedgerAsync()).Select(e => e.Change.Id));
    }

    [Fact]
    public async Task A_ledgered_Stop_that_is_delivered_again_while_it_stands_takes_no_number()
    {
        await Consent.ApplyAsync(Stop(1), Cancel);
        await Consent.ApplyAsync(Allow(2, "email,a", 1, seen: 1), Cancel);
        await Consent.ApplyAsync(Stop(3), Cancel);

        await Consent.ApplyAsync(Stop(1), Cancel);

        Assert.Equal(3, (await Consent.LoadAsync(_subject, Cancel)).Number);
    }

    [Fact]
    public async Task A_row_of_a_subject_keeps_everything_that_a_change_can_depend_on()
    {
        foreach (var change in (Change[])[Stop(1), Stop(2), Allow(3, "email,a", 5, seen: 1), Stop(4, "sms,b"), Stop(5, "sms,b")])
            await Consent.ApplyAsync(change, Cancel);
        var agent = Change.Create(
            Id(6), _subject, Scope.Parse("post,*"), Decision.Stop, Noon, Noon, Source.PhoneAgent, new(By: "key:desk"), submissionId: Id(60));

        var taken = (await Consent.ApplyAsync(agent, Cancel)).Taken;

        var read = await Consent.LoadAsync(_subject, Cancel);
        Assert.Equal(taken.State.Consent, read.Consent);
        Assert.Equal(taken.State.Repeats, read.Repeats);
        Assert.Equal(taken.State.Entered, read.Entered);
        Assert.Equal(
            (taken.State.Number, taken.State.Head, taken.State.Last), (read.Number, read.Head, new LastSubmission(Id(60), read.Number - 1)));
    }

    [Fact]
    public async Task What_another_writer_enters_after_the_row_was_read_is_in_the_row_that_is_returned()
    {
        await Consent.ApplyAsync(Stop(1), Cancel);
        var again = Change.Create(Id(2), _subject, Scope.Everything, Decision.Stop, Noon, Noon, Source.UnsubscribePage);
        var isFirst = true;

        var stored = await Consent.ApplyAsync([again], Cancel, async _ =>
        {
            if (isFirst)
                await Consent.ApplyAsync(again, Cancel);
            isFirst = false;
        });

        Assert.Equal((2, 2), (stored.Taken.State.Head.Sequence, stored.Subject.State.Head.Sequence));
        Assert.Empty(stored.Taken.Entries);
        Assert.Equal(2, (await LedgerAsync()).Count);
    }

    [Fact]
    public async Task A_profile_keeps_all_its_past_identifiers_and_lists_the_current_ones()
    {
        await Profiles.SaveAsync(_subject, [Jan], "nl", Cancel);
        await Profiles.SaveAsync(_subject, [Family], null, Cancel);
        var written = (await Get<SubjectRows>().LoadAsync(_subject, Cancel)).Tag;
        await Profiles.SaveAsync(_subject, [Family], null, Cancel);
        Assert.Equal(written, (await Get<SubjectRows>().LoadAsync(_subject, Cancel)).Tag);

        var profile = await Profiles.LoadAsync(_subject, Cancel);
        Assert.Equal([Jan, Family], profile.Identifiers);
        Assert.Equal([Family], profile.Current);
        Assert.Equal("nl", profile.Language);
        Assert.DoesNotContain(
            "example.com",
            string.Join(
                ' ', Get<StorageAccount>().Consent.Query<TableEntity>(cancellationToken: Cancel).SelectMany(r => r.Keys.Select(k => r[k]))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_saves_of_a_profile_lose_no_identifiers()
    {
        var identifiers = Enumerable.Range(0, 8).Select(i => Email($"m{i}@example.com")).ToArray();

        await Task.WhenAll(identifiers.Select(i => Profiles.SaveAsync(_subject, [i], null, Cancel)));

        Assert.Equal(
            identifiers.Select(i => i.Value), (await Profiles.LoadAsync(_subject, Cancel)).Identifiers.Select(i => i.Value).Order());
    }

    [Fact]
    public async Task A_former_address_stays_stopped()
    {
        await Profiles.SaveAsync(_subject, [Jan], null, Cancel);
        await Profiles.SaveAsync(_subject, [Family], null, Cancel);

        await ApplyAsync(Stop(1));

        Assert.Equal(("*", "*"), (await StopsAsync(Jan), await StopsAsync(Family)));
    }

    [Fact]
    public async Task An_address_shared_by_two_people_receives_only_what_both_allow()
    {
        await Profiles.SaveAsync(_subject, [Family], null, Cancel);
        await Profiles.SaveAsync(_other, [Family], null, Cancel);

        await ApplyAsync(Stop(1, "email,newsletter"));
        await ApplyAsync(Stop(2, "email,offers", 1, _other));
        Assert.Equal("newsletter,offers", await StopsAsync(Family));

        await ApplyAsync(Stop(3, "*,*", 2, _other));
        Assert.Equal("*", await StopsAsync(Family));

        await ApplyAsync(Allow(4, "*,*", 3, _other, seen: 2));
        Assert.Equal("newsletter", await StopsAsync(Family));
        Assert.Equal([_subject, _other], await Index.SubjectsAsync(Family, Cancel));
    }

    [Fact]
    public async Task After_a_crash_between_ledger_and_projection_applying_the_change_again_completes_it()
    {
        await Profiles.SaveAsync(_subject, [Jan], null, Cancel);
        await Index.ProjectAsync(_subject, Cancel);

        // The process crashed here: the change is in the ledger, but the projection does not reflect it yet.
        await Consent.ApplyAsync(Stop(1), Cancel);
        Assert.Equal("-", await StopsAsync(Jan));

        await ApplyAsync(Stop(1));

        Assert.Equal("*", await StopsAsync(Jan));
        Assert.Single(await LedgerAsync());
        Assert.Equal(["*"], (await FeedAsync()).Select(StopsOf));
    }

    [Fact]
    public async Task The_feed_has_an_entry_for_every_message_even_if_it_altered_no_answer()
    {
        await Profiles.SaveAsync(_subject, [Jan], null, Cancel);
        await Index.ProjectAsync(_subject, Cancel);
        Assert.Empty(await FeedAsync());

        await ApplyAsync(Stop(1, "email,newsletter"));
        await ApplyAsync(Stop(1, "email,newsletter"));
        await ApplyAsync(Stop(2, "*,*", 1));
        await ApplyAsync(Allow(3, "email,offers", 2, seen: 2));
        await ApplyAsync(Stop(4, "sms,offers", 3));

        var feed = await FeedAsync();
        Assert.Equal(["newsletter", "newsletter", "*", "*!offers", "*!offers"], feed.Select(StopsOf));
        Assert.Equal([1, 1, 2, 3, 4], feed.Select(e => e.Head!.Value.Sequence));
        Assert.Equal([Id(1), Id(1), Id(2), Id(3), Id(4)], feed.Select(e => e.Change!.Id));
        Assert.All(feed, e => Assert.Equal(_subject, e.Subject));
        Assert.All(
            feed.SelectMany(e => e.ContactPoints),
            c => Assert.Equal((IdentifierKind.Email, Get<IdentifierProtector>().Hash(Jan)), (c.Kind, c.Hash)));
        Assert.Equal(feed.Select(e => e.At).Order(), feed.Select(e => e.At));
    }

    [Fact]
    public async Task After_concurrent_changes_the_highest_version_in_the_feed_is_the_current_state()
    {
        await Profiles.SaveAsync(_subject, [Jan], null, Cancel);
        for (var round = 0; round < 5; round++)
        {
            var (minute, seen) = (round * 10, (await Consent.LoadAsync(_subject, Cancel)).Number);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
                ApplyAsync(i % 2 == 0
                    ? Stop(1 + minute + i, "email,*", minute + i)
                    : Allow(1 + minute + i, "email,*", minute + i, seen: seen))));

            var latest = (await FeedAsync()).SelectMany(e => e.ContactPoints).MaxBy(c => c.Version)!;
            Assert.Equal(await StopsAsync(Jan), latest.Stops[Channel.Email].ToString());
        }
    }

    [Fact]
    public async Task A_stand_ins_Stop_becomes_the_registered_persons_and_a_late_message_does_not_make_the_stand_in_an_owner_again()
    {
        var standIn = Get<IdentifierProtector>().SubjectOf(Jan);
        var stop = Stop(1, subject: standIn);
        await Profiles.SaveAsync(standIn, [Jan], null, Cancel);
        await ApplyAsync(stop);
        await Profiles.SaveAsync(_subject, [Jan], null, Cancel);

        // In the registrar's order: first the decisions, then the owner.
        await ApplyAsync(
            Change.Create(
                EventIds.Adopted(_subject, (await Consent.LoadAsync(standIn, Cancel)).Consent.Entry(Scope.Everything).Stop!.Value),
                _subject,
                Scope.Everything,
                Decision.Stop,
                stop.At,
                Noon.AddHours(1),
                Source.Import));
        await Index.ReplaceOwnerAsync(Jan, standIn, _subject, Cancel);
        await ApplyAsync(stop);
        Assert.Equal([_subject], await Index.SubjectsAsync(Jan, Cancel));

        // An owner who comes now finds no stand-in, and takes nothing over.
        await Profiles.SaveAsync(_other, [Jan], null, Cancel);
        await Index.AnnounceAsync(Jan, _other, await Index.ReadAsync(Jan, Cancel), Cancel);
        await ApplyAsync(Allow(2, "*,*", 5, seen: 1));
        await ApplyAsync(stop);

        Assert.Equal([_subject, _other], await Index.SubjectsAsync(Jan, Cancel));
        Assert.Equal("-", await StopsAsync(Jan));

        // A Stop that the person has not taken over makes its subject an owner again, so no Stop is lost.
        await ApplyAsync(Stop(3, "*,*", 9, standIn));
        Assert.Equal("*", await StopsAsync(Jan));
    }

    [Fact]
    public async Task A_row_contains_no_identifier_in_clear_text_and_a_scan_decrypts_it()
    {
        await Profiles.SaveAsync(_subject, [Jan], null, Cancel);
        await ApplyAsync(Stop(1));
        var hash = Get<IdentifierProtector>().Hash(Jan).ToString();

        var rows = Get<StorageAccount>().Identifiers.Query<TableEntity>(cancellationToken: Cancel).ToArray();
        var row = rows[0];

        Assert.Equal([hash[3..], $"{hash[3..]}~{_subject}"], rows.Select(r => r.RowKey));
        Assert.Equal(($"email~{hash[..3]}", hash[3..]), (row.PartitionKey, row.RowKey));
        Assert.DoesNotContain("jan", string.Join(' ', rows.SelectMany(r => r.Keys.Select(k => r[k]))), StringComparison.OrdinalIgnoreCase);
        var found = new List<IdentifierPermission>();
        await foreach (var permission in Index.ScanAsync(row.PartitionKey, row.PartitionKey, Cancel))
            found.Add(permission);
        Assert.Equal(Jan, Assert.Single(found).Identifier);
        Assert.Equal(4096, IdentifierIndex.Partitions(IdentifierKind.Email).Distinct().Count());
        Assert.Contains(row.PartitionKey, IdentifierIndex.Partitions(IdentifierKind.Email));
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
    }

    private T Get<T>()
        where T : class => _services!.GetRequiredService<T>();

    private Task ApplyAsync(Change change) => Get<ChangeApplier>().ApplyCompletelyAsync([change], Cancel);

    private async Task<string> StopsAsync(Identifier identifier) =>
        (await Index.FindAsync(identifier, Cancel))!.Stops[Channel.Email].ToString();

    private async Task<List<LedgerEntry>> LedgerAsync()
    {
        var entries = new List<LedgerEntry>();
        await foreach (var entry in Consent.LedgerAsync(_subject, Cancel))
            entries.Add(entry);
        return entries;
    }

    private async Task<List<FeedEntry>> FeedAsync()
    {
        var entries = new List<FeedEntry>();
        await foreach (var entry in Get<FeedReader>().SinceAsync(null, Cancel))
            entries.Add(entry);
        return entries;
    }

    private static string StopsOf(FeedEntry entry) => Assert.Single(entry.ContactPoints).Stops[Channel.Email].ToString();

    private string[] RowKeys() => [.. Get<StorageAccount>().Consent.Query<TableEntity>(cancellationToken: Cancel).Select(r => r.RowKey)];

    private static Guid Id(int number) => new($"0196c9a1-0000-7000-8000-{number:D12}");

    private Change Stop(int id, string scope = "*,*", int minute = 0, SubjectKey? subject = null) =>
        Change.Create(
            Id(id), subject ?? _subject, Scope.Parse(scope), Decision.Stop, Noon.AddMinutes(minute), Noon.AddHours(9), Source.OneClick);

    private Change Allow(int id, string scope, int minute, SubjectKey? subject = null, long seen = 0) => Change.Create(
        Id(id),
        subject ?? _subject,
        Scope.Parse(scope),
        Decision.Allow,
        Noon.AddMinutes(minute),
        Noon.AddHours(9),
        Source.Portal,
        seen: seen);

    private static Identifier Email(string address) =>
        EmailAddress.TryParse(address, out var identifier) ? identifier : throw new FormatException(address);
}
