namespace OptOut.Consent;

/// <summary>What would stand had a submission never been. Pure.</summary>
internal static class Undo
{
    /// <summary>
    /// Replays the ledger without the submission. Whatever else stands in the state stands as it does there, so that no Stop said by
    /// anything else is loosened: not one that the ledger does not repeat, and not one that came in since it was read. A Stop of the very
    /// scope the submission stopped, said again while it stood, has no entry of its own. Up to the number that the person saw it is the
    /// same Stop: pressing twice does not make it stick. After that, it stands.
    /// </summary>
    /// <param name="submissionId">The id of the submission.</param>
    /// <param name="seen">The number of the state on the page they undo from.</param>
    /// <param name="ledger">Whole, read before <paramref name="now"/>.</param>
    /// <param name="now">What stands.</param>
    /// <returns>What is stopped, by channel.</returns>
    public static IReadOnlyDictionary<Channel, StopSet> Without(
        Guid submissionId, long seen, IReadOnlyCollection<LedgerEntry> ledger, ConsentState now)
    {
        var undone = ledger.Where(e => e.Change.SubmissionId == submissionId).Select(e => e.Change.Id).ToHashSet();
        var rest = Ledger.Replay(ledger.Where(e => !undone.Contains(e.Change.Id)))
            .Merge(ConsentState.From(now.Entries.Select(e => KeyValuePair.Create(e.Key, Without(e.Value)))));
        return Channels.All.ToDictionary(c => c, rest.Stops);

        ConsentEntry Without(ConsentEntry entry) => new(
            entry.Stop is { } stop && undone.Contains(stop.Id) && stop.Number <= seen ? null : entry.Stop,
            entry.Allow is { } allow && undone.Contains(allow.Id) ? null : entry.Allow);
    }
}
