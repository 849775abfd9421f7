using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Reconciliation.Report;
using OptOut.Records;

namespace OptOut.Tests.Reconciliation;

public sealed class DriftTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_kinds_of_drift_are_repaired_and_the_next_run_finds_none()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        await house.KnownAsync("bert");
        await house.AtSendGridAsync("bert");
        house.Lose("an");

        var first = await house.ReconcileVendorAsync();

        Assert.Equal((VendorRunStatus.Complete, 1, 1, 0), (first.Status, first.Recorded, first.PushedAgain, first.Removed));
        Assert.True((await house.StopsOfAsync("bert")).IsEverything);
        Assert.Equal("global 101 102 103", house.ListsOf("an"));
        Assert.Equal("global 101 102 103", house.ListsOf("bert"));

        await house.DrainAsync();
        house.Time.Advance(TimeSpan.FromDays(1));
        var second = await house.ReconcileVendorAsync();
        Assert.Equal((8, 8, 0, 0, 0), (second.Entries, second.Agreement, second.Recorded, second.PushedAgain, second.Removed));
        Assert.False(second.NeedsAttention);
        await house.NamesNobodyAsync();
    }

    [Fact]
    public async Task A_Stop_found_at_the_vendor_stands_in_the_ledger_with_where_it_was_found()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.AtSendGridAsync("an");
        var clicked = house.Time.GetUtcNow();

        await house.ReconcileAsync();

        var entry = Assert.Single(await house.Get<ConsentStore>().LedgerAsync(house.Customer("an"), Cancel).ToListAsync(Cancel));
        Assert.Equal((Scope.Everything, Decision.Stop, Source.Reconciliation), (entry.Change.Scope, entry.Change.Decision, entry.Change.Source));
        Assert.Equal(("sendgrid", "global"), (entry.Change.Evidence.Vendor, entry.Change.Evidence.Reference));
        Assert.InRange(entry.Change.At, clicked.AddSeconds(-2), clicked.AddSeconds(2));
    }

    [Fact]
    public async Task A_later_Allow_removes_the_vendors_entry()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.AtSendGridAsync("an");
        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AllowAsync("an");

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((1, 0, 0), (report.Removed, report.Recorded, report.PushedAgain));
        Assert.Equal("", house.ListsOf("an"));
        Assert.True((await house.StopsOfAsync("an")).IsNothing);
        Assert.Equal([new SubjectNote(house.Customer("an").ToString(), SubjectEvent.EntryRemoved)], report.Subjects);
    }

    [Fact]
    public async Task A_vendors_Stop_newer_than_the_Allow_wins()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.AllowAsync("an");
        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AtSendGridAsync("an");

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((0, 1), (report.Removed, report.Recorded));
        Assert.True((await house.StopsOfAsync("an")).IsEverything);
        Assert.Equal("global 101 102 103", house.ListsOf("an"));
    }

    [Fact]
    public async Task A_person_who_left_one_group_after_the_Allow_stays_out_of_it_and_of_everything()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.AtSendGridAsync("an");
        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AllowAsync("an");
        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AtSendGridAsync("an", "group_unsubscribe", ReconciliationHost.Offers);

        var report = await house.ReconcileVendorAsync();

        // Leaving a group objects to everything here, so the old global entry is right again.
        Assert.Equal((1, 1, 0), (report.Recorded, report.Agreement, report.Removed));
        Assert.True((await house.StopsOfAsync("an")).IsEverything);
        Assert.Equal("global 101 102 103", house.ListsOf("an"));
    }

    [Fact]
    public async Task A_later_Allow_of_one_topic_frees_that_topic_alone()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.AtSendGridAsync("an");
        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AllowAsync("an", "email,newsletter");

        var first = await house.ReconcileVendorAsync();
        await house.DrainAsync();
        house.Time.Advance(TimeSpan.FromDays(1));
        var second = await house.ReconcileVendorAsync();

        Assert.Equal((1, 0), (first.Recorded, first.Removed));
        Assert.Equal((0, 1), (second.Recorded, second.Removed));
        Assert.Equal("*!newsletter", (await house.StopsOfAsync("an")).ToString());
        Assert.Equal("102 103", house.ListsOf("an"));
    }

    [Fact]
    public async Task One_owners_Allow_does_not_speak_for_the_other_owner_of_a_shared_address()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an", "shared");
        await house.KnownAsync("bert", "shared");
        await house.AtSendGridAsync("shared");
        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AllowAsync("an");

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((1, 0), (report.Recorded, report.Removed));
        Assert.True((await house.StopsOfAsync("shared")).IsEverything);
        Assert.Equal("global 101 102 103", house.ListsOf("shared"));
    }

    [Fact]
    public async Task A_spam_report_is_an_objection_until_the_person_asks_for_mail_again()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.AtSendGridAsync("an", "spamreport");

        var complained = await house.ReconcileVendorAsync();
        Assert.Equal(1, complained.Recorded);
        Assert.True((await house.StopsOfAsync("an")).IsEverything);

        house.Time.Advance(TimeSpan.FromDays(1));
        await house.DrainAsync();
        var held = await house.ReconcileVendorAsync();
        Assert.Equal((0, 0, 0), (held.Recorded, held.Removed, held.PushedAgain));

        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AllowAsync("an");
        Assert.Empty(house.SendGrid.SpamReports); // The push of the Allow removes what stands in its way.
        await house.AtSendGridAsync("bert", "spamreport");
        await house.KnownAsync("bert");
        house.Time.Advance(TimeSpan.FromHours(1));
        await house.AllowAsync("bert");

        var lifted = await house.ReconcileVendorAsync();
        Assert.Equal((0, 1), (lifted.Recorded, lifted.Removed));
        Assert.Empty(house.SendGrid.SpamReports);
    }

    [Fact]
    public async Task An_address_nobody_knows_becomes_a_recorded_Stop_that_its_owner_inherits()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.AtSendGridAsync("stranger");

        var report = await house.ReconcileVendorAsync();
        await house.KnownAsync("stranger");

        Assert.Equal(1, report.Recorded);
        Assert.True((await house.Get<ConsentStore>().LoadAsync(house.Customer("stranger"), Cancel)).Consent.Stops(Channel.Email).IsEverything);
    }

    [Fact]
    public async Task A_bounce_is_counted_and_never_a_Stop()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.AtSendGridAsync("an", "bounce");

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((1, 1, 0, 0), (report.Entries, report.Undeliverable, report.Recorded, report.Removed));
        Assert.True((await house.StopsOfAsync("an")).IsNothing);
        Assert.Equal(0, (await house.Get<ConsentStore>().LoadAsync(house.Customer("an"), Cancel)).Head.Sequence);
        Assert.Single(house.SendGrid.Bounces);
    }

    [Fact]
    public async Task A_decision_made_while_a_lost_entry_is_pushed_again_is_the_one_that_stays()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        house.Lose("an");
        house.Time.Advance(TimeSpan.FromHours(1));
        house.Vendor.BeforePush = async push =>
        {
            house.Vendor.BeforePush = null;
            await house.AllowAsync("an");
        };

        await house.ReconcileAsync();

        Assert.Equal("", house.ListsOf("an"));
    }

    [Fact]
    public async Task Removals_go_no_further_than_the_limit_of_a_run()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:MaxRemovals", "2"));
        string[] names = ["an", "bert", "carl", "dina"];
        foreach (var name in names)
        {
            await house.KnownAsync(name);
            await house.AtSendGridAsync(name);
        }

        house.Time.Advance(TimeSpan.FromHours(1));
        foreach (var name in names)
            await house.AllowAsync(name);

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((2, 2), (report.Removed, report.Withheld));
        Assert.Equal(2, house.SendGrid.Global.Count);
        Assert.True(report.NeedsAttention);
        Assert.Equal(
            ["2 entries of people who have asked for mail since were left stopped, because one run removes at most 2 (OptOut:Reconciliation:MaxRemovals)."], report.Notices);
    }

    [LongFact]
    public async Task Twelve_hundred_entries_come_page_by_page_each_once()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:UnusualStops", "1000"));
        var created = house.SendGrid.Now;
        SendGridEntry[] entries = [.. Enumerable.Range(0, 1200).Select(i => new SendGridEntry($"{house.Who($"person{i}").Value}", created - i))];
        house.SendGrid.AddGlobal(entries);
        house.SendGrid.RepeatGlobal(entries[..30]);
        house.SendGrid.AddGlobal(new SendGridEntry("not an address", created));

        var first = await house.ReconcileVendorAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"first run {first.Duration}");

        Assert.Equal((1200, 1200, 1), (first.Entries, first.Recorded, first.Unreadable));
        Assert.Equal(1200, first.Lists["global"]);
        Assert.Equal(1200, first.Stopped);
        Assert.Equal((200, 1000), (first.Subjects.Count, first.SubjectsLeftOut));
        Assert.Equal(["1,200 new Stops came out of this vendor's lists in one run, which is unusual. They are recorded; see whether the lists are what they should be."], first.Notices);
        Assert.Empty(await house.BlobsOfRunsAsync());

        house.Time.Advance(TimeSpan.FromDays(1));
        var second = await house.ReconcileVendorAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"second run {second.Duration}");
        Assert.Equal((4800, 4800, 0, 0), (second.Entries, second.Agreement, second.Recorded, second.PushedAgain));
        await house.NamesNobodyAsync();
    }

    [Fact]
    public async Task A_list_that_was_emptied_is_filled_again_and_said()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        house.SendGrid.AddGlobal(Enumerable.Range(0, 120).Select(i => new SendGridEntry($"person{i}@example.com", house.SendGrid.Now)));
        await house.ReconcileAsync();
        foreach (var entry in house.SendGrid.Global)
            house.SendGrid.RemoveGlobal(entry.Email);
        house.Time.Advance(TimeSpan.FromDays(1));

        var report = await house.ReconcileVendorAsync();

        Assert.Equal(120, report.PushedAgain);
        Assert.Equal(120, house.SendGrid.Global.Count);
        Assert.Equal(["The list global held 0 entries, and 120 in the run before. What is missing was pushed again; see whether somebody emptied it."], report.Notices);
    }

    [Fact]
    public async Task A_vendor_without_lists_is_checked_by_what_it_confirmed()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        house.Vendor.GivesOutLists = false;
        await house.KnownAsync("an");
        await house.StopAsync("an");
        await house.KnownAsync("bert");
        await house.StopAsync("bert");
        var row = (await house.Get<VendorRows>().LoadAsync(house.Customer("bert"), "sendgrid", Cancel))!;
        await house.Get<VendorRows>().SaveAsync(house.Customer("bert"), "sendgrid", row with { Status = VendorStatus.Waiting, ConfirmedAt = null, Reason = "busy" }, Cancel);
        house.Lose("bert");

        var report = await house.ReconcileAsync();

        var vendor = Assert.Single(report.Vendors);
        Assert.Equal((false, 2, 1), (vendor.Comparable, vendor.Stopped, vendor.PushedAgain));
        Assert.Equal("global 101 102 103", house.ListsOf("bert"));
        Assert.Equal(VendorStatus.Confirmed, (await house.Get<VendorRows>().LoadAsync(house.Customer("bert"), "sendgrid", Cancel))!.Status);
        Assert.Equal(
            "Every opt-out of the last day is honoured. 1 difference was found and repaired. What was confirmed is all that could be checked of sendgrid, for want of a list to compare.",
            report.Verdict);
    }

    [Fact]
    public async Task A_refused_list_is_reported_and_the_others_go_on()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        house.Lose("an");
        await house.AtSendGridAsync("bert", "spamreport");
        house.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 403, Message: "no scope", Containing: "GET /v3/suppression/unsubscribes"));

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((VendorRunStatus.Incomplete, "Not every list could be read."), (report.Status, report.Incomplete));
        Assert.Contains("suppression.unsubscribes.read", report.UnreadLists["global"], StringComparison.Ordinal);
        Assert.Equal((1, 1), (report.Recorded, report.PushedAgain)); // Bert's complaint; and An is missing from the groups.
        Assert.Equal("global 101 102 103", house.ListsOf("an"));
    }

    [Fact]
    public async Task A_refused_push_is_reported_with_its_reason_and_stands_in_the_vendors_row()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        house.Lose("an");
        house.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 400, Message: "bad an@example.com", Containing: "POST /v3/asm"));

        var report = await house.ReconcileAsync();

        var vendor = Assert.Single(report.Vendors);
        Assert.Equal((1, 0, true), (vendor.PushesFailed, vendor.PushedAgain, vendor.NeedsAttention));
        Assert.Equal("1 vendor needs attention: sendgrid.", report.Verdict);
        Assert.Equal(1, Assert.Single(vendor.Failures).Value);
        Assert.StartsWith("SendGrid answered POST asm/suppressions/global with 400.", vendor.Failures.Keys.Single(), StringComparison.Ordinal);
        Assert.Equal(VendorStatus.Rejected, (await house.Get<VendorRows>().LoadAsync(house.Customer("an"), "sendgrid", Cancel))!.Status);
        await house.NamesNobodyAsync();
    }
}
