using System.ComponentModel;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Platform.Http;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Evidence;

/// <summary>How far a vendor is with what a person decided.</summary>
[Description("`nothing-to-hold`: nothing is stopped on its channel, or the person has no contact point there. "
    + "`confirmed`: it confirmed every Stop that stands. "
    + "`waiting`: not told yet, or tried again. `rejected`: it refused, and a person has to look.")]
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
    [property: Description("When the person decided what it was last told.")] DateTimeOffset? DecidedAt,
    [property: Description("When it confirmed all of that.")] DateTimeOffset? ConfirmedAt,
    [property: Description("Between the two.")] double? SecondsToStop,
    [property: Description("What stands in the way.")] string? Reason)
{
    /// <param name="vendor">Who is to be told.</param>
    /// <param name="stops">What the person stopped on its channel.</param>
    /// <param name="contacts">The person's contact points of that channel. One that is shared may be held to more than this person stopped.</param>
    /// <param name="row">What the vendor confirmed; null when it was told nothing.</param>
    public static VendorProof From(IVendor vendor, StopSet stops, IReadOnlyList<IdentifierHash> contacts, VendorRow? row)
    {
        var nothing = stops.IsNothing || contacts.Count == 0;
        var held = row is not null && contacts.All(c => row.Stops.TryGetValue(c, out var known) && known.Union(stops).Equals(known));
        var status = row?.Status switch
        {
            VendorStatus.Rejected => VendorProofStatus.Rejected,
            VendorStatus.Waiting => VendorProofStatus.Waiting,
            _ when nothing => VendorProofStatus.NothingToHold,
            VendorStatus.Confirmed when held => VendorProofStatus.Confirmed,
            _ => VendorProofStatus.Waiting,
        };
        // A row tells then that there was nothing to say, and its moments would read as if something had been said.
        return status == VendorProofStatus.NothingToHold
            ? new(vendor.Name, vendor.Channel.Name(), status, null, null, null, null)
            : new(vendor.Name, vendor.Channel.Name(), status, row?.Since, row?.ConfirmedAt, row?.TimeToStop?.TotalSeconds, row?.Reason);
    }
}

/// <summary>What every vendor that is told of opt-outs confirmed for one person.</summary>
internal sealed class VendorProofs(IEnumerable<IVendor> vendors, VendorRows rows, ProfileStore profiles, IdentifierProtector protector)
{
    internal async Task<IReadOnlyList<VendorProof>> LoadAsync(SubjectKey subject, ConsentState state, CancellationToken cancellationToken)
    {
        var contacts = (await profiles.LoadAsync(subject, cancellationToken)).Identifiers.ToLookup(i => i.Kind, protector.Hash);
        var told = vendors.Where(v => v.TakesPushes).OrderBy(v => v.Channel).ThenBy(v => v.Name, StringComparer.Ordinal);
        return await Task.WhenAll(told.Select(async vendor => VendorProof.From(
            vendor, state.Stops(vendor.Channel), [.. contacts[Identifier.KindFor(vendor.Channel)]], await rows.LoadAsync(subject, vendor.Name, cancellationToken))));
    }
}
