using OptOut.Messaging;

namespace OptOut.Reconciliation;

/// <summary>
/// Distinguishes a vendor that is unavailable from one that fails on a single contact point. One that fails on some must not keep the run
/// from everybody else, and one that is unavailable must not be called for each of a million.
/// </summary>
internal sealed class CircuitBreaker
{
    private const int Threshold = 3;

    private int _failures;

    /// <summary>Why the vendor counts as unavailable; null while it does not.</summary>
    public string? Reason { get; private set; }

    /// <summary>Counts a push or a removal that failed in all its attempts.</summary>
    public void RecordFailure(VendorOutcome.Transient last)
    {
        if (Interlocked.Increment(ref _failures) >= Threshold)
            Reason = last.Reason;
    }
}
