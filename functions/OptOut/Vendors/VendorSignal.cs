using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>Something a vendor told us of its own accord: a person stopped there, not here.</summary>
/// <param name="EventKey">The vendor's own id of the event, the same each time it is sent: 1 to 200 printable ASCII characters.</param>
/// <param name="Identifier">Who.</param>
/// <param name="Stop">The scope of the Stop to record.</param>
/// <param name="At">When it happened, by the vendor's clock.</param>
/// <param name="Kind">Why.</param>
internal sealed record VendorSignal(string EventKey, Identifier Identifier, Scope Stop, DateTimeOffset At, VendorEntryKind Kind);

/// <summary>A vendor refused to send, because the contact point stands on a list of its own. When it came there, the vendor does not say.</summary>
/// <param name="EventKey">As of a <see cref="VendorSignal"/>.</param>
/// <param name="Identifier">To whom.</param>
/// <param name="Channel">What would have been sent over.</param>
/// <param name="At">When it was refused, by the vendor's clock.</param>
internal sealed record VendorDrift(string EventKey, Identifier Identifier, Channel Channel, DateTimeOffset At);

/// <summary>A contact point that does not work, for good. It says nothing about what the person wants.</summary>
internal sealed record VendorBounce(Identifier Identifier, DateTimeOffset At);

/// <summary>A verified webhook, read as far as it can be.</summary>
internal sealed record VendorSignals
{
    /// <summary>What is to be recorded.</summary>
    public IReadOnlyList<VendorSignal> Signals { get; init; } = [];

    public IReadOnlyList<VendorDrift> Drifts { get; init; } = [];

    public IReadOnlyList<VendorBounce> Bounces { get; init; } = [];

    /// <summary>
    /// Who asked the vendor for its messages again, so that the vendor took its own entry away. A vendor cannot allow anything here: where we hold a Stop,
    /// the vendor is told of it anew.
    /// </summary>
    public IReadOnlyList<Identifier> Resubscribed { get; init; } = [];

    /// <summary>How many events say that a message did not arrive this time: counted, never a Stop.</summary>
    public int Undelivered { get; init; }

    /// <summary>How many events are of kinds that mean nothing here.</summary>
    public int Ignored { get; init; }

    /// <summary>How many events could not be read. Above zero a person has to look: one of them may be a Stop.</summary>
    public int Unreadable { get; init; }

    /// <summary>How many there are of each kind, zeros too.</summary>
    public IReadOnlyList<(string Kind, int Count)> Counts =>
    [
        ("signals", Signals.Count(s => s.Kind != VendorEntryKind.Complaint)),
        ("complaints", Signals.Count(s => s.Kind == VendorEntryKind.Complaint)),
        ("drifts", Drifts.Count),
        ("bounces", Bounces.Count),
        ("resubscribed", Resubscribed.Count),
        ("undelivered", Undelivered),
        ("ignored", Ignored),
        ("unreadable", Unreadable),
    ];
}
