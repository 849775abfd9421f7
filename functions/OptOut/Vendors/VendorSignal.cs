using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>An event from a vendor: a person stopped there, not here.</summary>
/// <param name="EventKey">
/// The vendor's own id of the event, the same each time the event is sent: 1 to 200 printable ASCII characters.
/// </param>
/// <param name="Identifier">The person's contact point.</param>
/// <param name="Stop">The scope of the Stop to record.</param>
/// <param name="At">When it happened, according to the vendor's clock.</param>
/// <param name="Kind">Why the person is on the vendor's list.</param>
internal sealed record VendorSignal(string EventKey, Identifier Identifier, Scope Stop, DateTimeOffset At, VendorEntryKind Kind);

/// <summary>
/// A vendor refused to send because the contact point is on one of its own lists. The vendor does not report when it was added.
/// </summary>
/// <param name="EventKey">See <see cref="VendorSignal.EventKey"/>.</param>
/// <param name="Identifier">The recipient.</param>
/// <param name="Channel">The channel of the refused message.</param>
/// <param name="At">When it was refused, according to the vendor's clock.</param>
internal sealed record VendorDrift(string EventKey, Identifier Identifier, Channel Channel, DateTimeOffset At);

/// <summary>A contact point that permanently does not work. That says nothing about what the person wants.</summary>
internal sealed record VendorBounce(Identifier Identifier, DateTimeOffset At);

/// <summary>The content of a verified webhook, as far as it could be read.</summary>
internal sealed record VendorSignals
{
    /// <summary>The Stops to record.</summary>
    public IReadOnlyList<VendorSignal> Signals { get; init; } = [];

    public IReadOnlyList<VendorDrift> Drifts { get; init; } = [];

    public IReadOnlyList<VendorBounce> Bounces { get; init; } = [];

    /// <summary>
    /// The people who asked the vendor for its messages again, so that the vendor removed its own entry. A vendor cannot allow anything
    /// here: if we have a Stop, it is pushed to the vendor again.
    /// </summary>
    public IReadOnlyList<Identifier> Resubscribed { get; init; } = [];

    /// <summary>The number of events that report one message as undelivered. They are counted and never become a Stop.</summary>
    public int Undelivered { get; init; }

    /// <summary>The number of events of kinds that have no meaning here, including unknown ones.</summary>
    public int Ignored { get; init; }

    /// <summary>
    /// Of the ignored events, those of a kind that this version does not know: the vendor may have added one that is an opt-out.
    /// </summary>
    public int Unknown { get; init; }

    /// <summary>
    /// The number of events that could not be read. If it is not zero, someone must look into it: one of them may be a Stop.
    /// </summary>
    public int Unreadable { get; init; }

    /// <summary>The number of events of each kind, including zeros.</summary>
    public IReadOnlyList<(string Kind, int Count)> Counts =>
    [
        ("signals", Signals.Count(s => s.Kind != VendorEntryKind.Complaint)),
        ("complaints", Signals.Count(s => s.Kind == VendorEntryKind.Complaint)),
        ("drifts", Drifts.Count),
        ("bounces", Bounces.Count),
        ("resubscribed", Resubscribed.Count),
        ("undelivered", Undelivered),
        ("ignored", Ignored),
        ("unknown", Unknown),
        ("unreadable", Unreadable),
    ];
}
