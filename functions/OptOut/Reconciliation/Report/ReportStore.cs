using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Reconciliation.Report;

/// <summary>
/// The reports in the container <c>reports</c>: one JSON and one HTML blob for each run, under the path of its day, and a copy of both as
/// <c>latest</c>.
/// </summary>
internal sealed class ReportStore(StorageAccount storage, ComponentRenderer components)
{
    public async Task WriteAsync(ReconciliationReport report, CancellationToken cancellationToken)
    {
        var (json, html) = (report.ToJson(), await ReportPage.RenderAsync(components, report));
        foreach (var name in (string[])[Name(report), "latest"])
        {
            await WriteAsync(storage.Reports.GetBlobClient(name + ".json"), json, "application/json; charset=utf-8", cancellationToken);
            await WriteAsync(storage.Reports.GetBlobClient(name + ".html"), html, "text/html; charset=utf-8", cancellationToken);
        }
    }

    /// <returns>Null when it no longer exists: the container's own policy determines how long reports are kept.</returns>
    public async Task<ReconciliationReport?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return ReconciliationReport.FromJson(
                (await storage.Reports.GetBlobClient(name + ".json").DownloadContentAsync(cancellationToken)).Value.Content.ToString());
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>The name of a report's blobs, without the extension.</summary>
    public static string Name(ReconciliationReport report) =>
        string.Create(CultureInfo.InvariantCulture, $"{report.Started.UtcDateTime:yyyy'/'MM'/'dd}/{report.RunId:D}");

    private static async Task WriteAsync(BlobClient blob, string text, string type, CancellationToken cancellationToken) =>
        await blob.UploadAsync(
            BinaryData.FromString(text),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = type } },
            cancellationToken);
}
