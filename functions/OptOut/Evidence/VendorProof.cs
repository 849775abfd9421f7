using System.ComponentModel;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform.Http;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Evidence;

/// <summary>How far a vendor has carried out what a person decided.</summary>
[Description("`nothing-to-hold`: nothing is stopped on its channel, or the person has no contact point there. "
    + "`confirmed`: it confirmed every Stop that is in force. "
    + "`waiting`: not notified yet, or being retried. `rejected`: it refused, and someone must look into it.")]
[JsonConverter(typeof(JsonStringEnumConverter<VendorProofStatus>))]
internal enum VendorProofStatus
{
    [JsonStringEnumMemberName("nothing-to-hold")]
    NothingToHold,

    [JsonStringEnumMemberName("confirmed")]
    Confirmed,

    [JsonStringEnumMemberName("waiting")]
    Waiting,

    [JsonStringEnumMemberName("rejected")]
    Rejected,
}

internal sealed record VendorProof(
    string Vendor,
    [property: SchemaRef("Channel")] string Channel,
    VendorProofStatus Status,
    [property: Description("When the person made the decision about its channel that was last sent to it.")] DateTimeOffset? DecidedAt,
    [property: Description("When it confirmed the decision.")] DateTimeOffset? ConfirmedAt,
    [property: Description("The seconds between the two; left out when it was told again since, about something else.")]
    double? SecondsToStop,
    [property: Description("Why it has not confirmed.")] string? Reason)
{
    /// <param name="vendor">The vendor to notify.</param>
    /// <param name="stops">What the person stopped on its channel.</param>
    /// <param name="decided">When the person last decided something about its channel.</param>
    /// <param name="contacts">
    /// The person's contact points of that channel. For a shared one, more may be stopped than this person stopped.
    /// </param>
    /// <param name="row">What the vendor confirmed; null when nothing was sent to it.</param>
    public static VendorProof From(
        IVendor vendor, StopSet stops, DateTimeOffset? decided, IReadOnlyList<IdentifierHash> contacts, VendorRow? row)
    {
        var nothing = stops.IsNothing || contacts.Count == 0;
        var applied = row is not null && contacts.All(c => row.Stops.TryGetValue(c, out var known) && known.Union(stops).Equals(known));
        var status = row?.Status switch
        {
            VendorStatus.Rejected => VendorProofStatus.Rejected,
            VendorStatus.Waiting => VendorProofStatus.Waiting,
            _ when nothing => VendorProofStatus.NothingToHold,
            VendorStatus.Confirmed when applied => VendorProofStatus.Confirmed,
            _ => VendorProofStatus.Waiting,
        };
        // A row then only records that there was nothing to send, and its moments would read as if something had been sent. A row that was
        // written again for another channel, or for a new contact point, has a moment at which nobody decided about this channel.
        return status == VendorProofStatus.NothingToHold
            ? new(vendor.Name, vendor.Channel.Name(), status, null, null, null, null)
            : row?.Since > decided
                ? new(vendor.Name, vendor.Channel.Name(), status, decided, row.ConfirmedAt, null, row.Reason)
                : new(vendor.Name, vendor.Channel.Name(), status, row?.Since, row?.ConfirmedAt, row?.TimeToStop?.TotalSeconds, row?.Reason);
    }
}

/// <summary>What every vendor that is notified of opt-outs confirmed for one person.</summary>
internal sealed class VendorProofs(IEnumerable<IVendor> vendors, VendorRows rows, ProfileStore profiles, IdentifierProtector protector)
{
    internal async Task<IReadOnlyList<VendorProof>> LoadAsync(SubjectKey subject, ConsentState state, CancellationToken cancellationToken)
    {
        var contacts = (await profiles.LoadAsync(subject, cancellationToken)).Identifiers.ToLookup(i => i.Kind, protector.Hash);
        var notified = vendors.Where(v => v.AcceptsPushes).OrderBy(v => v.Channel).ThenBy(v => v.Name, StringComparer.Ordinal);
        return await Task.WhenAll(notified.Select(async vendor => VendorProof.From(
            vendor,
            state.Stops(vendor.Channel),
            state.DecidedAt(vendor.Channel),
            [.. contacts[Identifier.KindFor(vendor.Channel)]],
            await rows.LoadAsync(subject, vendor.Name, cancellationToken))));
    }
}
