namespace OptOut.Tests.Reconciliation;

/// <summary>
/// A change in flight to a vendor while its lists are read is not drift. A change that never arrives, or that the vendor lost, is.
/// </summary>
public sealed class InFlightTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_Stop_confirmed_after_the_lists_were_read_is_not_drift()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.AddCustomerAsync("bert");
        await host.ActAtSendGridAsync("bert");
        host.Vendor.BeforePush = async push =>
        {
            // While Bert's Stop is being pushed, An stops and is pushed too.
            host.Vendor.BeforePush = null;
            await host.StopAsync("an");
        };

        var report = await host.ReconcileVendorAsync();

        // Too new: An's Stop, and Bert's, whose groups were confirmed by this run after his lists were read.
        Assert.Equal((1, 0, 2), (report.Recorded, report.PushedAgain, report.TooNew));
        Assert.Equal("global 101 102 103", host.ListsOf("an"));
    }

    [Fact]
    public async Task A_Stop_in_flight_when_the_lists_are_read_is_not_drift_but_one_that_never_arrives_is()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopWithoutPushAsync("an");

        var first = await host.ReconcileVendorAsync();
        Assert.Equal((0, 1), (first.PushedAgain, first.TooNew));
        Assert.Equal("", host.ListsOf("an"));

        host.Time.Advance(TimeSpan.FromMinutes(6));
        var second = await host.ReconcileVendorAsync();
        Assert.Equal((1, 0), (second.PushedAgain, second.TooNew));
        Assert.Equal("global 101 102 103", host.ListsOf("an"));
    }

    [Fact]
    public async Task An_old_Stop_that_reached_us_while_the_lists_were_read_is_not_drift()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.AddCustomerAsync("bert");
        await host.ActAtSendGridAsync("bert");
        host.Vendor.BeforePush = async push =>
        {
            host.Vendor.BeforePush = null;
            await host.StopWithoutPushAsync("an", ago: TimeSpan.FromHours(3));
        };

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((1, 0, 2), (report.Recorded, report.PushedAgain, report.TooNew));
        Assert.Equal("", host.ListsOf("an"));
    }

    [Fact]
    public async Task A_Stop_that_the_vendor_just_confirmed_and_then_lost_is_drift()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        host.RemoveAtSendGrid("an");

        var report = await host.ReconcileVendorAsync();

        Assert.Equal((1, 0), (report.PushedAgain, report.TooNew));
    }
}
