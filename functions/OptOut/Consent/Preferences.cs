namespace OptOut.Consent;

/// <summary>
/// Turns a person's choices into the fewest changes that express them, none of which allows more than the person chose. It is pure, so the
/// preference page, the portal and an undo all behave the same.
/// </summary>
internal static class Preferences
{
    /// <param name="now">The current state.</param>
    /// <param name="wanted">What to stop, by channel; a channel that is not listed stays as it is.</param>
    /// <param name="create">Creates a change from a scope and a decision.</param>
    /// <returns>
    /// The changes of one submission, wide scopes before narrow ones; none if nothing changes. They lead to exactly what is wanted if nothing
    /// else changes first, and otherwise to nothing looser.
    /// </returns>
    public static IReadOnlyList<Change> Changes(
        ConsentState now, IReadOnlyDictionary<Channel, StopSet> wanted, Func<Scope, Decision, Change> create)
    {
        var different = wanted
            .Select(w => (Channel: w.Key, Now: now.Stops(w.Key), Wanted: w.Value))
            .Where(d => !d.Now.Equals(d.Wanted))
            .OrderBy(d => d.Channel)
            .ToList();
        if (different.Count == 0)
            return [];
        if (wanted.Count == Channels.All.Count && wanted.Values.All(w => w.IsEverything))
            return [create(Scope.Everything, Decision.Stop)];

        // If every channel is allowed again, one Allow for everything replaces one per channel.
        var allowed = different.Count == Channels.All.Count && different.TrueForAll(d => d is { Now.General: true, Wanted.General: false });
        return
        [
            .. allowed ? [create(Scope.Everything, Decision.Allow)] : Array.Empty<Change>(),
            .. different.SelectMany(d => Changes(d.Channel, d.Now, d.Wanted, allowedEverywhere: allowed, create)),
        ];
    }

    /// <summary>
    /// What to stop on a channel after a person chose topics there. A person who is left with no topic wants nothing over the channel:
    /// neither a topic added next year nor a message without a topic. A person who accepts every topic on offer wants the channel again,
    /// except for topics that were not on offer. Who changed nothing leaves everything as it is.
    /// </summary>
    /// <param name="now">What is stopped now.</param>
    /// <param name="offered">The topics that the person could choose.</param>
    /// <param name="all">Every topic in the catalogue.</param>
    /// <param name="choices">What the person changed: whether the topic is wanted. A topic that is not listed stays as it is.</param>
    /// <param name="left">The topics that the person saw accepted, and left so.</param>
    public static StopSet ApplyChoices(
        StopSet now,
        IReadOnlyCollection<Topic> offered,
        IEnumerable<Topic> all,
        IReadOnlyDictionary<Topic, bool> choices,
        IReadOnlyCollection<Topic> left)
    {
        var wanted = choices.Aggregate(now, (stops, topic) => stops.With(topic.Key, stopped: !topic.Value));
        if (choices.Values.Contains(false) && offered.All(t => wanted.Stops(t)))
            return StopSet.Everything;
        return now.General
            && choices.Values.Contains(true)
            && offered.All(t => !wanted.Stops(t) && (choices.ContainsKey(t) || left.Contains(t)))
            ? new StopSet(false, all.Except(offered).Where(t => now.Stops(t)))
            : wanted;
    }

    /// <summary>
    /// Says again what a person declined and what is stopped already, so that an Allow which had not seen it cannot win. Mostly a repeat of the
    /// Stop that covers it. Only for a submission that allows nothing.
    /// </summary>
    /// <param name="now">The current state.</param>
    /// <param name="declined">What the person declined.</param>
    /// <param name="create">Creates a change from a scope and a decision.</param>
    public static IEnumerable<Change> Repeats(
        ConsentState now, IEnumerable<(Channel Channel, Topic Topic)> declined, Func<Scope, Decision, Change> create) =>
        declined
            .Select(cell => (Cell: new Scope(cell.Channel, cell.Topic), Answer: now.Answer(cell.Channel, cell.Topic)))
            .Where(d => d.Answer.Decision == Decision.Stop)
            .Select(d => now.IsStopped(d.Answer.DecidedBy!.Value) ? d.Answer.DecidedBy.Value : d.Cell)
            .Distinct()
            .Select(scope => create(scope, Decision.Stop));

    private static IEnumerable<Change> Changes(
        Channel channel, StopSet now, StopSet wanted, bool allowedEverywhere, Func<Scope, Decision, Change> create)
    {
        if (now.General == wanted.General)
        {
            // Only the topics that change.
            foreach (var topic in now.Exceptions.Union(wanted.Exceptions).Where(t => now.Stops(t) != wanted.Stops(t)))
                yield return create(new Scope(channel, topic), wanted.Stops(topic) ? Decision.Stop : Decision.Allow);
            yield break;
        }

        // The general answer changes and is newer than every decision about a topic, so each exception is written again.
        if (wanted.General)
            yield return create(new Scope(channel, null), Decision.Stop);
        else if (!allowedEverywhere)
            yield return create(new Scope(channel, null), Decision.Allow);
        foreach (var topic in wanted.Exceptions)
            yield return create(new Scope(channel, topic), wanted.General ? Decision.Allow : Decision.Stop);
    }
}
