using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Platform.Http;

namespace OptOut.Api.Portal;

/// <summary>A person's current preferences, with the links that a portal shows beside them.</summary>
internal record PreferencesAnswer(
    [property: SchemaRef("SubjectKey")] string Subject,
    [property: Description("No marketing may be sent over any channel.")] bool StoppedEverything,
    [property: SchemaRef("ByChannel")] IReadOnlyDictionary<string, bool> General,
    [property: SchemaRef("ByChannelAndTopic")] IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> Channels,
    [property: Description("The person's preference page. The link does not expire.")] Uri Link,
    [property: Description("Where the general unsubscribe button posts `choice=stop`; also the address of the unsubscribe page.")]
    Uri Unsubscribe)
{
    /// <param name="subject">The person.</param>
    /// <param name="state">The current state.</param>
    /// <param name="links">The person's own links.</param>
    /// <param name="offered">The controller's channels, and the topics of each.</param>
    public static PreferencesAnswer From(
        SubjectKey subject, ConsentState state, LinkForms links, IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> offered)
    {
        return new(
            subject.ToString(),
            Consent.Channels.All.All(channel => state.Stops(channel).IsEverything),
            offered.Keys.ToDictionary(c => c.Name(), c => !state.Stops(c).General, StringComparer.Ordinal),
            offered.ToDictionary(o => o.Key.Name(), o => Row(state.Stops(o.Key), o.Value), StringComparer.Ordinal),
            links.Preferences,
            links.Url);

        static IReadOnlyDictionary<string, bool> Row(StopSet set, IReadOnlyList<Topic> topics) =>
            topics.ToDictionary(t => t.Value, t => !set.Stops(t), StringComparer.Ordinal);
    }
}

/// <summary>What was recorded, and the preferences since then.</summary>
internal sealed record PreferencesRecorded : PreferencesAnswer
{
    public PreferencesRecorded(PreferencesAnswer current, RecordedSubmission recorded)
        : base(current) => Recorded = recorded;

    // Written after the preferences: properties of a derived record would otherwise come first.
    [JsonPropertyOrder(1)]
    public RecordedSubmission Recorded { get; }
}

/// <summary>Recorded, but not in the store yet, so the current preferences are unknown.</summary>
internal sealed record PreferencesAccepted(
    [property: SchemaRef("SubjectKey")] string Subject, Uri Link, Uri Unsubscribe, AcceptedSubmission Recorded);

internal sealed record AcceptedSubmission([property: SchemaRef("Reference")] string Reference);

internal sealed record RecordedSubmission(
    [property: Description("False when the preferences were already like this.")] bool Changed,
    [property: SchemaRef("Reference")]
    [property: Description(
        "Of this submission, or of the earlier one that decides these preferences. Left out when nothing was ever recorded.")]
    string? Reference,
    LedgerEnd Ledger)
{
    /// <param name="state">The current state.</param>
    /// <param name="deciding">The ledger entry that decides the preferences that were named.</param>
    /// <param name="submissionId">The submission of this call; null when it had nothing to record.</param>
    public static RecordedSubmission From(SubjectState state, LedgerEntry? deciding, Guid? submissionId) => new(
        deciding is not null && deciding.Change.SubmissionId == submissionId,
        deciding is null ? null : Consent.Reference.From(deciding.Change),
        new LedgerEnd(state.Head.Sequence, state.Head.Hash));
}

[Description("The end of the person's ledger.")]
internal sealed record LedgerEnd(
    [property: Range(0, int.MaxValue), Description("The number of entries.")] long Sequence, [property: SchemaRef("Hash")] string Hash);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PreferencesAnswer))]
[JsonSerializable(typeof(PreferencesRecorded))]
[JsonSerializable(typeof(PreferencesAccepted))]
internal sealed partial class PreferencesAnswerJson : JsonSerializerContext;
