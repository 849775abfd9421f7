using System.Globalization;
using System.Text;
using OptOut.Api;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Registers;
using OptOut.Identity;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Tests.Reconciliation;

/// <summary>
/// The nightly reading of the registers: a listed contact point is suppressed while it is listed, and no ledger records it.
/// </summary>
public sealed class RegisterTests(AzuriteFixture azurite)
{
    private const string Jan = "+32470000001", An = "+32470000002", Piet = "+32470000003";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_contact_point_is_suppressed_while_it_is_in_the_register_and_no_ledger_records_it()
    {
        await using var host = await StartAsync(azurite);
        var subject = host.Customer("jan");
        Assert.True(await host.Get<SubjectRegistrar>().SaveAsync(subject, [Phone(Jan)], "nl", Cancel));
        await DropAsync(host, "1.csv", Jan, An);

        var first = await host.ReconcileVendorAsync("do-not-call");

        Assert.Equal((VendorRunStatus.Complete, 2, 2, 0, 1), (first.Status, first.Entries, first.Suppressed, first.Lifted, first.Known));
        Assert.Equal((true, false, 0, 0, 0), (first.Register, first.NeedsAttention, first.Recorded, first.PushedAgain, first.Stopped));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(host, Jan));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(host, An));

        host.Time.Advance(TimeSpan.FromDays(1));
        await DropAsync(host, "2.csv", An, Piet);
        var second = await host.ReconcileVendorAsync("do-not-call");

        Assert.Equal((2, 1, 1, 0), (second.Entries, second.Suppressed, second.Lifted, second.Known));
        Assert.Empty(await SuppressedByAsync(host, Jan));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(host, Piet));
        Assert.Equal(0, (await host.Get<ConsentStore>().LoadAsync(subject, Cancel)).Head.Sequence);
        Assert.Null(await host.Get<IdentifierIndex>().FindAsync(Phone(An), Cancel));
        Assert.DoesNotContain(await host.RunBlobsAsync(), b => b.Contains("plan", StringComparison.Ordinal));

        var third = await host.ReconcileVendorAsync("do-not-call");
        Assert.Equal((2, 0, 0), (third.Entries, third.Suppressed, third.Lifted));
        string[] written =
        [
            await host.ReportBlobAsync("latest.json"),
            await host.ReportBlobAsync("latest.html"),
            .. host.SendGrid.Mails.Select(m => m.PlainText + m.Html),
            .. host.Logs.Lines,
        ];
        Assert.All(written, w => Assert.DoesNotContain("47000000", w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_list_the_report_asks_for_one_and_existing_suppressions_remain()
    {
        await using var host = await StartAsync(azurite);
        var before = await host.ReconcileVendorAsync("do-not-call");
        Assert.Equal((VendorRunStatus.Incomplete, true), (before.Status, before.NeedsAttention));
        Assert.Contains("vendor-lists/do-not-call/", Assert.Single(before.UnreadLists).Value, StringComparison.Ordinal);

        await DropAsync(host, "1.csv", Jan);
        await host.ReconcileAsync();
        await host.Get<StorageAccount>().VendorLists.GetBlobClient("do-not-call/1.csv").DeleteAsync(cancellationToken: Cancel);
        host.Time.Advance(TimeSpan.FromDays(1));
        var after = await host.ReconcileVendorAsync("do-not-call");

        Assert.Equal((0, 0, true), (after.Lifted, after.LiftsWithheld, after.NeedsAttention));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(host, Jan));
    }

    [Theory]
    [InlineData(4, null, false)]
    [InlineData(6, null, true)]
    [InlineData(6, "10.00:00:00", false)]
    public async Task A_list_older_than_its_maximum_age_needs_attention_and_still_suppresses(int days, string? maxAge, bool attention)
    {
        await using var host = await StartAsync(azurite, maxAge is null ? [] : [("OptOut:Registers:do-not-call:MaxAge", maxAge)]);
        await DropAsync(host, "1.csv", Jan);
        host.Time.Advance(TimeSpan.FromDays(days));

        var report = await host.ReconcileVendorAsync("do-not-call");

        Assert.Equal((attention, 1), (report.NeedsAttention, report.Suppressed));
        Assert.Equal(
            attention ? 1 : 0, report.Notices.Count(n => n.Contains("6 days old, and may be at most 5 days", StringComparison.Ordinal)));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(host, Jan));
    }

    [Fact]
    public async Task A_list_with_many_unreadable_lines_lifts_no_suppression()
    {
        await using var host = await StartAsync(azurite);
        await DropAsync(host, "1.csv", Jan, An);
        await host.ReconcileAsync();
        host.Time.Advance(TimeSpan.FromDays(1));
        await DropAsync(host, "2.csv", Piet, "oops");

        var report = await host.ReconcileVendorAsync("do-not-call");

        Assert.Equal(
            (1, 1, 0, 2, true), (report.Unreadable, report.Suppressed, report.Lifted, report.LiftsWithheld, report.NeedsAttention));
        Assert.Contains(report.Notices, n => n.StartsWith("2 contact points are no longer on the list", StringComparison.Ordinal));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(host, Jan));
    }

    [Fact]
    public async Task A_list_that_became_much_shorter_lifts_no_suppression_until_a_setting_allows_the_drop()
    {
        string[] numbers = [.. Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"+32470{i:D6}"))];
        var storage = await azurite.NewAccountAsync();
        await using (var host = await StartAsync(azurite, ("OptOut:Storage:ConnectionString", storage)))
        {
            await DropAsync(host, "1.csv", numbers);
            Assert.Equal(300, (await host.ReconcileVendorAsync("do-not-call")).Suppressed);
            host.Time.Advance(TimeSpan.FromDays(1));
            await DropAsync(host, "2.csv", numbers[..150]);

            var report = await host.ReconcileVendorAsync("do-not-call");

            Assert.Equal((0, 150, true), (report.Lifted, report.LiftsWithheld, report.NeedsAttention));
        }

        await using var next = await StartAsync(
            azurite, ("OptOut:Storage:ConnectionString", storage), ("OptOut:Reconciliation:LargestFall", "1"));
        next.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((150, 0), await LiftsAsync(next));

        static async Task<(int, int)> LiftsAsync(ReconciliationHost host)
        {
            var report = await host.ReconcileVendorAsync("do-not-call");
            return (report.Lifted, report.LiftsWithheld);
        }
    }

    [Fact]
    public async Task An_address_in_the_Robinson_list_is_suppressed_for_post()
    {
        await using var host = await StartAsync(azurite, [.. RegisterList.Robinson.Settings().Select(s => (s.Key, s.Value))]);
        await DropAsync(host, "1.csv", Jan);
        await host.Get<StorageAccount>().VendorLists.GetBlobClient("robinson/1.csv").UploadAsync(
            BinaryData.FromBytes(RegisterList.Robinson.ToFile(["Rue de la Pépinière;12;;1000;Bruxelles;2026-01-31"])), Cancel);

        var report = await host.ReconcileVendorAsync("robinson");

        Assert.Equal((Channel.Post, 1, 0), (report.Channel, report.Suppressed, report.Unreadable));
    }

    [Fact]
    public async Task A_bounce_without_an_event_is_suppressed_at_night_and_lifted_once_the_vendor_no_longer_lists_it()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("jan");
        await host.ActAtSendGridAsync("jan", "bounce");

        var first = await host.ReconcileVendorAsync();

        Assert.Equal((1, 1, 0, false), (first.Undeliverable, first.Suppressed, first.Lifted, first.NeedsAttention));
        Assert.Equal(
            "bounce:sendgrid",
            Assert.Single(await host.Get<ExternalSuppressionStore>().FindAsync(host.IdentifierOf("jan"), Cancel)).Origin);
        Assert.True((await host.StopsOfAsync("jan")).IsNothing);

        Assert.True(host.SendGrid.RemoveBounce("jan@example.com"));
        host.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, (await host.ReconcileVendorAsync()).Lifted); // The list may lag behind a little.
        host.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, (await host.ReconcileVendorAsync()).Lifted);
        Assert.Empty(await host.Get<ExternalSuppressionStore>().FindAsync(host.IdentifierOf("jan"), Cancel));
        await host.AssertNoAddressesAsync();
    }

    private static Task<ReconciliationHost> StartAsync(AzuriteFixture azurite, params (string Name, string Value)[] settings)
    {
        var all = RegisterList.DoNotCall.Settings().ToDictionary();
        foreach (var (name, value) in settings)
            all[name] = value;
        foreach (var name in all.Keys.Where(k => k.EndsWith(":Files:NeedsDigest", StringComparison.Ordinal)).ToArray())
            (all[name], all[name.Replace("NeedsDigest", "SettleTime", StringComparison.Ordinal)]) = ("false", "00:00:00");
        return ReconciliationHost.StartAsync(azurite, [.. all.Select(s => (s.Key, s.Value))]);
    }

    private static async Task DropAsync(ReconciliationHost host, string name, params string[] numbers) =>
        await host.Get<StorageAccount>().VendorLists.GetBlobClient("do-not-call/" + name)
            .UploadAsync(
                BinaryData.FromBytes(Encoding.UTF8.GetBytes(string.Concat(numbers.Select(n => $"{n};2026-01-31\n")))),
                overwrite: true,
                Cancel);

    private static async Task<string[]> SuppressedByAsync(ReconciliationHost house, string number) =>
        [.. (await house.Get<ExternalSuppressionStore>().FindAsync(Phone(number), Cancel)).Select(d => d.Origin)];

    private static Identifier Phone(string number) =>
        PhoneNumber.TryParse(number, "BE", out var phone) ? phone : throw new FormatException(number);
}
