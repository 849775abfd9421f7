using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Records.ContactPoints;

namespace OptOut.Api.Portal;

/// <summary>A person's current preferences, with the links that a portal shows beside them.</summary>
internal record PreferencesAnswer(
    [property: SchemaRef("SubjectKey")] string Subject,
    [property: Description("Whether a contact point of this customer number is known. Without one, a Stop stops nothing yet.")] bool Known,
    [property: Description("No marketing may be sent over any channel.")] bool StoppedEverything,
    [property: SchemaRef("ByChannel")] IReadOnlyDictionary<string, bool> General,
    [property: SchemaRef("ByChannelAndTopic")] IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>> Channels,
    [property: SchemaRef("ByChannelAndTopic"), Description(
        "What may really be sent, where that is less than `channels`: somebody else with the same contact point stopped it.")]
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>>? Effective,
    [property: Description("When `known` is false, or there is an `effective`: what that means, and what to do.")] string? Warning,
    [property: Description("The person's preference page. The link does not expire.")] Uri Link,
    [property: Description("Where the general unsubscribe button posts `choice=stop`; also the address of the unsubscribe page.")]
    Uri Unsubscribe)
{
    private const string SharedWarning = "A contact point of this person is also registered under another customer number, where "
        + "something was stopped, so it gets less than channels says: effective has what may be sent. Saving here does not change that; "
        + "a person who wants it again uses the link of the other customer number.";

    /// <param name="subject">The person.</param>
    /// <param name="view">The current state, and what is known about the person.</param>
    /// <param name="links">The person's own links.</param>
    /// <param name="offered">The controller's channels, and the topics of each.</param>
    public static PreferencesAnswer From(
        SubjectKey subject, SubjectView view, LinkForms links, IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> offered)
    {
        var state = view.State.Consent;
        var effective = offered.Any(o => o.Value.Any(t => view.Blocks(o.Key, t)))
            ? offered.ToDictionary(
                o => o.Key.Name(), o => Row(o.Value, t => !state.Stops(o.Key).Stops(t) && !view.Blocks(o.Key, t)), StringComparer.Ordinal)
            : null;
        return new(
            subject.ToString(),
            view.IsKnown,
            Consent.Channels.All.All(channel => state.Stops(channel).IsEverything),
            offered.Keys.ToDictionary(c => c.Name(), c => !state.Stops(c).General, StringComparer.Ordinal),
            offered.ToDictionary(o => o.Key.Name(), o => Row(o.Value, t => !state.Stops(o.Key).Stops(t)), StringComparer.Ordinal),
            effective,
            !view.IsKnown ? KnownSubjects.ChoiceWarning : effective is null ? null : SharedWarning,
            links.Preferences,
            links.Url);

        static IReadOnlyDictionary<string, bool> Row(IReadOnlyList<Topic> topics, Func<Topic, bool> allowed) =>
            topics.ToDictionary(t => t.Value, allowed, StringComparer.Ordinal);
    }
}

/// <summary>What a portal is told about a person.</summary>
/// <param name="IsKnown">Whether the person has a contact point.</param>
/// <param name="Shared">What others with the same contact points stopped.</param>
internal sealed record SubjectView(SubjectState State, bool IsKnown, IReadOnlyList<SharedStop> Shared)
{
    public bool Blocks(Channel channel, Topic topic) => Shared.Any(s => s.Channel == channel && s.Blocks(topic));
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
