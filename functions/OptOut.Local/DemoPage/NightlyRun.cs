using Azure;
using Microsoft.AspNetCore.Http;
using OptOut.Reconciliation;
using OptOut.Storage;

namespace OptOut.Local.DemoPage;

/// <summary>The nightly reconciliation, now; and its report, as it stands in the store.</summary>
internal sealed class NightlyRun(Reconciler reconciler, StorageAccount storage)
{
    public const string LatestPath = "/demo/reports/latest";

    private const string Blob = "latest.html";

    /// <returns>What went wrong; null when the report is written.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await reconciler.RunAsync(cancellationToken);
            return null;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            return "The reconciliation could not write its report: the storage does not answer. The next run goes on from where this one stood.";
        }
    }

    /// <returns>Null when there was no run yet.</returns>
    public async Task<IResult?> LatestAsync(CancellationToken cancellationToken)
    {
        try
        {
            var html = await storage.Reports.GetBlobClient(Blob).DownloadContentAsync(cancellationToken);
            return Results.Bytes(html.Value.Content.ToArray(), "text/html; charset=utf-8");
        }
        catch (RequestFailedException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }
}
