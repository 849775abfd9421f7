using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Records;

/// <summary>How many of a vendor's verified events nobody understood since the last report.</summary>
/// <param name="Unreadable">Events that may be an opt-out, but from which it cannot be read whose.</param>
/// <param name="Unknown">Events of a kind that this version does not know.</param>
/// <param name="Since">When the first of them arrived.</param>
public sealed record UnreadEvents(string Vendor, int Unreadable, int Unknown, DateTimeOffset Since);

/// <summary>
/// Counts the webhook events that nobody understood, until the nightly report has shown them: one small blob for each vendor, in the
/// container of the reports.
/// </summary>
internal sealed partial class WebhookEventTally(StorageAccount storage, TimeProvider time, ILogger<WebhookEventTally> logger) : IDisposable
{
    private const string Prefix = "unread/";

    private const int MaxAttempts = 5;

    // The first event is written at once. When many follow, each minute's are written together, so that a vendor that sends thousands
    // does not slow down its own webhook. The metric counts each of them immediately.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, (UnreadEvents Waiting, DateTimeOffset Written)> _waiting = new(StringComparer.Ordinal);

    /// <summary>
    /// Adds to the count of a vendor. Never fails: the event itself has been recorded as far as possible, and a vendor that sends it again
    /// would change nothing.
    /// </summary>
    public async Task AddAsync(string vendor, int unreadable, int unknown, CancellationToken cancellationToken)
    {
        if (unreadable == 0 && unknown == 0)
            return;
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var (waiting, written) = _waiting.GetValueOrDefault(vendor, (new UnreadEvents(vendor, 0, 0, now), DateTimeOffset.MinValue));
            waiting = waiting with { Unreadable = waiting.Unreadable + unreadable, Unknown = waiting.Unknown + unknown };
            _waiting[vendor] = (waiting, written);
            if (now - written >= Interval)
                await WriteWaitingAsync(vendor, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Everything counted since it was last cleared, by vendor.</summary>
    /// <exception cref="StoreUnavailableException">The store is unavailable.</exception>
    public async Task<IReadOnlyList<UnreadEvents>> ReadAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            foreach (var (vendor, (waiting, _)) in _waiting.ToArray())
            {
                if (waiting is not { Unreadable: 0, Unknown: 0 })
                    await WriteWaitingAsync(vendor, cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }

        var counted = new List<UnreadEvents>();
        await foreach (var blob in storage.Reports.GetBlobsAsync(
            new GetBlobsOptions { Prefix = Prefix }, cancellationToken: cancellationToken))
        {
            if (await FindAsync(storage.Reports.GetBlobClient(blob.Name), cancellationToken) is ({ } events, _))
                counted.Add(events);
        }

        return counted;
    }

    /// <summary>Takes off what a report has shown. What arrived in the meantime stays for the next one.</summary>
    public async Task ClearAsync(IReadOnlyList<UnreadEvents> shown, CancellationToken cancellationToken)
    {
        foreach (var events in shown)
            await ChangeAsync(events.Vendor, -events.Unreadable, -events.Unknown, time.GetUtcNow(), cancellationToken);
    }

    public void Dispose() => _one.Dispose();

    private async Task WriteWaitingAsync(string vendor, CancellationToken cancellationToken)
    {
        var (waiting, _) = _waiting[vendor];
        var now = time.GetUtcNow();
        using var limit = time.Limit(Timeout, cancellationToken);
        try
        {
            await ChangeAsync(vendor, waiting.Unreadable, waiting.Unknown, waiting.Since, limit.Token);
            _waiting[vendor] = (new UnreadEvents(vendor, 0, 0, now), now);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && e is StoreUnavailableException or RequestFailedException or OperationCanceledException)
        {
            _waiting[vendor] = (waiting, now);
            LogNotCounted(vendor, e.GetType().Name);
        }
    }

    private async Task ChangeAsync(
        string vendor, int unreadable, int unknown, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var blob = storage.Reports.GetBlobClient($"{Prefix}{vendor}.json");
        for (var attempt = 1; ; attempt++)
        {
            var (found, tag) = await FindAsync(blob, cancellationToken);
            var before = found ?? new UnreadEvents(vendor, 0, 0, since);
            var after = before with
            {
                Unreadable = Math.Max(0, before.Unreadable + unreadable),
                Unknown = Math.Max(0, before.Unknown + unknown),
                Since = unreadable + unknown < 0 ? since : before.Since,
            };
            try
            {
                var conditions = tag is { } known
                    ? new BlobRequestConditions { IfMatch = known }
                    : new BlobRequestConditions { IfNoneMatch = ETag.All };
                if (after is { Unreadable: 0, Unknown: 0 })
                    await blob.DeleteIfExistsAsync(conditions: tag is null ? null : conditions, cancellationToken: cancellationToken);
                else
                    await WriteAsync(blob, after, conditions, cancellationToken);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412 && attempt < MaxAttempts)
            {
                // Another instance counted at the same time: read its count and add ours.
            }
        }
    }

    private static async Task WriteAsync(
        BlobClient blob, UnreadEvents events, BlobRequestConditions conditions, CancellationToken cancellationToken) =>
        await blob.UploadAsync(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(events, UnreadEventsJson.Default.UnreadEvents)),
            new BlobUploadOptions { Conditions = conditions },
            cancellationToken);

    private static async Task<(UnreadEvents? Events, ETag? Tag)> FindAsync(BlobClient blob, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await blob.DownloadContentAsync(cancellationToken)).Value;
            return (
                JsonSerializer.Deserialize(found.Content.ToMemory().Span, UnreadEventsJson.Default.UnreadEvents), found.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return default;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of {Vendor} that nobody understood are not in the report's count yet ({Reason})")]
    private partial void LogNotCounted(string vendor, string reason);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(UnreadEvents))]
internal sealed partial class UnreadEventsJson : JsonSerializerContext;
