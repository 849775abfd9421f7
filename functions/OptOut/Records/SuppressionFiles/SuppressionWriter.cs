using Azure;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;

namespace OptOut.Records.SuppressionFiles;

/// <summary>
/// Writes, for every vendor that takes files, everybody who must not be reached over its channel: whoever stopped something, and whoever stands in a
/// register. Streams: millions of lines never stand in memory.
/// </summary>
internal sealed partial class SuppressionWriter(
    IEnumerable<SuppressionFile> files, SuppressionStore store, IdentifierIndex index, ExternalSuppressionStore suppressions, TimeProvider time, ILogger<SuppressionWriter> logger)
{
    // Of the 4,096 partitions: most are nearly empty, and a question costs more than a row.
    private const int PartitionsAtOnce = 64;

    /// <summary>Each vendor by itself: what fails for one is said at the end, and keeps no other from its files.</summary>
    /// <exception cref="AggregateException">Not every vendor has new files. The old ones still count.</exception>
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
            throw new AggregateException("Not every vendor has new suppression files; the old ones still count, and the next run writes them.", failures);
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

    // A person's own Stop is the better reason, and a narrower one does not lift a register.
    private async Task<IEnumerable<SuppressionLine>> LinesAsync(Channel channel, string first, string last, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lines = new SortedDictionary<string, SuppressionLine>(StringComparer.Ordinal);
        await foreach (var suppression in suppressions.ScanAsync(first, last, cancellationToken))
        {
            if (!suppression.IsBounce && suppression.Denies(channel, now))
                lines[suppression.Identifier.Value] = SuppressionLine.OfRegister(suppression.Identifier, suppression.Since, suppression.Party);
        }

        await foreach (var permission in index.ScanAsync(first, last, cancellationToken))
        {
            if (permission.Stops.GetValueOrDefault(channel) is { IsNothing: false } stops && (stops.IsEverything || !lines.ContainsKey(permission.Identifier.Value)))
                lines[permission.Identifier.Value] = SuppressionLine.Create(permission.Identifier, stops, permission.At);
        }

        return lines.Values;
    }

    [LoggerMessage(LogLevel.Information, "{Vendor} has new suppression files, version {Version}: {Entries} entries")]
    private partial void LogWritten(string vendor, string version, int entries);

    [LoggerMessage(LogLevel.Error, "{Vendor} has no new suppression files; the old ones still count")]
    private partial void LogFailed(Exception exception, string vendor);
}
