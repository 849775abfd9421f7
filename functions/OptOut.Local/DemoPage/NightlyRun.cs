using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OptOut.Reconciliation;
using OptOut.Records;

namespace OptOut.Local.DemoPage;

/// <summary>The nightly reconciliation, now; and its report, as it stands in the store.</summary>
internal sealed partial class NightlyRun(Reconciler reconciler, StorageAccount storage, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<NightlyRun> logger)
{
    public const string Path = "/demo/reconciliation", LatestPath = "/demo/reports/latest";

    private readonly Lock _gate = new();
    private Task<string?> _run = Task.FromResult<string?>(null);

    /// <summary>Waits for the one at work, a while: longer than one takes here, shorter than a browser's patience.</summary>
    /// <returns>False when it is still at work.</returns>
    public async Task<bool> EndsSoonAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _run.WaitAsync(TimeSpan.FromSeconds(20), time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>What went wrong with the last; null when its report is written.</summary>
    public string? Problem => _run.IsCompletedSuccessfully ? _run.Result : null;

    /// <summary>Starts one, unless one is at work. It goes on when whoever pressed closes the page.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_run.IsCompleted)
                _run = Task.Run(() => RunAsync(lifetime.ApplicationStopping));
        }
    }

    /// <returns>Null when there was no run yet.</returns>
    public async Task<IResult?> LatestAsync(CancellationToken cancellationToken)
    {
        try
        {
            var html = await storage.Reports.GetBlobClient("latest.html").DownloadContentAsync(cancellationToken);
            return Results.Bytes(html.Value.Content.ToArray(), "text/html; charset=utf-8");
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    private async Task<string?> RunAsync(CancellationToken stopping)
    {
        try
        {
            await reconciler.RunAsync(stopping);
            return null;
        }
        catch (Exception e)
        {
            // The task is only looked at by a page that may be closed.
            LogFailed(e);
            return "The reconciliation did not come to its report; the log tells why. The next run goes on from where this one stood.";
        }
    }

    [LoggerMessage(LogLevel.Error, "The reconciliation that the demo page started failed")]
    private partial void LogFailed(Exception exception);
}
