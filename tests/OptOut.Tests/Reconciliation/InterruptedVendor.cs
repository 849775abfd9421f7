using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Vendors;

namespace OptOut.Tests.Reconciliation;

internal sealed class SimulatedCrashException() : Exception("The process has ended.");

/// <summary>Wraps the real vendor adapter: it can simulate a crash at any call, a busy vendor, and a vendor without lists.</summary>
internal sealed class InterruptedVendor(IVendor real) : IVendor
{
    private int _calls;

    /// <summary>The number of the call at which the process crashes; null for never.</summary>
    public int? CrashAt { get; set; }

    public int Calls => _calls;

    /// <summary>Called before each push.</summary>
    public Func<VendorPush, Task>? BeforePush { get; set; }

    /// <summary>The contact point for which every push is answered as busy.</summary>
    public Identifier? BusyFor { get; set; }

    public bool HasLists { get; set; } = true;

    public string Name => real.Name;

    public Channel Channel => real.Channel;

    public IReadOnlyList<string> Lists => HasLists ? real.Lists : [];

    public IReadOnlyList<string> Pulls => HasLists ? real.Pulls : [];

    public IReadOnlySet<string> ListsFor(StopSet stops)
    {
        CrashIfDue();
        return HasLists ? real.ListsFor(stops) : new HashSet<string>();
    }

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        CrashIfDue();
        if (BeforePush is { } before)
            await before(push);
        if (push.Identifier == BusyFor)
            return new VendorOutcome.Transient(null, "It is busy.");
        return await real.PushAsync(push, cancellationToken);
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        CrashIfDue();
        return real.PullAsync(list, until, cursor, cancellationToken);
    }

    public void Restart() => (_calls, CrashAt) = (0, null);

    // After the crash every further call fails too, as in a process that has ended.
    private void CrashIfDue()
    {
        if (Interlocked.Increment(ref _calls) >= CrashAt)
            throw new SimulatedCrashException();
    }
}
