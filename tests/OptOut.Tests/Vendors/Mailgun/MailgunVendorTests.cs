using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Mailgun;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Vendors;
using static OptOut.Tests.Vendors.SandboxedVendor;

namespace OptOut.Tests.Vendors.Mailgun;

public sealed class MailgunVendorTests
{
    private const string Unsubscribes = "unsubscribes-mg.sandbox.example",
        Tags = "tags-mg.sandbox.example",
        Complaints = "complaints-mg.sandbox.example",
        Bounces = "bounces-mg.sandbox.example";

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Noon);

    [Theory]
    [InlineData("*", true)]
    [InlineData("*!elsewhere", true)]
    [InlineData("*!offers", false)]
    [InlineData("newsletter,offers", false)]
    [InlineData("-", false)]
    public async Task The_list_must_contain_people_who_stopped_every_topic_it_sends(string stops, bool isListed)
    {
        await using var it = await StartAsync("mailgun", _time);

        Assert.Equal(isListed ? [Unsubscribes] : [], it.Vendor.ListsFor(StopSet.Parse(stops)));
        Assert.Equal([Unsubscribes, Tags, Complaints, Bounces], it.Vendor.Lists);
        Assert.Equal([Unsubscribes, Complaints, Bounces], it.Vendor.Pulls);
    }

    [Fact]
    public async Task Topics_it_does_not_send_are_ignored()
    {
        await using var it = await StartAsync("mailgun", _time, ("OptOut:Mailgun:Topics:0", "newsletter"));

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*!offers"));

        Assert.Equal(["*"], it.Account().Find("unsubscribes", Jan.Value)?.Tags);
    }

    [Fact]
    public async Task A_person_who_allows_again_is_removed_from_both_blocking_lists()
    {
        await using var it = await StartAsync("mailgun", _time);
        await it.PushAsync("*");
        await it.Account().ActAsync(Jan.Value, "complained", sendEvent: false, cancellationToken: TestContext.Current.CancellationToken);
        it.Remote.Requests.Clear();

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("offers", confirmed: "*"));

        Assert.Empty(it.Account().On("unsubscribes"));
        Assert.Empty(it.Account().On("complaints"));
        Assert.Equal(
            [
                "DELETE /mailgun/v3/mg.sandbox.example/complaints/jan.peeters%2Bx%2Fy%40example.com",
                "DELETE /mailgun/v3/mg.sandbox.example/unsubscribes/jan.peeters%2Bx%2Fy%40example.com",
            ],
            it.Remote.Requests.All);
        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("jan.peeters", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(it.Logs.Lines, l => l.Contains("DELETE v3/mg.sandbox.example/unsubscribes/{address}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_who_left_one_tag_is_also_added_for_all_tags()
    {
        await using var it = await StartAsync("mailgun", _time);
        await it.Account().ActAsync(
            Jan.Value, tag: "newsletter", sendEvent: false, cancellationToken: TestContext.Current.CancellationToken);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        Assert.Equal(["newsletter", "*"], it.Account().Find("unsubscribes", Jan.Value)?.Tags);
    }

    [Fact]
    public async Task A_missing_domain_is_named_and_the_person_is_still_stopped_on_the_others()
    {
        await using var it = await StartAsync(
            "mailgun", _time, ("OptOut:Mailgun:Domains:0", "gone.example"), ("OptOut:Mailgun:Domains:1", "mg.sandbox.example"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "Mailgun answered POST v3/gone.example/unsubscribes with 404. Mailgun reported: Domain not found: gone.example",
            rejected.Reason);
        Assert.NotNull(it.Account().Find("unsubscribes", Jan.Value));
    }

    [Fact]
    public async Task A_phone_number_is_rejected_without_a_call()
    {
        await using var it = await StartAsync("mailgun", _time);
        Assert.True(PhoneNumber.TryParse("+32470123456", "BE", out var phone));

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: phone));

        Assert.Empty(it.Remote.Requests.All);
    }

    [Fact]
    public async Task Each_list_entry_states_why_the_person_is_listed()
    {
        await using var it = await StartAsync("mailgun", _time);
        var account = it.Account();
        account.Add(new MailgunEntry("unsubscribes", "all@example.com", Noon.AddHours(-1), ["*"]));
        account.Add(new MailgunEntry("unsubscribes", "both@example.com", Noon.AddHours(-1), ["newsletter", "*"]));
        account.Add(new MailgunEntry("unsubscribes", "one-tag@example.com", Noon.AddHours(-1), ["newsletter"]));
        account.Add(new MailgunEntry("unsubscribes", "late@example.com", Noon.AddSeconds(1), ["*"]));
        account.Add(new MailgunEntry("unsubscribes", "no address", Noon, ["*"]));
        account.Add(new MailgunEntry("complaints", "angry@example.com", Noon, []));
        account.Add(new MailgunEntry("bounces", "gone@example.com", Noon, []));

        var pages = (await it.PullAsync(Unsubscribes, Noon))
            .Concat(await it.PullAsync(Complaints, Noon))
            .Concat(await it.PullAsync(Bounces, Noon))
            .Cast<VendorPull.Page>()
            .ToArray();

        Assert.Equal(
            [
                $"all@example.com {Unsubscribes} Unsubscribed *,*", $"both@example.com {Unsubscribes} Unsubscribed *,*",
                $"one-tag@example.com {Tags} Unsubscribed *,*",
                $"angry@example.com {Complaints} Complaint *,*", $"gone@example.com {Bounces} Undeliverable email,*",
            ],
            pages.SelectMany(p => p.Entries).Select(e => $"{e.Identifier.Value} {e.List} {e.Kind} {e.Stop}"));
        Assert.Equal(Noon.AddHours(-1), pages[0].Entries[0].At);
        Assert.Equal(1, pages.Sum(p => p.Unreadable));
    }

    [Fact]
    public async Task A_long_list_is_read_completely_and_no_cursor_contains_an_address()
    {
        await using var it = await StartAsync("mailgun", _time);
        for (var i = 0; i < 2_345; i++)
            it.Account().Add(new MailgunEntry("complaints", $"person{i}@example.com", Noon, []));

        var pages = (await it.PullAsync(Complaints, Noon)).Cast<VendorPull.Page>().ToArray();

        Assert.Equal(2_345, pages.Sum(p => p.Entries.Count));
        Assert.Equal(4, it.Remote.Requests.All.Count); // Three pages with entries, and the empty page that ends the list.
        Assert.Equal(3, pages.Count(p => p.Next is not null));
        Assert.All(pages.Where(p => p.Next is not null), p => Assert.DoesNotContain("person", p.Next!, StringComparison.Ordinal));
        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("person", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pull_that_fails_midway_can_resume_from_the_last_cursor()
    {
        await using var it = await StartAsync("mailgun", _time);
        for (var i = 0; i < 1_200; i++)
            it.Account().Add(new MailgunEntry("bounces", $"person{i}@example.com", Noon, []));
        var first = Assert.IsType<VendorPull.Page>(await it.Vendor.PullAsync(Bounces, Noon, null, TestContext.Current.CancellationToken));
        it.Remote.Failures.Set(new(OptOut.Emulators.Sandbox.SandboxFailureKind.HalfBody, Calls: 1));

        var failed = Assert.IsType<VendorPull.Failed>(
            await it.Vendor.PullAsync(Bounces, Noon, first.Next, TestContext.Current.CancellationToken));
        var second = Assert.IsType<VendorPull.Page>(
            await it.Vendor.PullAsync(Bounces, Noon, first.Next, TestContext.Current.CancellationToken));

        Assert.IsType<VendorOutcome.Transient>(failed.Outcome);
        Assert.Equal((1_000, 200), (first.Entries.Count, second.Entries.Count));
        Assert.Empty(first.Entries.Select(e => e.Identifier).Intersect(second.Entries.Select(e => e.Identifier)));
    }

    [Fact]
    public async Task An_invalid_cursor_or_one_of_another_list_is_rejected_without_a_call()
    {
        await using var it = await StartAsync("mailgun", _time);
        it.Account().Add(new MailgunEntry("bounces", "a@example.com", Noon, []));
        var page = Assert.IsType<VendorPull.Page>(await it.Vendor.PullAsync(Bounces, Noon, null, TestContext.Current.CancellationToken));
        it.Remote.Requests.Clear();

        foreach (var cursor in new[] { "gibberish", "", page.Next! })
        {
            Assert.IsType<VendorOutcome.Rejected>(Assert.IsType<VendorPull.Failed>(
                await it.Vendor.PullAsync(Complaints, Noon, cursor, TestContext.Current.CancellationToken)).Outcome);
        }

        Assert.Empty(it.Remote.Requests.All);
    }
}

internal static class SandboxedMailgun
{
    public static MailgunSandbox Account(this SandboxedVendor it) => it.Sandbox.Find<MailgunSandbox>();
}
