using OptOut.Reconciliation.Report;

namespace OptOut.Reconciliation;

/// <summary>The counts of a run, or of one unit of it. Small enough for a table row, whatever the number of people.</summary>
internal sealed record RunTally
{
    // For the property and row limits of Table Storage; nobody would read more than this anyway.
    private const int MaxSubjects = 200, MaxReasons = 20, MaxReason = 200;
    private const string OtherReasons = "other reasons";

    public int Unreadable { get; init; }

    public int Entries { get; init; }

    public int Agreement { get; init; }

    public int Undeliverable { get; init; }

    public int Suppressed { get; init; }

    public int Lifted { get; init; }

    public int LiftsWithheld { get; init; }

    /// <summary>Contact points in a register that we know too.</summary>
    public int Known { get; init; }

    public int Recorded { get; init; }

    public int ToRemove { get; init; }

    public int Removed { get; init; }

    public int Withheld { get; init; }

    public int NotOurs { get; init; }

    public int RemovalsFailed { get; init; }

    public int Stopped { get; init; }

    public int PushedAgain { get; init; }

    public int PushesFailed { get; init; }

    public int TooNew { get; init; }

    /// <summary>Pushes given up because the vendor was busy each time.</summary>
    public int Exhausted { get; init; }

    public int SubjectsLeftOut { get; init; }

    public IReadOnlyDictionary<string, int> Lists { get; init; } = new Dictionary<string, int>();

    public IReadOnlyDictionary<string, int> Failures { get; init; } = new Dictionary<string, int>();

    public IReadOnlyList<SubjectNote> Subjects { get; init; } = [];

    public static RunTally Failure(string reason) =>
        new() { Failures = new Dictionary<string, int> { [reason.Length > MaxReason ? reason[..MaxReason] : reason] = 1 } };

    public static RunTally Note(IEnumerable<string> subjects, SubjectEvent what) =>
        new() { Subjects = [.. subjects.Select(s => new SubjectNote(s, what))] };

    /// <summary>Adds the parts. The order of the subjects does not depend on the order in which the parts were completed.</summary>
    public static RunTally Sum(IEnumerable<RunTally> parts) =>
        parts
            .OrderBy(p => p.Subjects.Select(s => s.Subject).FirstOrDefault(), StringComparer.Ordinal)
            .Aggregate(new RunTally(), (sum, part) => sum + part);

    public static RunTally operator +(RunTally a, RunTally b)
    {
        SubjectNote[] added = [.. b.Subjects.Except(a.Subjects).OrderBy(s => s.Subject, StringComparer.Ordinal).ThenBy(s => s.Event)];
        SubjectNote[] all = [.. a.Subjects, .. added];
        return new RunTally
        {
            Unreadable = a.Unreadable + b.Unreadable,
            Entries = a.Entries + b.Entries,
            Agreement = a.Agreement + b.Agreement,
            Undeliverable = a.Undeliverable + b.Undeliverable,
            Suppressed = a.Suppressed + b.Suppressed,
            Lifted = a.Lifted + b.Lifted,
            LiftsWithheld = a.LiftsWithheld + b.LiftsWithheld,
            Known = a.Known + b.Known,
            Recorded = a.Recorded + b.Recorded,
            ToRemove = a.ToRemove + b.ToRemove,
            Removed = a.Removed + b.Removed,
            Withheld = a.Withheld + b.Withheld,
            NotOurs = a.NotOurs + b.NotOurs,
            RemovalsFailed = a.RemovalsFailed + b.RemovalsFailed,
            Stopped = a.Stopped + b.Stopped,
            PushedAgain = a.PushedAgain + b.PushedAgain,
            PushesFailed = a.PushesFailed + b.PushesFailed,
            TooNew = a.TooNew + b.TooNew,
            Exhausted = a.Exhausted + b.Exhausted,
            SubjectsLeftOut = a.SubjectsLeftOut + b.SubjectsLeftOut + Math.Max(0, all.Length - MaxSubjects),
            Lists = Sum(a.Lists, b.Lists, int.MaxValue),
            Failures = Sum(a.Failures, b.Failures, MaxReasons),
            Subjects = [.. all.Take(MaxSubjects)],
        };
    }

    private static SortedDictionary<string, int> Sum(IReadOnlyDictionary<string, int> a, IReadOnlyDictionary<string, int> b, int max)
    {
        var sum = new SortedDictionary<string, int>(a.ToDictionary(), StringComparer.Ordinal);
        foreach (var (key, count) in b.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var into = sum.ContainsKey(key) || sum.Count < max ? key : OtherReasons;
            sum[into] = sum.GetValueOrDefault(into) + count;
        }

        return sum;
    }
}
