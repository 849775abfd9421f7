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

/// <summary>The registers by night: who stands in one is denied while they stand there, and no ledger knows of it.</summary>
public sealed class RegisterTests(AzuriteFixture azurite)
{
    private const string Jan = "+32470000001", An = "+32470000002", Piet = "+32470000003";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_is_registered_is_denied_and_who_leaves_the_register_is_not_and_no_ledger_knows()
    {
        await using var house = await StartAsync(azurite);
        var subject = house.Customer("jan");
        Assert.True(await house.Get<SubjectRegistrar>().SaveAsync(subject, [Phone(Jan)], "nl", Cancel));
        await DropAsync(house, "1.csv", Jan, An);

        var first = await house.ReconcileVendorAsync("do-not-call");

        Assert.Equal((VendorRunStatus.Complete, 2, 2, 0, 1), (first.Status, first.Entries, first.Suppressed, first.Lifted, first.Known));
        Assert.Equal((true, false, 0, 0, 0), (first.Register, first.NeedsAttention, first.Recorded, first.PushedAgain, first.Stopped));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(house, Jan));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(house, An));

        house.Time.Advance(TimeSpan.FromDays(1));
        await DropAsync(house, "2.csv", An, Piet);
        var second = await house.ReconcileVendorAsync("do-not-call");

        Assert.Equal((2, 1, 1, 0), (second.Entries, second.Suppressed, second.Lifted, second.Known));
        Assert.Empty(await SuppressedByAsync(house, Jan));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(house, Piet));
        Assert.Equal(0, (await house.Get<ConsentStore>().LoadAsync(subject, Cancel)).Head.Sequence);
        Assert.Null(await house.Get<IdentifierIndex>().FindAsync(Phone(An), Cancel));
        Assert.DoesNotContain(await house.BlobsOfRunsAsync(), b => b.Contains("plan", StringComparison.Ordinal));

        var third = await house.ReconcileVendorAsync("do-not-call");
        Assert.Equal((2, 0, 0), (third.Entries, third.Suppressed, third.Lifted));
        string[] written = [await house.ReportBlobAsync("latest.json"), await house.ReportBlobAsync("latest.html"), .. house.SendGrid.Mails.Select(m => m.PlainText + m.Html), .. house.Logs.Lines];
        Assert.All(written, w => Assert.DoesNotContain("47000000", w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_list_the_report_asks_for_one_and_whoever_was_denied_is_denied_still()
    {
        await using var house = await StartAsync(azurite);
        var before = await house.ReconcileVendorAsync("do-not-call");
        Assert.Equal((VendorRunStatus.Incomplete, true), (before.Status, before.NeedsAttention));
        Assert.Contains("vendor-lists/do-not-call/", Assert.Single(before.UnreadLists).Value, StringComparison.Ordinal);

        await DropAsync(house, "1.csv", Jan);
        await house.ReconcileAsync();
        await house.Get<StorageAccount>().VendorLists.GetBlobClient("do-not-call/1.csv").DeleteAsync(cancellationToken: Cancel);
        house.Time.Advance(TimeSpan.FromDays(1));
        var after = await house.ReconcileVendorAsync("do-not-call");

        Assert.Equal((0, 0, true), (after.Lifted, after.LiftsWithheld, after.NeedsAttention));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(house, Jan));
    }

    [Theory]
    [InlineData(4, null, false)]
    [InlineData(6, null, true)]
    [InlineData(6, "10.00:00:00", false)]
    public async Task A_list_older_than_the_rule_allows_goes_on_denying_and_needs_attention(int days, string? maxAge, bool attention)
    {
        await using var house = await StartAsync(azurite, maxAge is null ? [] : [("OptOut:Registers:do-not-call:MaxAge", maxAge)]);
        await DropAsync(house, "1.csv", Jan);
        house.Time.Advance(TimeSpan.FromDays(days));

        var report = await house.ReconcileVendorAsync("do-not-call");

        Assert.Equal((attention, 1), (report.NeedsAttention, report.Suppressed));
        Assert.Equal(attention ? 1 : 0, report.Notices.Count(n => n.Contains("6 days old, and may be 5 days", StringComparison.Ordinal)));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(house, Jan));
    }

    [Fact]
    public async Task A_list_of_which_much_cannot_be_read_lifts_nobody()
    {
        await using var house = await StartAsync(azurite);
        await DropAsync(house, "1.csv", Jan, An);
        await house.ReconcileAsync();
        house.Time.Advance(TimeSpan.FromDays(1));
        await DropAsync(house, "2.csv", Piet, "oops");

        var report = await house.ReconcileVendorAsync("do-not-call");

        Assert.Equal((1, 1, 0, 2, true), (report.Unreadable, report.Suppressed, report.Lifted, report.LiftsWithheld, report.NeedsAttention));
        Assert.Contains(report.Notices, n => n.StartsWith("2 contact points stand on the list no more", StringComparison.Ordinal));
        Assert.Equal(["do-not-call"], await SuppressedByAsync(house, Jan));
    }

    [Fact]
    public async Task A_list_that_was_cut_lifts_nobody_until_somebody_says_that_it_is_right()
    {
        string[] numbers = [.. Enumerable.Range(0, 300).Select(i => string.Create(CultureInfo.InvariantCulture, $"+32470{i:D6}"))];
        var storage = await azurite.NewAccountAsync();
        await using (var house = await StartAsync(azurite, ("OptOut:Storage:ConnectionString", storage)))
        {
            await DropAsync(house, "1.csv", numbers);
            Assert.Equal(300, (await house.ReconcileVendorAsync("do-not-call")).Suppressed);
            house.Time.Advance(TimeSpan.FromDays(1));
            await DropAsync(house, "2.csv", numbers[..150]);

            var report = await house.ReconcileVendorAsync("do-not-call");

            Assert.Equal((0, 150, true), (report.Lifted, report.LiftsWithheld, report.NeedsAttention));
        }

        await using var next = await StartAsync(azurite, ("OptOut:Storage:ConnectionString", storage), ("OptOut:Reconciliation:LargestFall", "1"));
        next.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((150, 0), await LiftsAsync(next));

        static async Task<(int, int)> LiftsAsync(ReconciliationHost house)
        {
            var report = await house.ReconcileVendorAsync("do-not-call");
            return (report.Lifted, report.LiftsWithheld);
        }
    }

    [Fact]
    public async Task An_address_in_the_Robinson_list_is_denied_post()
    {
        await using var house = await StartAsync(azurite, [.. RegisterList.Robinson.Settings().Select(s => (s.Key, s.Value))]);
        await DropAsync(house, "1.csv", Jan);
        await house.Get<StorageAccount>().VendorLists.GetBlobClient("robinson/1.csv").UploadAsync(
            BinaryData.FromBytes(RegisterList.Robinson.ToFile(["Rue de la Pépinière;12;;1000;Bruxelles;2026-01-31"])), Cancel);

        var report = await house.ReconcileVendorAsync("robinson");

        Assert.Equal((Channel.Post, 1, 0), (report.Channel, report.Suppressed, report.Unreadable));
    }

    [Fact]
    public async Task A_bounce_of_which_no_event_came_is_denied_by_night_and_lifted_when_the_vendor_has_it_no_more()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("jan");
        await house.AtSendGridAsync("jan", "bounce");

        var first = await house.ReconcileVendorAsync();

        Assert.Equal((1, 1, 0, false), (first.Undeliverable, first.Suppressed, first.Lifted, first.NeedsAttention));
        Assert.Equal("bounce:sendgrid", Assert.Single(await house.Get<ExternalSuppressionStore>().FindAsync(house.Who("jan"), Cancel)).By);
        Assert.True((await house.StopsOfAsync("jan")).IsNothing);

        Assert.True(house.SendGrid.RemoveBounce("jan@example.com"));
        house.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, (await house.ReconcileVendorAsync()).Lifted); // The list may be a little behind.
        house.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, (await house.ReconcileVendorAsync()).Lifted);
        Assert.Empty(await house.Get<ExternalSuppressionStore>().FindAsync(house.Who("jan"), Cancel));
        await house.NamesNobodyAsync();
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

    private static async Task DropAsync(ReconciliationHost house, string name, params string[] numbers) => await house.Get<StorageAccount>().VendorLists.GetBlobClient("do-not-call/" + name)
        .UploadAsync(BinaryData.FromBytes(Encoding.UTF8.GetBytes(string.Concat(numbers.Select(n => $"{n};2026-01-31\n")))), overwrite: true, Cancel);

    private static async Task<string[]> SuppressedByAsync(ReconciliationHost house, string number) => [.. (await house.Get<ExternalSuppressionStore>().FindAsync(Phone(number), Cancel)).Select(d => d.By)];

    private static Identifier Phone(string number) => PhoneNumber.TryParse(number, "BE", out var phone) ? phone : throw new FormatException(number);
}
