using OptOut.Consent;

namespace OptOut.Api.Portal;

/// <summary>What a person chose in the controller's portal.</summary>
/// <param name="Everything">The consolidated opt-out.</param>
/// <param name="Cells">Else what is named, by channel and topic: whether it is wanted. What is not named stays as it is.</param>
/// <param name="Reference">The portal's own reference.</param>
internal sealed record PreferenceUpdate(bool Everything, IReadOnlyDictionary<Channel, IReadOnlyDictionary<Topic, bool>> Cells, string? Reference)
{
    private static readonly TimeSpan AtOnce = TimeSpan.Zero;

    /// <summary>The changes of this one submission, none when everything stands as it is wanted.</summary>
    /// <param name="now">What stands; null when the store does not say.</param>
    /// <param name="offered">The controller's channels, and the topics of each.</param>
    /// <param name="topics">All the controller's.</param>
    /// <param name="write">Makes a change of a scope, a decision and how much before the moment of the submission it is dated.</param>
    public IReadOnlyList<Change> Changes(
        ConsentState? now, IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> offered, IReadOnlyList<Topic> topics, Func<Scope, Decision, TimeSpan, Change> write)
    {
        // Said again, however often it was said before: only so does it outlive an Allow that is still on its way to the store.
        if (Everything || offered.All(o => Names(o.Key, o.Value, wanted: false)))
            return [write(Scope.Everything, Decision.Stop, AtOnce)];
        if (now is null)
            return [.. Cells.SelectMany(c => AsWritten(c.Key, c.Value, offered[c.Key], write))];

        var changes = Preferences.Changes(now, Cells.ToDictionary(c => c.Key, c => Preferences.Wanted(now.Stops(c.Key), offered[c.Key], topics, c.Value)), write);
        return changes.Any(c => c.Decision == Decision.Allow) ? changes : [.. changes, .. Preferences.Repeats(now, Refused(), write)];
    }

    /// <summary>The entry that the answer to this update rests on, the latest where there are several; null when nothing was ever recorded about it.</summary>
    public ConsentEntry? RestsOn(ConsentState state)
    {
        var deciding = Everything
            ? state.Entries.Where(e => e.Key == Scope.Everything).Select(e => e.Value)
            : Cells.SelectMany(c => c.Value.Keys.Select(topic => state.Answer(c.Key, topic).Entry)).OfType<ConsentEntry>();
        return deciding.OrderBy(e => e.At).Select(e => (ConsentEntry?)e).LastOrDefault();
    }

    // Without knowing what stands, word for word: the latest decision about a scope is what holds.
    private IEnumerable<Change> AsWritten(Channel channel, IReadOnlyDictionary<Topic, bool> cells, IReadOnlyList<Topic> topics, Func<Scope, Decision, TimeSpan, Change> write) =>
        Names(channel, topics, wanted: false)
            ? [write(new Scope(channel, null), Decision.Stop, AtOnce)]
            : cells.Select(cell => write(new Scope(channel, cell.Key), cell.Value ? Decision.Allow : Decision.Stop, AtOnce));

    private IEnumerable<(Channel, Topic)> Refused() => Cells.SelectMany(c => c.Value.Where(cell => !cell.Value).Select(cell => (c.Key, cell.Key)));

    private bool Names(Channel channel, IReadOnlyList<Topic> topics, bool wanted) =>
        Cells.TryGetValue(channel, out var cells) && topics.All(t => cells.TryGetValue(t, out var said) && said == wanted);
}
