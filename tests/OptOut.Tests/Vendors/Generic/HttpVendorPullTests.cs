using OptOut.Consent;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Messaging;
using OptOut.Vendors;
using static OptOut.Tests.Vendors.Generic.HttpVendorPushTests;
using static OptOut.Tests.Vendors.SandboxedVendor;

namespace OptOut.Tests.Vendors.Generic;

public sealed class HttpVendorPullTests
{
    private const string Section = "OptOut:HttpVendors:crm";

    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 30, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Formats => ["Pages", "Lines"];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Every_entry_is_read_with_its_list_and_meaning_in_either_format(string format)
    {
        await using var it = await StartAsync("crm", settings: FormatSetting(format));
        Crm(it).Add(
            Entry("A@Example.com"),
            Entry("b@example.com", topic: "newsletter"),
            Entry("c@example.com", reason: "complained"),
            Entry("d@example.com", reason: "bounced"),
            Entry("e@example.com", topic: "cooking"), Entry("f@example.com", reason: "imported"), Entry("b@example.com"));

        var pages = await it.PullAsync("suppressions", Until);

        Assert.Equal(
            [
                "a@example.com suppressed Unsubscribed *,*", "b@example.com topic:newsletter Unsubscribed *,*",
                "c@example.com suppressed Complaint *,*",
                "d@example.com bounces Undeliverable email,*", "e@example.com other-topics Unsubscribed *,*",
                "f@example.com suppressed Unsubscribed *,*",
                "b@example.com suppressed Unsubscribed *,*",
            ],
            Entries(pages).Select(e => $"{e.Identifier.Value} {e.List} {e.Kind} {e.Stop}"));
        Assert.All(Entries(pages), e => Assert.Equal(At, e.At));
        Assert.All(Entries(pages), e => Assert.Contains(e.List, it.Vendor.Lists));
        Assert.Equal(0, pages.OfType<VendorPull.Page>().Sum(p => p.Unreadable));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Where_people_are_offered_both_choices_an_entry_stops_only_what_it_names(string format)
    {
        await using var it = await StartAsync("crm", settings: [.. FormatSetting(format), ($"{Section}:EntryStops", "Named")]);
        Crm(it).Add(
            Entry("a@example.com"),
            Entry("b@example.com", topic: "newsletter"),
            Entry("c@example.com", topic: "newsletter", reason: "complained"),
            Entry("e@example.com", topic: "cooking"));

        Assert.Equal(
            ["email,*", "*,newsletter", "*,*", "*,*"], Entries(await it.PullAsync("suppressions", Until)).Select(e => e.Stop.ToString()));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_bad_entry_is_counted_and_does_not_affect_the_others(string format)
    {
        await using var it = await StartAsync("crm", settings: FormatSetting(format));
        Crm(it).Add(
            Entry("a@example.com"),
            Entry("not an address"),
            Entry("b@example.com") with { Kind = "fax" },
            Entry("c@example.com") with { At = default },
            Entry("z@example.com"));

        var page = Assert.IsType<VendorPull.Page>(Assert.Single(await it.PullAsync("suppressions", Until)));

        Assert.Equal(["a@example.com", "z@example.com"], page.Entries.Select(e => e.Identifier.Value));
        Assert.Equal(3, page.Unreadable);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Entries_of_another_channel_or_made_after_the_cutoff_are_skipped(string format)
    {
        await using var it = await StartAsync("crm", settings: FormatSetting(format));
        Crm(it).Add(
            Entry("a@example.com"),
            Entry("Kerkstraat 1, 9000 Gent") with { Kind = "postal" },
            Entry("late@example.com") with { At = Until.AddSeconds(1) });

        var page = Assert.IsType<VendorPull.Page>(Assert.Single(await it.PullAsync("suppressions", Until)));

        Assert.Equal(["a@example.com"], page.Entries.Select(e => e.Identifier.Value));
        Assert.Equal(0, page.Unreadable);
    }

    [Fact]
    public async Task A_list_of_several_pages_is_read_completely()
    {
        await using var it = await StartAsync("crm");
        Crm(it).PageSize = 2;
        Crm(it).Add(Enumerable.Range(0, 5).Select(i => Entry($"p{i}@example.com")));

        var pages = await it.PullAsync("suppressions", Until);

        Assert.Equal([2, 2, 1], pages.Select(p => Assert.IsType<VendorPull.Page>(p).Entries.Count));
        Assert.Equal(
            [
                "until=2026-03-02T02%3A00%3A00.000Z",
                "until=2026-03-02T02%3A00%3A00.000Z&cursor=2",
                "until=2026-03-02T02%3A00%3A00.000Z&cursor=4",
            ],
            it.Remote.Requests.All.Select(r => r["GET /crm/suppressions?".Length..]));
    }

    [Fact]
    public async Task A_list_of_fifty_thousand_lines_is_read_as_one_page()
    {
        await using var it = await StartAsync("crm", settings: [.. FormatSetting("Lines"), ($"{Section}:PullTimeout", "00:01:00")]);
        Crm(it).Add(Enumerable.Range(0, 50_000).Select(i => Entry($"p{i}@example.com")));

        var page = Assert.IsType<VendorPull.Page>(Assert.Single(await it.PullAsync("suppressions", Until)));

        Assert.Equal(50_000, page.Entries.Count);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task An_empty_list_is_read_as_empty(string format)
    {
        await using var it = await StartAsync("crm", settings: FormatSetting(format));

        Assert.Empty(Assert.IsType<VendorPull.Page>(Assert.Single(await it.PullAsync("suppressions", Until))).Entries);
    }

    [Fact]
    public async Task A_vendor_without_a_pull_URL_offers_no_lists()
    {
        await using var it = await StartAsync("crm", settings: [($"{Section}:PullUrl", null)]);

        Assert.Empty(it.Vendor.Lists);
        Assert.Empty(it.Vendor.Pulls);
        Assert.Empty(it.Vendor.ListsFor(StopSet.Everything));
        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));
    }

    [Theory]
    [InlineData("*", "suppressed,topic:newsletter,topic:offers")]
    [InlineData("newsletter", "topic:newsletter")]
    [InlineData("*!offers", "topic:newsletter")]
    [InlineData("newsletter,offers", "topic:newsletter,topic:offers")]
    [InlineData("-", "")]
    public async Task The_stops_determine_which_lists_must_contain_the_person(string stops, string lists)
    {
        await using var it = await StartAsync("crm");

        Assert.Equal(lists, string.Join(',', it.Vendor.ListsFor(StopSet.Parse(stops)).Order(StringComparer.Ordinal)));
    }

    private static (string, string?)[] FormatSetting(string format) => format == "Pages" ? [] : [($"{Section}:PullFormat", format)];

    private static GenericEntry Entry(string identifier, string? topic = null, string reason = "unsubscribed") =>
        new(identifier, "email", topic, reason, At);

    private static List<VendorEntry> Entries(IEnumerable<VendorPull> pages) =>
        [.. pages.SelectMany(p => Assert.IsType<VendorPull.Page>(p).Entries)];
}
