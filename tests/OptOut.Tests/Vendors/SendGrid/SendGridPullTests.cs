using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Messaging;
using OptOut.Vendors;
using static OptOut.Tests.Vendors.SendGrid.SandboxedSendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridPullTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);

    [Fact]
    public async Task More_than_a_thousand_entries_are_read_in_pages_each_once()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddGlobal(Many(1_234));
        it.Account.DuplicateGlobal(Many(40)); // Twice on the list, as when a boundary moves between two pages.

        var pages = (await it.PullAsync("global", Noon)).Cast<VendorPull.Page>().ToArray();

        var entries = pages.SelectMany(p => p.Entries).ToArray();
        Assert.Equal(1_234, entries.Length);
        Assert.Equal(1_234, entries.Select(e => e.Identifier).Distinct().Count());
        Assert.All(entries, e => Assert.Equal(("global", VendorEntryKind.Unsubscribed, Scope.Everything), (e.List, e.Kind, e.Stop)));
        Assert.All(pages, p => Assert.Equal(0, p.Unreadable));
        Assert.Equal(4, pages.Length);
    }

    [Fact]
    public async Task Entries_made_during_a_pull_are_not_read_and_do_not_shift_the_others()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddGlobal(Many(700));
        var first = Assert.IsType<VendorPull.Page>(await it.Vendor.PullAsync("global", Noon, null, TestContext.Current.CancellationToken));

        _time.Advance(TimeSpan.FromSeconds(5));
        it.Account.AddGlobal(Many(300, "late", it.Account.Now));
        var second = Assert.IsType<VendorPull.Page>(
            await it.Vendor.PullAsync("global", Noon, first.Next, TestContext.Current.CancellationToken));

        var entries = first.Entries.Concat(second.Entries).ToArray();
        Assert.Equal(700, entries.Select(e => e.Identifier).Distinct().Count());
        Assert.DoesNotContain(entries, e => e.Identifier.Value.StartsWith("late", StringComparison.Ordinal));
        Assert.All(it.Account.Requests.All, r => Assert.Contains($"end_time={Noon.ToUnixTimeSeconds()}", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_call_requests_more_entries_than_SendGrids_page_limit()
    {
        await using var it = await StartAsync(_time);

        await it.PullAsync("global", Noon);

        Assert.Equal(
            [$"GET /v3/suppression/unsubscribes?limit=500&offset=0&start_time=0&end_time={Noon.ToUnixTimeSeconds()}"],
            it.Account.Requests.All);
    }

    [Fact]
    public async Task An_unreadable_address_is_counted_and_does_not_affect_the_others()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddGlobal(
            new("good@example.com", 1), new("not an address", 2), new("", 3), new("other@example.com", 4), new("zero@example.com", 0));

        var page = Assert.IsType<VendorPull.Page>((await it.PullAsync("global", Noon))[0]);

        Assert.Equal(["other@example.com", "good@example.com"], page.Entries.Select(e => e.Identifier.Value));
        Assert.Equal(3, page.Unreadable);
    }

    [Fact]
    public async Task Addresses_are_normalised_and_have_the_time_of_their_entry()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddGlobal(new SendGridEntry("Jan.Peeters@EXAMPLE.com", Noon.AddDays(-3).ToUnixTimeSeconds()));

        var entry = Assert.Single(((VendorPull.Page)(await it.PullAsync("global", Noon))[0]).Entries);

        Assert.Equal("jan.peeters@example.com", entry.Identifier.Value);
        Assert.Equal(Noon.AddDays(-3), entry.At);
    }

    [Fact]
    public async Task One_pull_reads_all_groups_with_each_entry_on_its_own_list()
    {
        await using var it = await StartAsync(_time);
        it.Account.SetGroup(555, "Forgotten");
        it.Account.AddToGroups(
            new("a@example.com", 10, Newsletter), new("a@example.com", 11, Offers), new("b@example.com", 12, 555),
            new("c@example.com", 13, Orders), new("late@example.com", Noon.AddSeconds(1).ToUnixTimeSeconds(), Offers));

        var entries = (await it.PullAsync("groups", Noon)).Cast<VendorPull.Page>().SelectMany(p => p.Entries).ToArray();

        Assert.Equal(
            ["b@example.com other-groups *,*", "a@example.com group:102 *,*", "a@example.com group:101 *,*"],
            entries.Select(e => $"{e.Identifier.Value} {e.List} {e.Stop}"));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(12), entries[0].At);
    }

    [Fact]
    public async Task Where_people_were_offered_both_choices_a_group_entry_stops_only_its_topic()
    {
        await using var it = await StartAsync(_time, [KeyValuePair.Create("OptOut:SendGrid:GroupStops", (string?)"Topic")]);
        it.Account.SetGroup(555, "Forgotten");
        it.Account.AddToGroups(new("a@example.com", 10, Offers), new("b@example.com", 12, 555));

        var entries = ((VendorPull.Page)(await it.PullAsync("groups", Noon))[0]).Entries;

        Assert.Equal(["*,*", "*,offers"], entries.Select(e => e.Stop.ToString()));
    }

    [Fact]
    public async Task Group_entries_are_read_completely()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddToGroups(Many(1_000).Select(e => e with { Group = Newsletter }));
        it.Account.AddToGroups(Many(321).Select(e => e with { Group = Offers }));

        var entries = (await it.PullAsync("groups", Noon)).Cast<VendorPull.Page>().SelectMany(p => p.Entries).ToArray();

        Assert.Equal(1_000, entries.Count(e => e.List == "group:101"));
        Assert.Equal(321, entries.Count(e => e.List == "group:102"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(500)]
    [InlineData(900)]
    public async Task Reading_ends_even_when_the_vendor_ignores_paging_and_returns_the_whole_list(int count)
    {
        await using var it = await StartAsync(_time);
        it.Account.GroupEntriesIgnorePaging = true;
        it.Account.AddToGroups(Many(count).Select(e => e with { Group = Newsletter }));

        var entries = (await it.PullAsync("groups", Noon)).Cast<VendorPull.Page>().SelectMany(p => p.Entries).ToArray();

        Assert.Equal(count, entries.Length);
        Assert.InRange(it.Account.Requests.All.Count, 1, 2);
    }

    [Fact]
    public async Task A_spam_report_is_a_complaint_and_a_bounce_only_means_undeliverable()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddSpamReports(new SendGridEntry("angry@example.com", 10));
        it.Account.AddBounces(new SendGridEntry("gone@example.com", 11));

        var spam = Assert.Single(((VendorPull.Page)(await it.PullAsync("spam-reports", Noon))[0]).Entries);
        var bounce = Assert.Single(((VendorPull.Page)(await it.PullAsync("bounces", Noon))[0]).Entries);

        Assert.Equal((VendorEntryKind.Complaint, Scope.Everything), (spam.Kind, spam.Stop));
        Assert.Equal(VendorEntryKind.Undeliverable, bounce.Kind);
    }

    [Fact]
    public async Task An_invalid_cursor_is_rejected_without_a_call()
    {
        await using var it = await StartAsync(_time);

        var pull = await it.Vendor.PullAsync("global", Noon, "gibberish", TestContext.Current.CancellationToken);

        Assert.IsType<VendorOutcome.Rejected>(Assert.IsType<VendorPull.Failed>(pull).Outcome);
        Assert.Empty(it.Account.Requests.All);
    }

    [Fact]
    public async Task A_pull_that_fails_midway_can_resume_from_the_last_cursor()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddGlobal(Many(1_100));
        var first = (VendorPull.Page)await it.Vendor.PullAsync("global", Noon, null, TestContext.Current.CancellationToken);
        it.Account.Failures.Set(new(OptOut.Emulators.Sandbox.SandboxFailureKind.HalfBody, Calls: 1));

        var failed = Assert.IsType<VendorPull.Failed>(
            await it.Vendor.PullAsync("global", Noon, first.Next, TestContext.Current.CancellationToken));
        var second = Assert.IsType<VendorPull.Page>(
            await it.Vendor.PullAsync("global", Noon, first.Next, TestContext.Current.CancellationToken));

        Assert.IsType<VendorOutcome.Transient>(failed.Outcome);
        Assert.Equal(500, second.Entries.Count);
        Assert.Empty(first.Entries.Select(e => e.Identifier).Intersect(second.Entries.Select(e => e.Identifier)));
    }

    private static SendGridEntry[] Many(int count, string name = "person", long? created = null) =>
        [
            .. Enumerable.Range(1, count)
                .Select(i => new SendGridEntry($"{name}{i}@example.com", created ?? Noon.AddHours(-1).ToUnixTimeSeconds() - (i / 10))),
        ];
}
