namespace OptOut.Tests.Reconciliation;

/// <summary>The machine's clock, moved forward on demand: what waits really waits, and a day passes in no time.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _shift;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _shift));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);
}
