using OptOut.Consent;
using OptOut.Local.DemoPage;
using OptOut.Vendors;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>One opt-out stops e-mail, SMS, phone and post, whichever entry point it came through, and every vendor of every channel confirms it.</summary>
public sealed class EveryEntryPointTests(EveryVendorHost every) : IClassFixture<EveryVendorHost>
{
    private static int _number;

    public static TheoryData<string> Every => [.. EntryPoints.All.Keys];

    [Theory]
    [MemberData(nameof(Every))]
    public async Task One_opt_out_stops_every_vendor_of_every_channel_with_one_entry_in_the_ledger(string name)
    {
        var (host, entryPoint) = (every.Host, EntryPoints.All[name]);
        var number = Interlocked.Increment(ref _number);
        var who = await Somebody.NewAsync(host, $"door-{number}", number);
        var bystander = await Somebody.NewAsync(host, $"bystander-{number}", 500 + number);

        await entryPoint.StopAsync(host, who);

        var change = Assert.Single(await host.LedgerAsync(who.Subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, entryPoint.Source, entryPoint.Vendor), (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        var vendors = host.Services<IVendor>().Where(v => v.TakesPushes).ToList();
        Assert.Equal(Channels.All, vendors.Select(v => v.Channel).Distinct().Order());
        foreach (var vendor in vendors)
        {
            // Not the event: a vendor that writes whole seconds dates it before the moment at which the person became known here.
            var row = await host.ConfirmedAsync(who.Subject, vendor: vendor.Name);
            Assert.Equal(StopSet.Everything, Assert.Single(row.Stops).Value);
            await OptOutHost.UntilAsync(() => Task.FromResult(Stands(host, vendor, who)));
            Assert.False(Stands(host, vendor, bystander), $"{vendor.Name} holds somebody who stopped nothing.");
        }

        Assert.All(
            await Task.WhenAll(host.CheckAsync("email", who.Email), host.CheckAsync("sms", who.Phone), host.CheckAsync("phone", who.Phone), host.CheckAsync("post", who.Postal)),
            answer => Assert.Equal((false, "stopped"), answer));
        await host.QuietAsync();
        await host.LedgerAsync(who.Subject, 1);
        Assert.Empty(await host.LedgerAsync(bystander.Subject));
    }

    private static bool Stands(OptOutHost host, IVendor vendor, Somebody who) =>
        VendorLists.From(host.Sandbox.Vendors.Single(v => v.Name == vendor.Name).Describe(), who.ContactPoints).Count > 0;
}
