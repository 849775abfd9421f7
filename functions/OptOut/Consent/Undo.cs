namespace OptOut.Consent;

/// <summary>What would stand had a submission never been. Pure.</summary>
internal static class Undo
{
    /// <summary>
    /// Replays the ledger without the submission. Whatever else stands in the state stands as it does there, so that no Stop said by
    /// anything else is loosened: not one that the ledger does not repeat, and not one that came in since it was read. A Stop of the very
    /// scope the submission stopped, said again while it stood, has no entry of its own. Said before the person saw the result that they
    /// undo, it is the same Stop: pressing twice does not make it stick. Said after, it stands.
    /// </summary>
    /// <param name="submissionId">The id of the submission.</param>
    /// <param name="seen">The moment of the latest Stop that the result page they undo from knew of.</param>
    /// <param name="ledger">Whole, read before <paramref name="now"/>.</param>
    /// <param name="repeats">Until when events of the ledger were said again: an Allow from in between stays beaten.</param>
    /// <param name="now">What stands.</param>
    /// <returns>What is stopped, by channel.</returns>
    public static IReadOnlyDictionary<Channel, StopSet> Without(
        Guid submissionId,
        DateTimeOffset seen,
        IReadOnlyCollection<LedgerEntry> ledger,
        IReadOnlyDictionary<Guid, DateTimeOffset> repeats,
        ConsentState now)
    {
        var undone = ledger
            .Where(e => e.Change.SubmissionId == submissionId)
            .ToDictionary(e => e.Change.Id, e => e.Change.At > seen ? e.Change.At : seen);
        var rest = ledger
            .Where(e => e.Change.SubmissionId != submissionId)
            .Aggregate(ConsentState.Empty, (state, e) => state.With(e.Change))
            .Merge(ConsentState.From(
                Repeated(ledger, repeats).Concat(now.Entries)
                    .Where(e => !undone.TryGetValue(e.Value.EventId, out var until) || e.Value.At > until)));
        return Channels.All.ToDictionary(c => c, rest.Stops);
    }

    private static IEnumerable<KeyValuePair<Scope, ConsentEntry>> Repeated(
        IEnumerable<LedgerEntry> ledger, IReadOnlyDictionary<Guid, DateTimeOffset> repeats) =>
        from entry in ledger
        where repeats.ContainsKey(entry.Change.Id)
        select KeyValuePair.Create(entry.Change.Scope, new ConsentEntry(entry.Change.Decision, repeats[entry.Change.Id], entry.Change.Id));
}
