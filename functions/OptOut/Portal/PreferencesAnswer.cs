using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Storage;

namespace OptOut.Portal;

/// <summary>What stands for a person, with the links that a portal shows beside it.</summary>
/// <param name="Subject">The subject key: how logs, reports and ledgers name this person.</param>
/// <param name="StoppedEverything">Whether no marketing may be sent over any channel.</param>
/// <param name="General">By channel: whether marketing may be sent that is about none of the topics, or about one added later.</param>
/// <param name="Channels">By channel and topic: whether marketing may be sent.</param>
/// <param name="Link">The preference page of this person, signed; it does not expire.</param>
/// <param name="Unsubscribe">Where the general unsubscribe button posts <c>choice=stop</c>, and the page behind it.</param>
/// <param name="Recorded">After a PUT: what was recorded.</param>
internal sealed record PreferencesAnswer(
    string Subject,
    bool? StoppedEverything,
    IReadOnlyDictionary<string, bool>? General,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, bool>>? Channels,
    Uri Link,
    Uri Unsubscribe,
    RecordedAct? Recorded = null)
{
    /// <param name="subject">Whose.</param>
    /// <param name="state">What stands; null when the store cannot say it yet.</param>
    /// <param name="links">The person's own.</param>
    /// <param name="offered">The controller's channels, and the topics of each.</param>
    public static PreferencesAnswer Of(SubjectKey subject, ConsentState? state, LinkForms links, IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> offered)
    {
        var now = state ?? ConsentState.Empty;
        return new(
            subject.ToString(),
            state is null ? null : Consent.Channels.All.All(channel => now.Stops(channel).IsEverything),
            state is null ? null : offered.Keys.ToDictionary(c => c.Name(), c => !now.Stops(c).General, StringComparer.Ordinal),
            state is null ? null : offered.ToDictionary(o => o.Key.Name(), o => Row(now.Stops(o.Key), o.Value), StringComparer.Ordinal),
            links.Preferences,
            links.Url);

        static IReadOnlyDictionary<string, bool> Row(StopSet set, IReadOnlyList<Topic> topics) => topics.ToDictionary(t => t.Value, t => !set.Stops(t), StringComparer.Ordinal);
    }
}

/// <param name="Changed">Whether this call changed anything; false when all of it stood already, null when the store cannot say yet.</param>
/// <param name="Reference">The number to show to the person: of this act, or of the earlier one that the answer rests on. Null when nothing was ever recorded.</param>
/// <param name="Ledger">Where the person's ledger now ends; null when the store cannot say yet.</param>
internal sealed record RecordedAct(bool? Changed, string? Reference, LedgerEnd? Ledger)
{
    /// <summary>Safe, and on its way to the store.</summary>
    public static RecordedAct OnItsWay(Change change) => new(null, Acknowledgement.Reference.Of(change), null);

    /// <param name="state">What stands now.</param>
    /// <param name="restsOn">The ledger's entry that the answer rests on.</param>
    /// <param name="act">Of this call; null when it had nothing to record.</param>
    public static RecordedAct Of(SubjectState state, LedgerEntry? restsOn, Guid? act) => new(
        restsOn is not null && restsOn.Change.Act == act,
        restsOn is null ? null : Acknowledgement.Reference.Of(restsOn.Change),
        new LedgerEnd(state.Head.Sequence, state.Head.Hash));
}

/// <param name="Sequence">How many entries the person's ledger has.</param>
/// <param name="Hash">Of the last, 64 lower-case hex digits.</param>
internal sealed record LedgerEnd(long Sequence, string Hash);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PreferencesAnswer))]
internal sealed partial class PreferencesAnswerJson : JsonSerializerContext;
