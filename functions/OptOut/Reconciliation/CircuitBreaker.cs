using OptOut.Messaging;

namespace OptOut.Reconciliation;

/// <summary>
/// Tells a vendor that is away from one that chokes on a single contact point: one that chokes must not keep the run from everybody else, and one
/// that is away must not be asked for each of a million.
/// </summary>
internal sealed class CircuitBreaker
{
    private const int Enough = 3;

    private int _givenUp;

    /// <summary>Why the vendor counts as away; null while it does not.</summary>
    public string? Reason { get; private set; }

    /// <summary>One more push was tried as often as it may be, in vain.</summary>
    public void Count(VendorOutcome.Transient last)
    {
        if (Interlocked.Increment(ref _givenUp) >= Enough)
            Reason = last.Reason;
    }
}
