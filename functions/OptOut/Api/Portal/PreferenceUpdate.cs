using OptOut.Consent;

namespace OptOut.Api.Portal;

/// <summary>What a person chose in the controller's portal.</summary>
/// <param name="Everything">The consolidated opt-out.</param>
/// <param name="Cells">Otherwise, by channel and topic, whether the person wants it. What is not named stays as it is.</param>
/// <param name="Reference">The portal's own reference.</param>
internal sealed record PreferenceUpdate(
    bool Everything, IReadOnlyDictionary<Channel, IReadOnlyDictionary<Topic, bool>> Cells, string? Reference)
{
    /// <summary>
    /// Whether something is wanted again. An Allow needs the current state: what it loosens, and what it must leave stopped, is not known
    /// without it. Accepting every topic of a channel, for example, allows the channel too, but not a topic offered elsewhere.
    /// </summary>
    public bool Allows => Cells.Values.Any(c => c.Values.Contains(true));

    /// <summary>The same without what is wanted again: what may be recorded while the store does not answer.</summary>
    public PreferenceUpdate Declined => this with
    {
        Cells = Cells
            .Select(c => KeyValuePair.Create(
                c.Key, (IReadOnlyDictionary<Topic, bool>)c.Value.Where(cell => !cell.Value).ToDictionary()))
            .Where(c => c.Value.Count > 0)
            .ToDictionary(),
    };

    /// <summary>The changes of this one submission; none when the current state is already what the person wants.</summary>
    /// <param name="now">The current state; null when the store does not answer, for an update that only declines.</param>
    /// <param name="offered">The controller's channels, and the topics of each.</param>
    /// <param name="topics">All topics of the controller.</param>
    /// <param name="write">Creates a change from a scope and a decision.</param>
    public IReadOnlyList<Change> Changes(
        ConsentState? now,
        IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> offered,
        IReadOnlyList<Topic> topics,
        Func<Scope, Decision, Change> write)
    {
        // Recorded again even if it was recorded before: an Allow that had not seen it cannot beat it then.
        if (Everything || offered.All(o => Names(o.Key, o.Value, wanted: false)))
            return [write(Scope.Everything, Decision.Stop)];
        if (now is null)
            return [.. Cells.SelectMany(c => Stops(c.Key, c.Value, offered[c.Key], write))];

        var changes = Preferences.Changes(
            now, Cells.ToDictionary(c => c.Key, c => Preferences.ApplyChoices(now.Stops(c.Key), offered[c.Key], topics, c.Value, [])), write);
        return changes.Any(c => c.Decision == Decision.Allow)
            ? changes
            : [.. changes.Concat(Preferences.Repeats(now, DeclinedCells(), write)).DistinctBy(c => c.Scope)];
    }

    /// <summary>
    /// The change in the ledger that decides what this update names, the latest if there are several; null when nothing was ever recorded
    /// about it.
    /// </summary>
    public Guid? DecidingChange(ConsentState state) => Everything
        ? state.Entry(Scope.Everything).Stop?.Id
        : Cells.SelectMany(c => c.Value.Keys.Select(topic => state.Answer(c.Key, topic)))
            .Where(a => a.ChangeId is not null)
            .OrderByDescending(a => Rank(state, a))
            .FirstOrDefault()
            .ChangeId;

    // By the store's numbers: two machines' clocks differ. An Allow comes after the Stops that it had seen.
    private static (long Number, bool IsAllow) Rank(ConsentState state, ConsentAnswer answer)
    {
        var entry = state.Entry(answer.DecidedBy!.Value);
        return answer.Decision == Decision.Stop ? (entry.Stop!.Value.Number, false) : (entry.Allow!.Value.Seen, true);
    }

    // The current state is unknown, so what is declined is recorded exactly as given: a Stop can only stop too often.
    private IEnumerable<Change> Stops(
        Channel channel,
        IReadOnlyDictionary<Topic, bool> cells,
        IReadOnlyList<Topic> topics,
        Func<Scope, Decision, Change> write) =>
        Names(channel, topics, wanted: false)
            ? [write(new Scope(channel, null), Decision.Stop)]
            : cells.Where(cell => !cell.Value).Select(cell => write(new Scope(channel, cell.Key), Decision.Stop));

    private IEnumerable<(Channel, Topic)> DeclinedCells() =>
        Cells.SelectMany(c => c.Value.Where(cell => !cell.Value).Select(cell => (c.Key, cell.Key)));

    private bool Names(Channel channel, IReadOnlyList<Topic> topics, bool wanted) =>
        Cells.TryGetValue(channel, out var cells) && topics.All(t => cells.TryGetValue(t, out var choice) && choice == wanted);
}
