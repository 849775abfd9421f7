namespace OptOut.Consent;

/// <summary>
/// Turns what a person wants into changes: as few as say it, and none that loosens more than was asked. Pure, so that the preference page, the
/// portal and an undo all mean the same.
/// </summary>
internal static class Preferences
{
    // A tie means Stop. Where a channel is stopped but for a topic, the Stop is written this much before the exception to it.
    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(1);

    /// <param name="now">What stands.</param>
    /// <param name="wanted">What is to be stopped, by channel; a channel that is not named stays as it is.</param>
    /// <param name="write">Makes a change of a scope, a decision and how much before the moment of the submission it is dated.</param>
    /// <returns>The changes of one submission, none where everything stands as wanted. They hold when they are later than all that stands.</returns>
    public static IReadOnlyList<Change> Changes(ConsentState now, IReadOnlyDictionary<Channel, StopSet> wanted, Func<Scope, Decision, TimeSpan, Change> write)
    {
        var different = wanted.Select(w => (Channel: w.Key, Now: now.Stops(w.Key), Wanted: w.Value)).Where(d => !d.Now.Equals(d.Wanted)).OrderBy(d => d.Channel).ToList();
        if (different.Count == 0)
            return [];
        if (wanted.Count == Channels.All.Count && wanted.Values.All(w => w.IsEverything))
            return [write(Scope.Everything, Decision.Stop, TimeSpan.Zero)];

        // Said of all channels at once where it holds for all: the general answer a person gave once is one line in the ledger.
        var allowed = different.Count == Channels.All.Count && different.TrueForAll(d => d is { Now.General: true, Wanted.General: false });
        return
        [
            .. allowed ? [write(Scope.Everything, Decision.Allow, TimeSpan.Zero)] : Array.Empty<Change>(),
            .. different.SelectMany(d => Changes(d.Channel, d.Now, d.Wanted, saidOfAll: allowed, write)),
        ];
    }

    /// <summary>
    /// What is to be stopped on a channel after a person said yes or no to topics there. Who is left with no topic wants nothing over the channel: not a
    /// topic added next year either, nor a message without one. Who says yes to all that is on offer wants the channel again, but for what was not on
    /// offer.
    /// </summary>
    /// <param name="now">What is stopped.</param>
    /// <param name="offered">The topics that the person could choose on.</param>
    /// <param name="all">Every topic there is.</param>
    /// <param name="said">Whether a topic is wanted; what is not named stays as it is.</param>
    public static StopSet Wanted(StopSet now, IReadOnlyCollection<Topic> offered, IEnumerable<Topic> all, IReadOnlyDictionary<Topic, bool> said)
    {
        var wanted = said.Aggregate(now, (stops, topic) => stops.With(topic.Key, stopped: !topic.Value));
        if (said.Values.Contains(false) && offered.All(t => wanted.Stops(t)))
            return StopSet.Everything;
        return now.General && offered.All(t => said.GetValueOrDefault(t)) ? new StopSet(false, all.Except(offered).Where(t => now.Stops(t))) : wanted;
    }

    /// <summary>
    /// The Stops that stand already on what a person has just seen and left stopped, said again: it adds nothing to the ledger, and only so do they outlive
    /// an Allow that is still on its way to the store. Not in a submission that allows something: that is a new decision, and an answer after it may differ.
    /// </summary>
    /// <param name="now">What stands.</param>
    /// <param name="left">The channels and topics that were left stopped.</param>
    /// <param name="write">As for <see cref="Changes(ConsentState, IReadOnlyDictionary{Channel, StopSet}, Func{Scope, Decision, TimeSpan, Change})"/>.</param>
    public static IEnumerable<Change> Repeats(ConsentState now, IEnumerable<(Channel Channel, Topic Topic)> left, Func<Scope, Decision, TimeSpan, Change> write) => left
        .Select(cell => now.Answer(cell.Channel, cell.Topic))
        .Where(answer => answer.Decision == Decision.Stop)
        .Select(answer => answer.DecidedBy!.Value)
        .Distinct()
        .Select(scope => write(scope, Decision.Stop, TimeSpan.Zero))
        .Where(now.IsRepeated);

    private static IEnumerable<Change> Changes(Channel channel, StopSet now, StopSet wanted, bool saidOfAll, Func<Scope, Decision, TimeSpan, Change> write)
    {
        if (now.General == wanted.General)
        {
            // Only the topics whose answer differs.
            foreach (var topic in now.Different.Union(wanted.Different).Where(t => now.Stops(t) != wanted.Stops(t)))
                yield return write(new Scope(channel, topic), wanted.Stops(topic) ? Decision.Stop : Decision.Allow, TimeSpan.Zero);
            yield break;
        }

        // The general answer turns, and outdates whatever was said of topics: each exception is said anew.
        if (wanted.General)
            yield return write(new Scope(channel, null), Decision.Stop, wanted.IsEverything ? TimeSpan.Zero : Before);
        else if (!saidOfAll)
            yield return write(new Scope(channel, null), Decision.Allow, TimeSpan.Zero);
        foreach (var topic in wanted.Different)
            yield return write(new Scope(channel, topic), wanted.General ? Decision.Allow : Decision.Stop, TimeSpan.Zero);
    }
}
