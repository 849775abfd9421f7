namespace OptOut.Consent;

/// <summary>A subject's consent and where its ledger ends.</summary>
internal sealed record SubjectState(ConsentState Consent, LedgerHead Head)
{
    /// <summary>The state after the changes, what the ledger gains by them, and until when events that it has already were said again.</summary>
    internal (SubjectState State, IReadOnlyList<LedgerEntry> Entries, IReadOnlyDictionary<Guid, DateTimeOffset> Repeats) With(IEnumerable<Change> changes)
    {
        var (state, entries, repeats) = (this, new List<LedgerEntry>(), new Dictionary<Guid, DateTimeOffset>());
        foreach (var change in changes)
        {
            if (state.Consent.Entries.Any(e => e.Value.EventId == change.Id))
                continue;

            // Also as the state was before them all: where one change of a submission takes the place of an Allow, the next one is not a mere repetition.
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
