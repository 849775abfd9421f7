using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Platform;
using OptOut.Platform.Telemetry;
using OptOut.Records;

namespace OptOut.Messaging;

/// <summary>The result of a sweep.</summary>
/// <param name="Published">The number of messages that the bus accepted.</param>
/// <param name="HasMore">Whether messages are still waiting, because the bus is unavailable.</param>
internal sealed record Sweep(int Published, bool HasMore);

/// <summary>
/// Messages that the bus did not accept, in the table <c>outbox</c>, spread over 16 shards by subject. A timer publishes them when
/// the bus is available again.
/// </summary>
internal sealed partial class Outbox(StorageAccount storage, ChangePublisher publisher, OptOutMetrics metrics, ILogger<Outbox> logger)
{
    private const int Shards = 16;

    // Stop counting here: this many is an outage, whatever the exact number.
    private const int MaxDepth = 100_000;

    /// <returns>Whether the row was written.</returns>
    public async Task<bool> TryParkAsync(SubjectMessage message)
    {
        try
        {
            var entity = new TableEntity(Shard(message.Subject), message.Id.ToString("N"));

            // The largest submission, 50 topics on four channels, needs several properties.
            LongText.Write(
                entity, "Message", JsonSerializer.Serialize(ParkedMessage.From(message), ParkedJson.Default.ParkedMessage));
            await storage.Outbox.UpsertEntityAsync(entity, TableUpdateMode.Replace, CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is StoreUnavailableException or RequestFailedException)
        {
            // Whatever the failure, do not report success to the caller.
            LogNotParked(message.Subject, message.Id, (e as StoreUnavailableException)?.Status ?? ((RequestFailedException)e).Status);
            return false;
        }
    }

    public async Task<Sweep> SweepAsync(CancellationToken cancellationToken)
    {
        var sweep = await PublishAsync(cancellationToken);
        metrics.OutboxSwept(await DepthAsync(cancellationToken));
        return sweep;
    }

    private async Task<Sweep> PublishAsync(CancellationToken cancellationToken)
    {
        var published = 0;
        for (var shard = 0; shard < Shards; shard++)
        {
            await foreach (var row in storage.Outbox.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey eq {Shard(shard)}"), cancellationToken: cancellationToken))
            {
                if (Read(row) is not { } message)
                    continue;
                if (!await publisher.TryPublishAsync(message))
                    return new Sweep(published, HasMore: true);
                await storage.Outbox.DeleteEntityAsync(row.PartitionKey, row.RowKey, row.ETag, cancellationToken);
                published++;
            }
        }

        if (published > 0)
            LogSwept(published);
        return new Sweep(published, HasMore: false);
    }

    private async Task<int> DepthAsync(CancellationToken cancellationToken)
    {
        var depth = 0;
        await foreach (var page in storage.Outbox
            .QueryAsync<TableEntity>(select: ["RowKey"], cancellationToken: cancellationToken)
            .AsPages())
        {
            depth += page.Values.Count;
            if (depth >= MaxDepth)
                break;
        }

        return depth;
    }

    // An unreadable row stays for someone to look into, and does not block the others.
    private SubjectMessage? Read(TableEntity row)
    {
        try
        {
            return JsonSerializer.Deserialize(LongText.Read(row, "Message"), ParkedJson.Default.ParkedMessage)?.ToMessage() ?? throw new FormatException();
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or AllowNotPermittedException)
        {
            LogUnreadable(row.PartitionKey, row.RowKey, e.GetType().Name);
            return null;
        }
    }

    private static string Shard(SubjectKey subject) => Shard((int)(subject.Value % Shards));

    private static string Shard(int shard) => shard.ToString("D2", CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Error, Message = "Neither the bus nor the outbox accepted event {EventId} of subject "
        + "{Subject} (status {Status}); the caller is told to retry")]
    private partial void LogNotParked(SubjectKey subject, Guid eventId, int status);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The row {Shard}/{Row} of the outbox cannot be read ({Reason}): look into it, it may be an opt-out")]
    private partial void LogUnreadable(string shard, string row, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The bus accepted {Count} messages that had waited in the outbox")]
    private partial void LogSwept(int count);
}

internal sealed record ParkedMessage(
    string Subject, IReadOnlyList<ChangeDocument> Changes, DateTimeOffset At, Guid Id, SealedContactPoint? ContactPoint = null)
{
    public static ParkedMessage From(SubjectMessage message) =>
        new(message.Subject.ToString(), [.. message.Changes.Select(ChangeDocument.From)], message.At, message.Id, message.ContactPoint);

    public SubjectMessage ToMessage() =>
        new(SubjectKey.Parse(Subject), [.. Changes.Select(c => c.ToChange())], At, Id, ContactPoint: ContactPoint);
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ParkedMessage))]
internal sealed partial class ParkedJson : JsonSerializerContext;
