namespace OptOut.Tests.Delivery;

/// <summary>The product with a second between two confirmations to one person instead of an hour.</summary>
public sealed class QuickConfirmationHost(AzuriteFixture azurite) : IAsyncLifetime
{
    private OptOutHost? _host;

    internal OptOutHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(
        azurite, settings: new Dictionary<string, string?> { ["OptOut:Confirmation:Interval"] = "00:00:01" });

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? default;
}
