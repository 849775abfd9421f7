namespace OptOut.Consent;

/// <summary>
/// Turns a person's choices into the fewest changes that express them, none of which allows more than the person chose. It is pure, so the
/// preference page, the portal and an undo all behave the same.
/// </summary>
internal static class Preferences
{
    // A tie means Stop. When a channel is stopped except for some topics, the Stop is dated this much earlier than the exceptions.
    private static readonly TimeSpan StopLead = TimeSpan.FromMilliseconds(1);

    /// <param name="now">The current state.</param>
    /// <param name="wanted">What to stop, by channel; a channel that is not listed stays as it is.</param>
    /// <param name="create">Creates a change from a scope, a decision and how far to date it before the submission.</param>
    /// <returns>
    /// The changes of one submission; none if nothing changes. They take effect only if they are later than every
    /// entry of the current state.
    /// </returns>
    public static IReadOnlyList<Change> Changes(
        ConsentState now, IReadOnlyDictionary<Channel, StopSet> wanted, Func<Scope, Decision, TimeSpan, Change> create)
    {
        var different = wanted
            .Select(w => (Channel: w.Key, Now: now.Stops(w.Key), Wanted: w.Value))
            .Where(d => !d.Now.Equals(d.Wanted))
            .OrderBy(d => d.Channel)
            .ToList();
        if (different.Count == 0)
            return [];
        if (wanted.Count == Channels.All.Count && wanted.Values.All(w => w.IsEverything))
            return [create(Scope.Everything, Decision.Stop, TimeSpan.Zero)];

        // If every channel is allowed again, one Allow for everything replaces one per channel.
        var allowed = different.Count == Channels.All.Count && different.TrueForAll(d => d is { Now.General: true, Wanted.General: false });
        return
        [
            .. allowed ? [create(Scope.Everything, Decision.Allow, TimeSpan.Zero)] : Array.Empty<Change>(),
            .. different.SelectMany(d => Changes(d.Channel, d.Now, d.Wanted, allowedEverywhere: allowed, create)),
        ];
    }

    /// <summary>
    /// What to stop on a channel after a person chose topics there. A person who is left with no topic wants nothing over the channel:
    /// neither a topic added next year nor a message without a topic. A person who accepts every topic on offer wants the channel again,
    /// except for topics that were not on offer.
    /// </summary>
    /// <param name="now">What is stopped now.</param>
    /// <param name="offered">The topics that the person could choose.</param>
    /// <param name="all">Every topic in the catalogue.</param>
    /// <param name="choices">Whether each topic is wanted; a topic that is not listed stays as it is.</param>
    public static StopSet ApplyChoices(
        StopSet now, IReadOnlyCollection<Topic> offered, IEnumerable<Topic> all, IReadOnlyDictionary<Topic, bool> choices)
    {
        var wanted = choices.Aggregate(now, (stops, topic) => stops.With(topic.Key, stopped: !topic.Value));
        if (choices.Values.Contains(false) && offered.All(t => wanted.Stops(t)))
            return StopSet.Everything;
        return now.General && offered.All(t => choices.GetValueOrDefault(t))
            ? new StopSet(false, all.Except(offered).Where(t => now.Stops(t)))
            : wanted;
    }

    /// <summary>
    /// Repeats the Stops that already cover what a person has just seen and left stopped. A repeat adds nothing to the ledger, but without
    /// it an Allow that is still on its way to the store would win. Do not use this in a submission that allows something: that is a new
    /// decision, after which the answers may differ.
    /// </summary>
    /// <param name="now">The current state.</param>
    /// <param name="left">The channels and topics that were left stopped.</param>
    /// <param name="create">As for
    /// <see cref="Changes(ConsentState, IReadOnlyDictionary{Channel, StopSet}, Func{Scope, Decision, TimeSpan, Change})"/>.</param>
    public static IEnumerable<Change> Repeats(
        ConsentState now, IEnumerable<(Channel Channel, Topic Topic)> left, Func<Scope, Decision, TimeSpan, Change> create) =>
        left
            .Select(cell => now.Answer(cell.Channel, cell.Topic))
            .Where(answer => answer.Decision == Decision.Stop)
            .Select(answer => answer.DecidedBy!.Value)
            .Distinct()
            .Select(scope => create(scope, Decision.Stop, TimeSpan.Zero))
            .Where(now.IsRepeated);

    private static IEnumerable<Change> Changes(
        Channel channel, StopSet now, StopSet wanted, bool allowedEverywhere, Func<Scope, Decision, TimeSpan, Change> create)
    {
        if (now.General == wanted.General)
        {
            // Only the topics that change.
            foreach (var topic in now.Exceptions.Union(wanted.Exceptions).Where(t => now.Stops(t) != wanted.Stops(t)))
                yield return create(new Scope(channel, topic), wanted.Stops(topic) ? Decision.Stop : Decision.Allow, TimeSpan.Zero);
            yield break;
        }

        // The general answer changes and is newer than every decision about a topic, so each exception is written again.
        if (wanted.General)
            yield return create(new Scope(channel, null), Decision.Stop, wanted.IsEverything ? TimeSpan.Zero : StopLead);
        else if (!allowedEverywhere)
            yield return create(new Scope(channel, null), Decision.Allow, TimeSpan.Zero);
        foreach (var topic in wanted.Exceptions)
            yield return create(new Scope(channel, topic), wanted.General ? Decision.Allow : Decision.Stop, TimeSpan.Zero);
    }
}
