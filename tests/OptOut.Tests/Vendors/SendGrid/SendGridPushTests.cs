using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Identity;
using OptOut.Messaging;
using static OptOut.Tests.Vendors.SendGrid.SandboxedSendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridPushTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Stopping_everything_puts_the_address_on_the_global_list_and_in_every_group()
    {
        await using var it = await StartAsync(_time);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        Assert.Equal([Jan.Value], it.OnGlobal());
        Assert.Equal([Jan.Value], it.InGroup(Newsletter));
        Assert.Equal([Jan.Value], it.InGroup(Offers));
        Assert.Empty(it.InGroup(Orders));
        Assert.DoesNotContain(it.Account.Requests.All, r => r.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stopping_one_topic_changes_only_its_group()
    {
        await using var it = await StartAsync(_time);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("offers"));

        Assert.Equal([Jan.Value], it.InGroup(Offers));
        Assert.Empty(it.InGroup(Newsletter));
        Assert.Empty(it.OnGlobal());
    }

    [Fact]
    public async Task Pushing_twice_has_the_same_effect_as_pushing_once()
    {
        await using var it = await StartAsync(_time);

        await it.PushAsync("*");
        _time.Advance(TimeSpan.FromMinutes(1));
        await it.PushAsync("*", confirmed: "*");

        var entry = Assert.Single(it.Account.Global);
        Assert.Equal(_time.Start.ToUnixTimeSeconds(), entry.Created);
        Assert.Single(it.InGroup(Newsletter));
    }

    [Theory]
    [InlineData("*", "global group:101 group:102")]
    [InlineData("*!offers", "group:101")]
    [InlineData("*!elsewhere", "global group:101 group:102")]
    [InlineData("offers", "group:102")]
    [InlineData("newsletter,offers", "group:101 group:102")]
    [InlineData("-", "")]
    public async Task The_stops_determine_which_lists_must_contain_the_person(string stops, string lists)
    {
        await using var it = await StartAsync(_time);

        Assert.Equal(
            lists.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            it.Vendor.ListsFor(StopSet.Parse(stops)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_vendor_names_its_channel_lists_and_pulls()
    {
        await using var it = await StartAsync(_time);

        Assert.Equal("sendgrid", it.Vendor.Name);
        Assert.Equal(Channel.Email, it.Vendor.Channel);
        Assert.Equal(["global", "group:101", "group:102", "other-groups", "spam-reports", "bounces"], it.Vendor.Lists);
        Assert.Equal(["global", "groups", "spam-reports", "bounces"], it.Vendor.Pulls);
    }

    [Fact]
    public async Task Allowing_one_topic_again_removes_the_global_entry_but_keeps_the_other_group()
    {
        await using var it = await StartAsync(_time);
        await it.PushAsync("*");

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*!newsletter", confirmed: "*"));

        Assert.Empty(it.OnGlobal());
        Assert.Empty(it.InGroup(Newsletter));
        Assert.Equal([Jan.Value], it.InGroup(Offers));
    }

    [Fact]
    public async Task New_entries_are_added_before_old_ones_are_removed()
    {
        await using var it = await StartAsync(_time);
        await it.PushAsync("*");
        it.Account.Requests.Clear();

        await it.PushAsync("offers", confirmed: "*");

        var calls = it.Account.Requests.All.Select(r => r.Split(' ')[0]).Where(m => m != "GET").ToArray();
        Assert.Equal(["POST", "DELETE", "DELETE", "DELETE"], calls);
    }

    [Fact]
    public async Task When_adding_fails_nothing_is_removed()
    {
        await using var it = await StartAsync(_time);
        await it.PushAsync("*");
        it.Account.Requests.Clear();
        it.Account.Failures.Set(new(OptOut.Emulators.Sandbox.SandboxFailureKind.Status, Status: 503, Containing: "POST /v3/asm/groups"));

        Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("offers", confirmed: "*"));

        Assert.Equal([Jan.Value], it.OnGlobal());
        Assert.DoesNotContain(it.Account.Requests.All, r => r.StartsWith("DELETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_entry_that_SendGrid_made_itself_is_not_removed()
    {
        await using var it = await StartAsync(_time);
        it.Account.AddGlobal(new SendGridEntry(Jan.Value, it.Account.Now));
        it.Account.AddToGroups(new SendGridEntry(Jan.Value, it.Account.Now, Newsletter));

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("-"));
        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("-", confirmed: "offers"));

        Assert.Equal([Jan.Value], it.OnGlobal());
        Assert.Equal([Jan.Value], it.InGroup(Newsletter));
        Assert.DoesNotContain(
            it.Account.Requests.All, r => r.Contains("global", StringComparison.Ordinal) || r.Contains("/101/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Lifting_the_general_Stop_also_removes_the_spam_report_that_would_still_block_mail()
    {
        await using var it = await StartAsync(_time);
        await it.PushAsync("*");
        it.Account.AddSpamReports(new SendGridEntry(Jan.Value, it.Account.Now));

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("-", confirmed: "*"));

        Assert.Empty(it.Account.SpamReports);
        Assert.Empty(it.OnGlobal());
        Assert.Empty(it.Account.GroupEntries);
    }

    [Fact]
    public async Task Lifting_one_topic_keeps_the_spam_report()
    {
        await using var it = await StartAsync(_time);
        await it.PushAsync("offers");
        it.Account.AddSpamReports(new SendGridEntry(Jan.Value, it.Account.Now));

        await it.PushAsync("-", confirmed: "offers");

        Assert.Single(it.Account.SpamReports);
    }

    [Fact]
    public async Task Removing_entries_that_are_already_gone_succeeds()
    {
        await using var it = await StartAsync(_time);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("-", confirmed: "*"));

        Assert.Equal(4, it.Account.Requests.All.Count(r => r.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_missing_group_is_named_and_the_other_Stops_still_reach_their_lists()
    {
        await using var it = await StartAsync(_time);
        it.Account.DeleteGroup(Newsletter);

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "SendGrid has no group 101 (OptOut:SendGrid:Groups:newsletter); create the group there and set its id here.", outcome.Reason);
        Assert.Equal([Jan.Value], it.OnGlobal());
        Assert.Equal([Jan.Value], it.InGroup(Offers));
        Assert.DoesNotContain(it.Account.Requests.All, r => r.Contains("/101/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_whose_group_is_missing_never_becomes_a_global_Stop()
    {
        await using var it = await StartAsync(_time);
        it.Account.DeleteGroup(Offers);

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("offers"));

        Assert.Empty(it.OnGlobal());
        Assert.DoesNotContain(it.Account.Requests.All, r => r.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_newly_created_group_is_found()
    {
        await using var it = await StartAsync(_time);
        it.Account.DeleteGroup(Offers);
        await it.PushAsync("offers");
        it.Account.SetGroup(Offers, "Offers");

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("offers"));
    }

    [Fact]
    public async Task The_groups_are_requested_once_an_hour()
    {
        await using var it = await StartAsync(_time);
        await it.PushAsync("*");
        _time.Advance(TimeSpan.FromMinutes(59));
        await it.PushAsync("*");
        Assert.Single(it.Account.Requests.All, "GET /v3/asm/groups");

        _time.Advance(TimeSpan.FromMinutes(1));
        await it.PushAsync("*");

        Assert.Equal(2, it.Account.Requests.All.Count(r => r == "GET /v3/asm/groups"));
    }

    [Fact]
    public async Task A_phone_number_is_rejected_without_a_call()
    {
        await using var it = await StartAsync(_time);
        Assert.True(PhoneNumber.TryParse("+32470123456", "BE", out var phone));

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: phone));

        Assert.Empty(it.Account.Requests.All);
    }
}
