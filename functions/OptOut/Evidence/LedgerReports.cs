using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// The reports in the container <c>reports</c>: <c>ledgers/{yyyy-MM-dd}.json</c>, with a copy of the last as <c>ledgers/latest.json</c>.
/// </summary>
internal sealed class LedgerReports(StorageAccount storage)
{
    private const string Latest = "ledgers/latest.json";

    public async Task WriteAsync(LedgerReport report, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json; charset=utf-8" } };
        foreach (var name in (string[])[Name(report.Started), Latest])
            await storage.Reports.GetBlobClient(name).UploadAsync(BinaryData.FromString(report.ToJson()), options, cancellationToken);
    }

    /// <returns>Null when there is none, or it cannot be read: it helps the verification and is not itself verified.</returns>
    public async Task<LedgerReport?> FindLatestAsync(CancellationToken cancellationToken)
    {
        try
        {
            return LedgerReport.FromJson(
                (await storage.Reports.GetBlobClient(Latest).DownloadContentAsync(cancellationToken)).Value.Content.ToString());
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Name(DateTimeOffset moment) =>
        string.Create(CultureInfo.InvariantCulture, $"ledgers/{moment.UtcDateTime:yyyy-MM-dd}.json");
}
