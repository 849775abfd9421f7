using OptOut.Local.Azurite;
using OptOut.Tests;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace OptOut.Tests;

/// <summary>
/// One in-memory Azurite for the whole test run. Each test gets a storage account of its own, so storage is empty at its start and tests in
/// parallel can use the same table and container names. Azurite starts when the first test needs it, so tests of pure code need no Node.js.
/// </summary>
public sealed class AzuriteFixture : IAsyncDisposable
{
    private const int Accounts = 2000;
    private readonly Lazy<Task<AzuriteProcess>> _azurite = new(() => Task.Run(() => AzuriteProcess.StartAsync(
        new AzuriteOptions { DataFolder = Path.GetTempPath(), InMemory = true, ExtraAccounts = Accounts })));

    private int _taken = -1;

    /// <summary>An account that no other test uses. Every read takes a new account, so read it once per test.</summary>
    // Blocks, because test classes read it in their constructors. That is safe: the start runs on the thread pool and there is no
    // synchronization context.
    public string ConnectionString => _azurite.Value.GetAwaiter().GetResult().ConnectionStringOf(Interlocked.Increment(ref _taken));

    /// <summary>Like <see cref="ConnectionString"/>, for callers that can await.</summary>
    public async Task<string> NewAccountAsync() => (await _azurite.Value).ConnectionStringOf(Interlocked.Increment(ref _taken));

    /// <summary>The ports of the tables and of the blobs.</summary>
    public async Task<(int Tables, int Blobs)> PortsAsync() => ((await _azurite.Value).TablePort, (await _azurite.Value).BlobPort);

    public async ValueTask DisposeAsync()
    {
        if (_azurite.IsValueCreated && _azurite.Value.IsCompletedSuccessfully)
            await (await _azurite.Value).DisposeAsync();
    }
}
