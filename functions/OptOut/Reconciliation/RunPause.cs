namespace OptOut.Reconciliation;

/// <summary>
/// Why a run cannot continue now, and the counts that are open because of it: for the report, not for the run's own counts.
/// </summary>
internal sealed record RunPause(string Reason, RunTally Open)
{
    public RunPause(string reason)
        : this(reason, new RunTally())
    {
    }
}
