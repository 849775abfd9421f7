using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OptOut.Reconciliation;
using OptOut.Records;

namespace OptOut.Local.DemoPage;

/// <summary>Runs the nightly reconciliation on request, and serves its stored report.</summary>
internal sealed partial class ReconciliationRun(
    Reconciler reconciler, StorageAccount storage, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<ReconciliationRun> logger)
{
    public const string Path = "/demo/reconciliation", LatestPath = "/demo/reports/latest";

    private readonly Lock _gate = new();
    private Task<string?> _run = Task.FromResult<string?>(null);

    /// <summary>Waits up to 20 seconds for the current run: longer than a run takes here, shorter than a browser's timeout.</summary>
    /// <returns>False if it is still running.</returns>
    public async Task<bool> WaitBrieflyAsync(CancellationToken cancellationToken)
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

    /// <summary>Why the last run failed; null if its report was written.</summary>
    public string? Problem => _run.IsCompletedSuccessfully ? _run.Result : null;

    /// <summary>Starts a run unless one is running. It continues when the person closes the page.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_run.IsCompleted)
                _run = Task.Run(() => RunAsync(lifetime.ApplicationStopping));
        }
    }

    /// <returns>Null if there was no run yet.</returns>
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
            // Only a page reads the task's result, and that page may be closed: so log the error.
            LogFailed(e);
            return "The reconciliation failed before its report was written; see the log. The next run continues where this one stopped.";
        }
    }

    [LoggerMessage(LogLevel.Error, "The reconciliation that the demo page started failed")]
    private partial void LogFailed(Exception exception);
}
