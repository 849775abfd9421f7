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

    private static string? Difference(SubjectRecord subject)
    {
        var (stored, replayed) = (
            subject.State.ToDictionary(e => e.Scope, StringComparer.Ordinal),
            LedgerVerifier.Replay(subject).ToDictionary(e => e.Scope, StringComparer.Ordinal));
        foreach (var scope in stored.Keys.Union(replayed.Keys))
        {
            var (found, must) = (stored.GetValueOrDefault(scope), replayed.GetValueOrDefault(scope));
            if (found != must)
                return $"{scope} is {Write(found)}, and the ledger leads to {Write(must)}";
        }

        return null;
    }

    private static string Write(StateEntry? entry) =>
        entry is null ? "missing" : $"{entry.Decision} of {entry.At:O} by event {entry.EventId}";
}
