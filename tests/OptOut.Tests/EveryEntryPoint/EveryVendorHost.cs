namespace OptOut.Tests.EveryEntryPoint;

/// <summary>The product with every vendor of the sandbox connected.</summary>
public sealed class EveryVendorHost(AzuriteFixture azurite) : IAsyncLifetime
{
    private OptOutHost? _host;

    internal OptOutHost Host => _host!;

    public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? default;
}
