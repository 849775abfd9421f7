using Azure;
using OptOut.Consent;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// Checks one subject: whether the ledger is complete, contains every head that was anchored, and leads to the state that answers "may I
/// send". A write in progress may look broken for a moment, so a mismatch is checked three times: tampering does not go away.
/// </summary>
internal sealed class LedgerCheck(ConsentStore consent, TimeProvider time)
{
    private const int Attempts = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <returns>The first mismatch; null when there is none.</returns>
    public async Task<LedgerMismatch?> CheckAsync(
        SubjectKey subject, IReadOnlyCollection<AnchoredHead> heads, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var found = await CheckOnceAsync(subject, heads, cancellationToken);
            if (found is null || attempt == Attempts)
                return found;
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    private async Task<LedgerMismatch?> CheckOnceAsync(
        SubjectKey subject, IReadOnlyCollection<AnchoredHead> heads, CancellationToken cancellationToken)
    {
        // The state is read before the ledger and after it. The ledger may have grown in between, so its end lies between the two.
        var before = await StateAsync(subject, cancellationToken);
        var (entries, readable) = await consent.ReadableLedgerAsync(subject, cancellationToken);
        if (!readable)
            return Of(MismatchKind.Altered, "An entry cannot be read.", entries.Count + 1);

        var after = await StateAsync(subject, cancellationToken);
        var end = entries is [.., var last] ? new LedgerHead(last.Sequence, last.Hash) : Ledger.Start(subject);
        if (Ledger.FirstBroken(subject, entries, end) is { } broken)
        {
            return entries[(int)broken - 1].Sequence > broken
                ? Of(MismatchKind.Missing, "An entry is gone.", broken)
                : Of(MismatchKind.Altered, "An entry does not match its hash.", broken);
        }

        foreach (var head in heads.OrderBy(h => h.Sequence))
        {
            if (head.Sequence > entries.Count)
                return Of(MismatchKind.Missing, "The ledger ends before an entry that was anchored.", head.Sequence);
            if (entries[(int)head.Sequence - 1].Hash != head.Hash)
                return Of(MismatchKind.Altered, "The ledger was rewritten: the entry is not the one that was anchored.", head.Sequence);
        }

        if (before is null || after is null)
            return Of(MismatchKind.State, "The state cannot be read.", end.Sequence);
        if (before.Head.Sequence > end.Sequence || after.Head.Sequence < end.Sequence || before.Head != HeadAt(before.Head.Sequence))
            return Of(MismatchKind.State, "The state and the ledger end at different entries.", end.Sequence);
        return Follows(before.Consent, [.. entries.Take((int)before.Head.Sequence)])
            ? null
            : Of(MismatchKind.State, "The state does not follow from the ledger.", end.Sequence);

        LedgerMismatch Of(MismatchKind kind, string what, long sequence) => new(kind, what, subject.ToString(), sequence);

        LedgerHead HeadAt(long sequence) =>
            sequence == 0 ? Ledger.Start(subject) : new LedgerHead(sequence, entries[(int)sequence - 1].Hash);
    }

    /// <returns>Null when it cannot be read.</returns>
    private async Task<SubjectState?> StateAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        try
        {
            return await consent.LoadAsync(subject, cancellationToken);
        }
        catch (Exception e) when (e is not (StoreUnavailableException or RequestFailedException or OperationCanceledException))
        {
            return null; // The row is broken in some way. A fault of the storage itself is not caught.
        }
    }

    /// <summary>
    /// Whether the ledger alone gives every answer that the state gives, and everything the state names is in it. The number of a Stop may be
    /// higher in the state: it was repeated since, which adds nothing to the ledger.
    /// </summary>
    internal static bool Follows(ConsentState state, IReadOnlyList<LedgerEntry> entries)
    {
        var (replayed, changes) = (Ledger.Replay(entries), entries.ToLookup(e => e.Change.Id, e => e.Change));
        var named = state.Entries.ToDictionary();
        return replayed.Entries.All(e => named.TryGetValue(e.Key, out var entry)
                && (entry.Stop?.Number ?? 0) >= (e.Value.Stop?.Number ?? 0)
                && entry.Allow == e.Value.Allow)
            && named.All(e => (e.Value.Stop is not { } stop || IsOf(stop.Id, e.Key, Decision.Stop))
                && (e.Value.Allow is not { } allow || IsOf(allow.Id, e.Key, Decision.Allow)))
            && Channels.All.All(channel => state.Stops(channel).Equals(replayed.Stops(channel)));

        bool IsOf(Guid id, Scope scope, Decision decision) => changes[id].Any(c => c.Scope == scope && c.Decision == decision);
    }
}
