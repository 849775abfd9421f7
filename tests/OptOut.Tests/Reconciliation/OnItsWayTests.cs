namespace OptOut.Tests.Reconciliation;

/// <summary>What is on its way to a vendor when its lists are read is no difference; what never arrives, or was lost there, is one.</summary>
public sealed class OnItsWayTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_Stop_confirmed_after_the_lists_were_read_is_no_drift()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.KnownAsync("bert");
        await house.AtSendGridAsync("bert");
        house.Vendor.BeforePush = async push =>
        {
            // While Bert's Stop is being settled, An stops and is pushed.
            house.Vendor.BeforePush = null;
            await house.StopAsync("an");
        };

        var report = await house.ReconcileVendorAsync();

        // Bert's too: his groups were confirmed by this very run, after his lists were read.
        Assert.Equal((1, 0, 2), (report.Recorded, report.PushedAgain, report.TooNew));
        Assert.Equal("global 101 102 103", house.ListsOf("an"));
    }

    [Fact]
    public async Task A_Stop_on_its_way_when_the_lists_are_read_is_no_drift_and_one_that_never_arrives_is()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopUntoldAsync("an");

        var first = await house.ReconcileVendorAsync();
        Assert.Equal((0, 1), (first.PushedAgain, first.TooNew));
        Assert.Equal("", house.ListsOf("an"));

        house.Time.Advance(TimeSpan.FromMinutes(6));
        var second = await house.ReconcileVendorAsync();
        Assert.Equal((1, 0), (second.PushedAgain, second.TooNew));
        Assert.Equal("global 101 102 103", house.ListsOf("an"));
    }

    [Fact]
    public async Task A_Stop_of_long_ago_that_reached_us_while_the_lists_were_read_is_no_drift()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.KnownAsync("bert");
        await house.AtSendGridAsync("bert");
        house.Vendor.BeforePush = async push =>
        {
            house.Vendor.BeforePush = null;
            await house.StopUntoldAsync("an", ago: TimeSpan.FromHours(3));
        };

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((1, 0, 2), (report.Recorded, report.PushedAgain, report.TooNew));
        Assert.Equal("", house.ListsOf("an"));
    }

    [Fact]
    public async Task A_Stop_that_the_vendor_confirmed_a_moment_ago_and_lost_is_drift()
    {
        await using var house = await ReconciliationHost.StartAsync(azurite);
        await house.KnownAsync("an");
        await house.StopAsync("an");
        house.Lose("an");

        var report = await house.ReconcileVendorAsync();

        Assert.Equal((1, 0), (report.PushedAgain, report.TooNew));
    }
}
