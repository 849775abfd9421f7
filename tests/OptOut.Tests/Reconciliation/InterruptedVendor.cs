using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Vendors;

namespace OptOut.Tests.Reconciliation;

internal sealed class PulledThePlug() : Exception("The process is gone.");

/// <summary>The real vendor, behind a plug that can be pulled at any call, and lists that can be taken away.</summary>
internal sealed class InterruptedVendor(IVendor real) : IVendor
{
    private int _calls;

    /// <summary>The call at which the plug is pulled; null for never.</summary>
    public int? PlugAt { get; set; }

    public int Calls => _calls;

    /// <summary>What happens at a push, before it.</summary>
    public Func<VendorPush, Task>? BeforePush { get; set; }

    /// <summary>Whose push is answered "busy" each time.</summary>
    public Identifier? ChokesOn { get; set; }

    public bool GivesOutLists { get; set; } = true;

    public string Name => real.Name;

    public Channel Channel => real.Channel;

    public IReadOnlyList<string> Lists => GivesOutLists ? real.Lists : [];

    public IReadOnlyList<string> Pulls => GivesOutLists ? real.Pulls : [];

    public IReadOnlySet<string> ListsFor(StopSet stops)
    {
        Pull();
        return GivesOutLists ? real.ListsFor(stops) : new HashSet<string>();
    }

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        Pull();
        if (BeforePush is { } before)
            await before(push);
        if (push.Identifier == ChokesOn)
            return new VendorOutcome.Transient(null, "It chokes.");
        return await real.PushAsync(push, cancellationToken);
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        Pull();
        return real.PullAsync(list, until, cursor, cancellationToken);
    }

    public void PlugIn() => (_calls, PlugAt) = (0, null);

    // Once pulled it stays out, as for a dead process.
    private void Pull()
    {
        if (Interlocked.Increment(ref _calls) >= PlugAt)
            throw new PulledThePlug();
    }
}
