using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;

namespace OptOut.Records.Statistics;

/// <summary>A blob for each day in the container <c>reports</c>: <c>statistics/{yyyy-MM-dd}.json</c>.</summary>
internal sealed class StatisticsStore(StorageAccount storage)
{
    private const string Prefix = "statistics/";

    /// <returns>The newest day and the version of its blob; null if there is none.</returns>
    /// <exception cref="System.Text.Json.JsonException">The blob is not one of ours: nothing is counted until somebody has looked into
    /// it.</exception>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<(StatisticsDay Day, ETag Tag)?> FindNewestAsync(CancellationToken cancellationToken)
    {
        var newest = "";
        await foreach (var blob in storage.Reports.GetBlobsAsync(
            new GetBlobsOptions { Prefix = Prefix }, cancellationToken: cancellationToken))
        {
            if (string.CompareOrdinal(blob.Name, newest) > 0)
                newest = blob.Name;
        }

        if (newest.Length == 0)
            return null;
        var found = (await storage.Reports.GetBlobClient(newest).DownloadContentAsync(cancellationToken)).Value;
        return (StatisticsDay.FromJson(found.Content.ToString()), found.Details.ETag);
    }

    /// <summary>Writes a day if it is still what was read.</summary>
    /// <param name="day">The day.</param>
    /// <param name="tag">The version that was read; null if there was none.</param>
    /// <param name="cancellationToken">Cancels the writing.</param>
    /// <returns>False if another run has written it since.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store did not accept it.</exception>
    public async Task<bool> TryWriteAsync(StatisticsDay day, ETag? tag, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            Conditions = tag is { } known
                ? new BlobRequestConditions { IfMatch = known }
                : new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json; charset=utf-8" },
        };
        try
        {
            await storage.Reports.GetBlobClient(Name(day.Day)).UploadAsync(BinaryData.FromString(day.ToJson()), options, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    public static string Name(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{day:yyyy-MM-dd}.json");
}
