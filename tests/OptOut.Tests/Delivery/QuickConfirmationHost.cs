namespace OptOut.Tests.Delivery;

/// <summary>The product with a second between two confirmations to one person instead of an hour.</summary>
public sealed class QuickConfirmationHost(AzuriteFixture azurite) : IAsyncLifetime
{
    // A mail that is not sent within this time is sent by another handler too, so it must be longer than a busy machine takes.
    private const string Interval = "00:00:04";

    private OptOutHost? _host;

    internal OptOutHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(
        azurite, settings: new Dictionary<string, string?> { ["OptOut:Confirmation:Interval"] = Interval });

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? default;
}
