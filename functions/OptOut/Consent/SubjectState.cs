namespace OptOut.Consent;

/// <summary>A subject's consent and the head of its ledger.</summary>
internal sealed record SubjectState(ConsentState Consent, LedgerHead Head)
{
    /// <summary>
    /// Returns the state after the changes, the entries to add to the ledger, and the time of the latest repeat of
    /// each event that was repeated.
    /// </summary>
    internal (SubjectState State, IReadOnlyList<LedgerEntry> Entries, IReadOnlyDictionary<Guid, DateTimeOffset> Repeats) With(
        IEnumerable<Change> changes)
    {
        var (state, entries, repeats) = (this, new List<LedgerEntry>(), new Dictionary<Guid, DateTimeOffset>());
        foreach (var change in changes)
        {
            if (state.Consent.Entries.Any(e => e.Value.EventId == change.Id))
                continue;

            // Compare with the state before the submission too: if an earlier change of the same submission replaced an Allow,
            // the next one is no repeat.
            if (Consent.IsRepeated(change) && state.Consent.IsRepeated(change))
            {
                state = state with { Consent = state.Consent.ExtendRepeat(change) };
                var (_, entry) = state.Consent.Entries.Single(e => e.Key == change.Scope);
                repeats[entry.EventId] = entry.At;
                continue;
            }

            var added = Ledger.Append(state.Head, change);
            entries.Add(added);
            state = new SubjectState(state.Consent.With(change), new LedgerHead(added.Sequence, added.Hash));
        }

        return (state, entries, repeats);
    }
}
