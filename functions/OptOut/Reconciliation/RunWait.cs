namespace OptOut.Reconciliation;

/// <summary>Why a run cannot go on now, and what is open because of it: for the report, not for the run's own counts.</summary>
internal sealed record RunWait(string Reason, RunTally Open)
{
    public RunWait(string reason)
        : this(reason, new RunTally())
    {
    }
}
