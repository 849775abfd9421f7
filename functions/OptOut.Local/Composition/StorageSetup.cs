using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Local.Composition;

/// <summary>
/// Creates the tables and containers that the templates create in Azure. Keeps retrying while the storage is unavailable; the rest runs
/// without it.
/// </summary>
internal sealed partial class StorageSetup(StorageAccount storage, TimeProvider time, ILogger<StorageSetup> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request, if the storage is available.
        if (!await TryAsync(cancellationToken))
            await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        do
            await Task.Delay(Pause, time, stoppingToken);
        while (!await TryAsync(stoppingToken));
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await storage.EnsureCreatedAsync(cancellationToken);
            return true;
        }
        catch (StoreUnavailableException e)
        {
            LogUnavailable(e.Reason);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The storage does not answer yet ({Reason}); trying again")]
    private partial void LogUnavailable(string reason);
}
