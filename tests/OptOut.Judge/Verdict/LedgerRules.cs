namespace OptOut.Judge;

/// <summary>Every chain verifies, and replaying it gives the stored state.</summary>
internal static class LedgerRules
{
    public static IEnumerable<Finding> Judge(Observed observed)
    {
        foreach (var row in observed.Unreadable)
            yield return new Finding("Every row has its documented form.", $"The row {row}.", Areas.Store);
        foreach (var subject in observed.Subjects)
        {
            if (LedgerVerifier.FindBreak(subject) is { } broken)
                yield return new Finding("Every ledger is an unbroken chain.", $"The ledger of {subject.Key}: {broken}.", Areas.Ledger);
            if (Difference(subject) is { } different)
            {
                yield return new Finding(
                    "Replaying a ledger gives the stored state.", $"The state of {subject.Key}: {different}.", Areas.Store);
            }
        }
    }

    // A Stop that only repeats what stands has a higher number in the state, and no entry. Whatever it is, the ledger alone must give the same
    // answers.
    private static string? Difference(SubjectRecord subject)
    {
        var replayed = LedgerVerifier.Replay(subject);
        foreach (var cell in Cell.All)
        {
            var (stored, must) = (Answering.IsStopped(subject.State, cell), Answering.IsStopped(replayed, cell));
            if (stored != must)
                return $"{cell} is {Write(stored)}, and the ledger leads to {Write(must)}";
        }

        var ledger = subject.Ledger.ToLookup(l => l.Id, StringComparer.Ordinal);
        foreach (var entry in subject.State)
        {
            var known = replayed.FirstOrDefault(r => r.Scope == entry.Scope);
            if (known is null || entry.Stop < known.Stop || (entry.Seen, entry.AllowId.Length == 0) != (known.Seen, known.AllowId.Length == 0))
                return $"{entry} does not follow from the ledger, which leads to {known?.ToString() ?? "nothing"}";
            if (entry.StopId.Length > 0 && !ledger[entry.StopId].Any(l => l.IsStop && l.Scope == entry.Scope))
                return $"{entry} names a Stop that the ledger does not have";
        }

        return replayed.Select(r => r.Scope).Except(subject.State.Select(e => e.Scope), StringComparer.Ordinal).FirstOrDefault() is { } missing
            ? $"{missing} is missing, and the ledger has it"
            : null;
    }

    private static string Write(bool isStopped) => isStopped ? "stopped" : "allowed";
}
