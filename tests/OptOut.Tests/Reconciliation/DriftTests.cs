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
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        await host.AddCustomerAsync("bert");
        await host.ActAtSendGridAsync("bert");
        host.RemoveAtSendGrid("an");

        var first = await host.ReconcileVendorAsync();

        Assert.Equal((VendorRunStatus.Complete, 1, 1, 0), (first.Status, first.Recorded, first.PushedAgain, first.Removed));
        Assert.True((await host.StopsOfAsync("bert")).IsEverything);
        Assert.Equal("global 101 102 103", host.ListsOf("an"));
        Assert.Equal("global 101 102 103", host.ListsOf("bert"));

        await host.DrainAsync();
        host.Time.Advance(TimeSpan.FromDays(1));
        var second = await host.ReconcileVendorAsync();
        Assert.Equal((8, 8, 0, 0, 0), (second.Entries, second.Agreement, second.Recorded, second.PushedAgain, second.Removed));
        Assert.False(second.NeedsAttention);
        await host.AssertNoAddressesAsync();
    }

    [Fact]
    public async Task A_Stop_found_at_the_vendor_is_recorded_with_the_list_it_was_found_on()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.ActAtSendGridAsync("an");
        var clicked = host.Time.GetUtcNow();

        await host.ReconcileAsync();

        var entry = Assert.Single(await host.Get<ConsentStore>().LedgerAsync(host.Customer("an"), Cancel).ToListAsync(Cancel));
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.Reconciliation), (entry.Change.Scope, entry.Change.Decision, entry.Change.Source));
        Assert.Equal(("sendgrid", "global"), (entry.Change.Evidence.Vendor, entry.Change.Evidence.Reference));
        Assert.InRange(entry.Change.At, clicked.AddSeconds(-2), clicked.AddSeconds(2));
    }

    [Fact]
    public async Task A_later_Allow_removes_the_vendors_entry()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.ActAtSendGridAsync("an");
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.AllowAsync("an");

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((1, 0, 0), (report.Removed, report.Recorded, report.PushedAgain));
        Assert.Equal("", host.ListsOf("an"));
        Assert.True((await host.StopsOfAsync("an")).IsNothing);
        Assert.Equal([new SubjectNote(host.Customer("an").ToString(), SubjectEvent.EntryRemoved)], report.Subjects);
    }

    [Fact]
    public async Task A_vendors_Stop_newer_than_the_Allow_wins()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.AllowAsync("an");
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.ActAtSendGridAsync("an");

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((0, 1), (report.Removed, report.Recorded));
        Assert.True((await host.StopsOfAsync("an")).IsEverything);
        Assert.Equal("global 101 102 103", host.ListsOf("an"));
    }

    [Fact]
    public async Task A_person_who_leaves_one_group_after_an_Allow_stops_everything()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.ActAtSendGridAsync("an");
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.AllowAsync("an");
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.ActAtSendGridAsync("an", "group_unsubscribe", ReconciliationHost.Offers);

        var report = await host.ReconcileVendorAsync();

        // Leaving a group is an objection to everything here, so the old global entry is correct again.
        Assert.Equal((1, 1, 0), (report.Recorded, report.Agreement, report.Removed));
        Assert.True((await host.StopsOfAsync("an")).IsEverything);
        Assert.Equal("global 101 102 103", host.ListsOf("an"));
    }

    [Fact]
    public async Task A_Stop_of_everything_at_the_vendor_stops_a_topic_too_that_was_allowed_later()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.ActAtSendGridAsync("an");
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.AllowAsync("an", "email,newsletter");

        var first = await host.ReconcileVendorAsync();
        await host.DrainAsync();
        host.Time.Advance(TimeSpan.FromDays(1));
        var second = await host.ReconcileVendorAsync();

        // Nobody allowed everything that the vendor's entry stops, so it is no old news, and a Stop is not divided: in doubt, Stop.
        Assert.Equal((1, 0), (first.Recorded, first.Removed));
        Assert.Equal((0, 0), (second.Recorded, second.Removed));
        Assert.True((await host.StopsOfAsync("an")).IsEverything);
        Assert.Equal("global 101 102 103", host.ListsOf("an"));
    }

    [Fact]
    public async Task An_Allow_by_one_owner_of_a_shared_address_does_not_apply_to_the_other()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an", "shared");
        await host.AddCustomerAsync("bert", "shared");
        await host.ActAtSendGridAsync("shared");
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.AllowAsync("an");

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((1, 0), (report.Recorded, report.Removed));
        Assert.True((await host.StopsOfAsync("shared")).IsEverything);
        Assert.Equal("global 101 102 103", host.ListsOf("shared"));
    }

    [Fact]
    public async Task A_spam_report_is_an_objection_until_the_person_allows_mail_again()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.ActAtSendGridAsync("an", "spamreport");

        var complained = await host.ReconcileVendorAsync();
        Assert.Equal(1, complained.Recorded);
        Assert.True((await host.StopsOfAsync("an")).IsEverything);

        host.Time.Advance(TimeSpan.FromDays(1));
        await host.DrainAsync();
        var unchanged = await host.ReconcileVendorAsync();
        Assert.Equal((0, 0, 0), (unchanged.Recorded, unchanged.Removed, unchanged.PushedAgain));

        host.Time.Advance(TimeSpan.FromHours(1));
        await host.AllowAsync("an");
        Assert.Empty(host.SendGrid.SpamReports); // The push of the Allow also removes the spam report, which would block the mail.
        await host.ActAtSendGridAsync("bert", "spamreport");
        await host.AddCustomerAsync("bert");
        host.Time.Advance(TimeSpan.FromHours(1));
        await host.AllowAsync("bert");

        var lifted = await host.ReconcileVendorAsync();
        Assert.Equal((0, 1), (lifted.Recorded, lifted.Removed));
        Assert.Empty(host.SendGrid.SpamReports);
    }

    [Fact]
    public async Task A_Stop_for_an_unknown_address_is_recorded_and_applies_to_its_later_owner()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.ActAtSendGridAsync("stranger");

        var report = await host.ReconcileVendorAsync();
        await host.AddCustomerAsync("stranger");

        Assert.Equal(1, report.Recorded);
        Assert.True(
            (await host.Get<ConsentStore>().LoadAsync(host.Customer("stranger"), Cancel)).Consent.Stops(Channel.Email).IsEverything);
    }

    [Fact]
    public async Task A_bounce_is_counted_but_never_recorded_as_a_Stop()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.ActAtSendGridAsync("an", "bounce");

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((1, 1, 0, 0), (report.Entries, report.Undeliverable, report.Recorded, report.Removed));
        Assert.True((await host.StopsOfAsync("an")).IsNothing);
        Assert.Equal(0, (await host.Get<ConsentStore>().LoadAsync(host.Customer("an"), Cancel)).Head.Sequence);
        Assert.Single(host.SendGrid.Bounces);
    }

    [Fact]
    public async Task A_decision_made_while_a_lost_entry_is_pushed_again_wins()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        host.RemoveAtSendGrid("an");
        host.Time.Advance(TimeSpan.FromHours(1));
        host.Vendor.BeforePush = async push =>
        {
            host.Vendor.BeforePush = null;
            await host.AllowAsync("an");
        };

        await host.ReconcileAsync();

        Assert.Equal("", host.ListsOf("an"));
    }

    [Fact]
    public async Task A_run_removes_no_more_entries_than_its_limit()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:MaxRemovals", "2"));
        string[] names = ["an", "bert", "carl", "dina"];
        foreach (var name in names)
        {
            await host.AddCustomerAsync(name);
            await host.ActAtSendGridAsync(name);
        }

        host.Time.Advance(TimeSpan.FromHours(1));
        foreach (var name in names)
            await host.AllowAsync(name);

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((2, 2), (report.Removed, report.Withheld));
        Assert.Equal(2, host.SendGrid.Global.Count);
        Assert.True(report.NeedsAttention);
        Assert.Equal(
            ["2 entries of people who have since asked for mail again were left stopped, because one run removes at most 2 "
                + "(OptOut:Reconciliation:MaxRemovals)."],
            report.Notices);
    }

    [LongFact]
    public async Task Twelve_hundred_entries_are_read_page_by_page_and_each_is_counted_once()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:UnusualStops", "1000"));
        var created = host.SendGrid.Now;
        SendGridEntry[] entries =
            [.. Enumerable.Range(0, 1200).Select(i => new SendGridEntry($"{host.IdentifierOf($"person{i}").Value}", created - i))];
        host.SendGrid.AddGlobal(entries);
        host.SendGrid.DuplicateGlobal(entries[..30]);
        host.SendGrid.AddGlobal(new SendGridEntry("not an address", created));

        var first = await host.ReconcileVendorAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"first run {first.Duration}");

        Assert.Equal((1200, 1200, 1), (first.Entries, first.Recorded, first.Unreadable));
        Assert.Equal(1200, first.Lists["global"]);
        Assert.Equal(1200, first.Stopped);
        Assert.Equal((200, 1000), (first.Subjects.Count, first.SubjectsLeftOut));
        Assert.Equal(
            ["1,200 new Stops were found on this vendor's lists in one run, which is unusual. They are recorded; "
                + "check whether the lists are correct."],
            first.Notices);
        Assert.Empty(await host.RunBlobsAsync());

        host.Time.Advance(TimeSpan.FromDays(1));
        var second = await host.ReconcileVendorAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"second run {second.Duration}");
        Assert.Equal((4800, 4800, 0, 0), (second.Entries, second.Agreement, second.Recorded, second.PushedAgain));
        await host.AssertNoAddressesAsync();
    }

    [Fact]
    public async Task A_list_that_was_emptied_is_restored_and_reported()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        host.SendGrid.AddGlobal(Enumerable.Range(0, 120).Select(i => new SendGridEntry($"person{i}@example.com", host.SendGrid.Now)));
        await host.ReconcileAsync();
        foreach (var entry in host.SendGrid.Global)
            host.SendGrid.RemoveGlobal(entry.Email);
        host.Time.Advance(TimeSpan.FromDays(1));

        var report = await host.ReconcileVendorAsync();

        Assert.Equal(120, report.PushedAgain);
        Assert.Equal(120, host.SendGrid.Global.Count);
        Assert.Equal(
            ["The list global contained 0 entries, and 120 in the run before. What was missing was pushed again; "
                + "check whether somebody emptied the list."],
            report.Notices);
    }

    [Fact]
    public async Task A_vendor_without_lists_is_checked_against_its_confirmations()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        host.Vendor.HasLists = false;
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        await host.AddCustomerAsync("bert");
        await host.StopAsync("bert");
        var row = (await host.Get<VendorRows>().LoadAsync(host.Customer("bert"), "sendgrid", Cancel))!;
        await host.Get<VendorRows>().SaveAsync(
            host.Customer("bert"), "sendgrid", row with { Status = VendorStatus.Waiting, ConfirmedAt = null, Reason = "busy" }, Cancel);
        host.RemoveAtSendGrid("bert");

        var report = await host.ReconcileAsync();

        var vendor = Assert.Single(report.Vendors);
        Assert.Equal((false, 2, 1), (vendor.Comparable, vendor.Stopped, vendor.PushedAgain));
        Assert.Equal("global 101 102 103", host.ListsOf("bert"));
        Assert.Equal(VendorStatus.Confirmed, (await host.Get<VendorRows>().LoadAsync(host.Customer("bert"), "sendgrid", Cancel))!.Status);
        Assert.Equal(
            "Every opt-out of the last day is honoured. 1 difference was found and repaired. For sendgrid, only what was confirmed "
                + "could be checked, because there is no list to compare.",
            report.Verdict);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_is_reported_and_the_other_lists_are_still_compared()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        host.RemoveAtSendGrid("an");
        await host.ActAtSendGridAsync("bert", "spamreport");
        host.SendGrid.Failures.Set(new SandboxFailure(
            SandboxFailureKind.Status, Status: 403, Message: "no scope", Containing: "GET /v3/suppression/unsubscribes"));

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((VendorRunStatus.Incomplete, "Not every list could be read."), (report.Status, report.Incomplete));
        Assert.Contains("suppression.unsubscribes.read", report.UnreadLists["global"], StringComparison.Ordinal);
        // Recorded: Bert's complaint. Pushed again: An, who is missing from the groups.
        Assert.Equal((1, 1), (report.Recorded, report.PushedAgain));
        Assert.Equal("global 101 102 103", host.ListsOf("an"));
    }

    [Fact]
    public async Task A_rejected_push_is_reported_with_its_reason_and_saved_in_the_vendors_row()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        host.RemoveAtSendGrid("an");
        host.SendGrid.Failures.Set(
            new SandboxFailure(SandboxFailureKind.Status, Status: 400, Message: "bad an@example.com", Containing: "POST /v3/asm"));

        var report = await host.ReconcileAsync();

        var vendor = Assert.Single(report.Vendors);
        Assert.Equal((1, 0, true), (vendor.PushesFailed, vendor.PushedAgain, vendor.NeedsAttention));
        Assert.Equal("1 vendor needs attention: sendgrid.", report.Verdict);
        Assert.Equal(1, Assert.Single(vendor.Failures).Value);
        Assert.StartsWith(
            "SendGrid answered POST asm/suppressions/global with 400.", vendor.Failures.Keys.Single(), StringComparison.Ordinal);
        Assert.Equal(VendorStatus.Rejected, (await host.Get<VendorRows>().LoadAsync(host.Customer("an"), "sendgrid", Cancel))!.Status);
        await host.AssertNoAddressesAsync();
    }
}
