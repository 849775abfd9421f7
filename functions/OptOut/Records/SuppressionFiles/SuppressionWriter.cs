using Azure;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Records.SuppressionFiles;

/// <summary>
/// Writes the suppression files of every vendor that reads files: everyone who stopped something on its channel, and everyone who is in a
/// register. The files are streamed, so millions of lines are never in memory at once.
/// </summary>
internal sealed partial class SuppressionWriter(
    IEnumerable<SuppressionFile> files,
    SuppressionStore store,
    IdentifierIndex index,
    ExternalSuppressionStore suppressions,
    TimeProvider time,
    ILogger<SuppressionWriter> logger)
{
    // Of the 4,096 partitions. Most are nearly empty, and a query costs more than a row.
    private const int PartitionsAtOnce = 64;

    /// <summary>
    /// Writes the files of each vendor separately: a failure for one is reported at the end and does not affect the others.
    /// </summary>
    /// <exception cref="AggregateException">Not every vendor has new files. The old ones stay current.</exception>
    public async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        var failures = new List<Exception>();
        foreach (var file in files)
        {
            try
            {
                await WriteAsync(file, cancellationToken);
            }
            catch (Exception e) when (e is StoreUnavailableException or RequestFailedException)
            {
                LogFailed(e, file.Vendor);
                failures.Add(e);
            }
        }

        if (failures.Count > 0)
        {
            throw new AggregateException(
                "Not every vendor has new suppression files; the old ones stay current, and the next run writes new ones.", failures);
        }
    }

    private async Task WriteAsync(SuppressionFile file, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        var version = SuppressionStore.NewVersion(began);
        var entries = 0;
        SuppressionManifestFile[] written;
        var csv = await store.OpenAsync(file.Vendor, version, "csv", "text/csv; charset=utf-8", cancellationToken);
        var json = await store.OpenAsync(file.Vendor, version, "ndjson", "application/x-ndjson", cancellationToken);
        await using (csv)
        await using (json)
        {
            await csv.WriteLineAsync(SuppressionLine.Header(file.Channel), cancellationToken);
            foreach (var some in IdentifierIndex.Partitions(Identifier.KindFor(file.Channel)).Chunk(PartitionsAtOnce))
            {
                foreach (var line in await LinesAsync(file.Channel, some[0], some[^1], began, cancellationToken))
                {
                    await csv.WriteLineAsync(line.ToCsv(), cancellationToken);
                    await json.WriteLineAsync(line.ToJson(), cancellationToken);
                    entries++;
                }
            }

            written = [csv.Describe(), json.Describe()];
        }

        var manifest = new SuppressionManifest(file.Vendor, file.Channel.Name(), version, began, entries, written);
        if (await store.SwitchAsync(manifest, cancellationToken))
            LogWritten(file.Vendor, version, entries);
        await store.CleanAsync(file.Vendor, cancellationToken);
    }

    // A person's own Stop takes precedence over a register, unless it is narrower.
    private async Task<IEnumerable<SuppressionLine>> LinesAsync(
        Channel channel, string first, string last, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lines = new SortedDictionary<string, SuppressionLine>(StringComparer.Ordinal);
        await foreach (var suppression in suppressions.ScanAsync(first, last, cancellationToken))
        {
            if (!suppression.IsBounce && suppression.Blocks(channel, now))
            {
                lines[suppression.Identifier.Value] = SuppressionLine.ForRegister(
                    suppression.Identifier, suppression.Since, suppression.Party);
            }
        }

        await foreach (var permission in index.ScanAsync(first, last, cancellationToken))
        {
            if (permission.Stops.GetValueOrDefault(channel) is { IsNothing: false } stops
                && (stops.IsEverything || !lines.ContainsKey(permission.Identifier.Value)))
            {
                lines[permission.Identifier.Value] = SuppressionLine.Create(permission.Identifier, stops, permission.StoppedAt(channel));
            }
        }

        return lines.Values;
    }

    [LoggerMessage(LogLevel.Information, "{Vendor} has new suppression files, version {Version}: {Entries} entries")]
    private partial void LogWritten(string vendor, string version, int entries);

    [LoggerMessage(LogLevel.Error, "{Vendor} has no new suppression files; the old ones stay current")]
    private partial void LogFailed(Exception exception, string vendor);
}
