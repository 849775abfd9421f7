using OptOut.Local.Azurite;
using OptOut.Tests;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace OptOut.Tests;

/// <summary>
/// One Azurite for the whole test run, in memory. A test takes a storage account of its own, so it finds storage empty and may
/// use the product's table and container names beside every other test. It starts when the first test asks, so tests of pure code
/// need no Node.js.
/// </summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private const int Accounts = 2000;
    private readonly Lazy<Task<AzuriteProcess>> _azurite = new(() => Task.Run(() => AzuriteProcess.StartAsync(
        new AzuriteOptions { DataFolder = Path.GetTempPath(), InMemory = true, ExtraAccounts = Accounts })));

    private int _taken = -1;

    /// <summary>An account that no other test has. Wants to be asked once per test and kept.</summary>
    // Blocks, because a test class asks from its constructor. Safe: the start runs on the thread pool and nothing here has a context.
    public string ConnectionString => _azurite.Value.GetAwaiter().GetResult().ConnectionStringOf(Interlocked.Increment(ref _taken));

    /// <summary>As <see cref="ConnectionString"/>, for who can await.</summary>
    public async Task<string> NewAccountAsync() => (await _azurite.Value).ConnectionStringOf(Interlocked.Increment(ref _taken));

    public async ValueTask DisposeAsync()
    {
        if (_azurite.IsValueCreated && _azurite.Value.IsCompletedSuccessfully)
            await (await _azurite.Value).DisposeAsync();
    }
}
