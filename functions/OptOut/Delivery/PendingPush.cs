using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>The push of one subject to one vendor, until it is written down.</summary>
/// <param name="vendor">The vendor.</param>
/// <param name="inTime">Whether the channel waits, so that a slow vendor is given up.</param>
internal sealed class PendingPush(IVendor vendor, bool inTime)
{
    public IVendor Vendor => vendor;

    public bool InTime => inTime;

    public VendorOutcome Outcome { get; set; } = new VendorOutcome.Confirmed();

    /// <summary>What the subject's row says of the vendor.</summary>
    public VendorRow? Known { get; set; }

    /// <summary>What the vendor may have by pushes that no row records.</summary>
    public Dictionary<IdentifierHash, StopSet> Pushed { get; set; } = [];

    /// <summary>What the vendor has, and may have.</summary>
    public Dictionary<IdentifierHash, StopSet> Confirmed { get; private set; } = [];

    /// <summary>What is written down of it.</summary>
    public VendorRow? Row { get; set; }

    /// <summary>What we put there is in the row, or was pushed by an attempt that no row records.</summary>
    public void Begin()
    {
        Confirmed = Known?.Stops.ToDictionary() ?? [];
        foreach (var (hash, stops) in Pushed)
            Confirmed[hash] = Confirmed.TryGetValue(hash, out var other) ? stops.Union(other) : stops;
    }

    /// <summary>What was pushed is the state of now, so the row tells of the latest event that anybody has told the vendor of.</summary>
    public VendorRow ToRow(SubjectMessage message, DateTimeOffset now)
    {
        var isOvertaken = Known?.Since > message.At;
        return new VendorRow(
            Outcome switch
            {
                VendorOutcome.Confirmed => VendorStatus.Confirmed,
                VendorOutcome.Rejected => VendorStatus.Rejected,
                _ => VendorStatus.Waiting,
            },
            Confirmed,
            isOvertaken ? Known!.Event : message.Id,
            isOvertaken ? Known!.Since : message.At,
            Outcome is VendorOutcome.Confirmed ? now : null,
            message.Attempt + 1,
            Outcome switch
            {
                VendorOutcome.Transient t => t.Reason,
                VendorOutcome.Rejected r => r.Reason,
                VendorOutcome.Postponed => "slow",
                _ => null,
            });
    }
}
