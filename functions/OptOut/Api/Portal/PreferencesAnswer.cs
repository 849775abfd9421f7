using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Platform.Http;

namespace OptOut.Api.Portal;

/// <summary>What stands for a person, with the links that a portal shows beside it.</summary>
internal record PreferencesAnswer(
    [property: SchemaRef("SubjectKey")] string Subject,
    [property: Description("No marketing may be sent over any channel.")] bool StoppedEverything,
    [property: SchemaRef("ByChannel")] IReadOnlyDictionary<string, bool> General,
    [property: SchemaRef("ByChannelAndTopic")] IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> Channels,
    [property: Description("The person's preference page. It does not expire.")] Uri Link,
    [property: Description("Where the general unsubscribe button posts `choice=stop`, and the page behind it.")] Uri Unsubscribe)
{
    /// <param name="subject">Whose.</param>
    /// <param name="state">What stands.</param>
    /// <param name="links">The person's own.</param>
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

        static IReadOnlyDictionary<string, bool> Row(StopSet set, IReadOnlyList<Topic> topics) => topics.ToDictionary(t => t.Value, t => !set.Stops(t), StringComparer.Ordinal);
    }
}

/// <summary>What was recorded, and what stands since.</summary>
internal sealed record PreferencesRecorded : PreferencesAnswer
{
    public PreferencesRecorded(PreferencesAnswer standing, RecordedSubmission recorded)
        : base(standing) => Recorded = recorded;

    // After what stands: properties of a derived record are written first.
    [JsonPropertyOrder(1)]
    public RecordedSubmission Recorded { get; }
}

/// <summary>Recorded, and not yet in the store, so nobody can say what stands.</summary>
internal sealed record PreferencesAccepted(
    [property: SchemaRef("SubjectKey")] string Subject, Uri Link, Uri Unsubscribe, AcceptedSubmission Recorded);

internal sealed record AcceptedSubmission([property: SchemaRef("Reference")] string Reference);

internal sealed record RecordedSubmission(
    [property: Description("False when all of it stood already.")] bool Changed,
    [property: SchemaRef("Reference")]
    [property: Description("Of this submission, or of the earlier one that the answer rests on. Not there when nothing was ever recorded.")]
    string? Reference,
    LedgerEnd Ledger)
{
    /// <param name="state">What stands now.</param>
    /// <param name="restsOn">The ledger's entry that the answer rests on.</param>
    /// <param name="submissionId">Of this call; null when it had nothing to record.</param>
    public static RecordedSubmission From(SubjectState state, LedgerEntry? restsOn, Guid? submissionId) => new(
        restsOn is not null && restsOn.Change.SubmissionId == submissionId,
        restsOn is null ? null : Consent.Reference.From(restsOn.Change),
        new LedgerEnd(state.Head.Sequence, state.Head.Hash));
}

[Description("Where the person's ledger now ends.")]
internal sealed record LedgerEnd(
    [property: Range(0, int.MaxValue), Description("How many entries it has.")] long Sequence, [property: SchemaRef("Hash")] string Hash);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PreferencesAnswer))]
[JsonSerializable(typeof(PreferencesRecorded))]
[JsonSerializable(typeof(PreferencesAccepted))]
internal sealed partial class PreferencesAnswerJson : JsonSerializerContext;
