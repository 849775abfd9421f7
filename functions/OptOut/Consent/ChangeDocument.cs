using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Consent;

/// <summary>
/// A change as it is written to the ledger, the bus and the outbox. All three use the same format, so a change read anywhere is the change
/// that was recorded. Reading one calls <see cref="Change.Create"/> again.
/// </summary>
internal sealed record ChangeDocument
{
    public required Guid Id { get; init; }

    /// <summary>Written only if it differs from <see cref="Id"/>.</summary>
    public Guid? SubmissionId { get; init; }

    public required string Subject { get; init; }

    public required string Scope { get; init; }

    public required Decision Decision { get; init; }

    /// <summary>Of an Allow alone.</summary>
    public long? Seen { get; init; }

    public required DateTimeOffset At { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required Source Source { get; init; }

    public string? SeenOnChannel { get; init; }

    public string? SeenOnTopic { get; init; }

    public uint Campaign { get; init; }

    public string? Vendor { get; init; }

    public string? Reference { get; init; }

    public string? By { get; init; }

    public static ChangeDocument From(Change change) => new()
    {
        Id = change.Id,
        SubmissionId = change.SubmissionId == change.Id ? null : change.SubmissionId,
        Subject = change.Subject.ToString(),
        Scope = change.Scope.ToString(),
        Decision = change.Decision,
        Seen = change.Seen,
        At = change.At,
        ReceivedAt = change.ReceivedAt,
        Source = change.Source,
        SeenOnChannel = change.Evidence.Channel?.Name(),
        SeenOnTopic = change.Evidence.Topic?.Value,
        Campaign = change.Evidence.Campaign,
        Vendor = change.Evidence.Vendor,
        Reference = change.Evidence.Reference,
        By = change.Evidence.By,
    };

    /// <exception cref="FormatException">A field is malformed.</exception>
    /// <exception cref="ArgumentException"><see cref="Change.Create"/> does not accept a field.</exception>
    /// <exception cref="AllowNotPermittedException">The document contains an Allow from a source that may not allow.</exception>
    public Change ToChange() => Change.Create(
        Id,
        SubjectKey.Parse(Subject),
        Consent.Scope.Parse(Scope),
        Decision,
        At,
        ReceivedAt,
        Source,
        new ChangeEvidence(
            SeenOnChannel is null
                ? null
                : Channels.TryParse(SeenOnChannel, out var channel)
                    ? channel
                    : throw new FormatException("SeenOnChannel is not a channel."),
            SeenOnTopic is null ? null : Topic.Parse(SeenOnTopic),
            Campaign,
            Vendor,
            Reference,
            By),
        SubmissionId,
        Seen);

    public string ToJson() => JsonSerializer.Serialize(this, ChangeJson.Default.ChangeDocument);

    /// <summary>The changes of one submission, as a JSON array.</summary>
    public static string ToJson(IEnumerable<Change> changes) =>
        JsonSerializer.Serialize([.. changes.Select(From)], ChangeJson.Default.ChangeDocumentArray);

    /// <exception cref="JsonException">The text is not an array of change documents, or a field is missing.</exception>
    public static IReadOnlyList<ChangeDocument> ListFromJson(string json) =>
        JsonSerializer.Deserialize(json, ChangeJson.Default.ChangeDocumentArray) is { } documents
            && Array.TrueForAll(documents, d => d is not null)
            ? documents
            : throw new JsonException("The changes of a submission are a JSON array of objects.");

    /// <exception cref="JsonException">The text is not a change document, or a field is missing.</exception>
    public static ChangeDocument FromJson(string json) =>
        JsonSerializer.Deserialize(json, ChangeJson.Default.ChangeDocument)
        ?? throw new JsonException("A change document is a JSON object, not null.");
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ChangeDocument))]
[JsonSerializable(typeof(ChangeDocument[]))]
internal sealed partial class ChangeJson : JsonSerializerContext;
