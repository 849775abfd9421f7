using OptOut.Consent;
using OptOut.Identifiers;

namespace OptOut.Vendors;

/// <summary>Something a vendor told us of its own accord: a person stopped there, not here.</summary>
/// <param name="EventKey">The vendor's own id of the event, the same each time it is sent: 1 to 200 printable ASCII characters.</param>
/// <param name="Identifier">Who.</param>
/// <param name="Stop">The scope of the Stop to record.</param>
/// <param name="At">When it happened, by the vendor's clock.</param>
/// <param name="Kind">Why.</param>
public sealed record VendorSignal(string EventKey, Identifier Identifier, Scope Stop, DateTimeOffset At, VendorEntryKind Kind);

/// <summary>A verified webhook, read as far as it can be.</summary>
/// <param name="Signals">What is to be recorded.</param>
/// <param name="Undelivered">How many events say that a mail was dropped or bounced: counted, never a Stop.</param>
/// <param name="Ignored">How many events are of kinds that mean nothing here.</param>
/// <param name="Unreadable">How many events could not be read. Above zero a person has to look: one of them may be a Stop.</param>
public sealed record VendorSignals(IReadOnlyList<VendorSignal> Signals, int Undelivered, int Ignored, int Unreadable);
