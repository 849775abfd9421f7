using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Generic;

/// <summary>Somebody on the vendor's list, or in one of its events.</summary>
/// <param name="At">As the vendor says; null where it does not say, or not as RFC 3339.</param>
internal readonly record struct HttpVendorEntry(Identifier Who, VendorEntryKind Kind, string List, Scope Stop, DateTimeOffset? At);

/// <summary>
/// Reads the fields that entries and events share: <c>identifier</c>, <c>kind</c>, <c>topic</c> and <c>at</c>. Throws on nothing a vendor can write.
/// </summary>
/// <param name="channel">The vendor's.</param>
/// <param name="lists">What an entry means.</param>
/// <param name="region">The country of a phone number without one.</param>
internal sealed class HttpVendorEntries(Channel channel, HttpVendorLists lists, string region)
{
    private readonly IdentifierKind _kind = Identifier.KindFor(channel);

    /// <summary>The names of <see cref="IdentifierKind"/> on the wire.</summary>
    public static string Name(IdentifierKind kind) => kind switch
    {
        IdentifierKind.Email => "email",
        IdentifierKind.Phone => "phone",
        _ => "postal",
    };

    /// <summary>Whether the entry is about another kind of contact point than the vendor's channel reaches.</summary>
    public bool IsOfAnotherKind(JsonElement element) => TryKind(element, out var kind) && kind != _kind;

    /// <param name="element">Whatever stands there.</param>
    /// <param name="why">Why it stands there.</param>
    public bool TryRead(JsonElement element, VendorEntryKind why, out HttpVendorEntry entry)
    {
        entry = default;
        if (!TryKind(element, out var kind) || !TryIdentifier(kind, element.Text("identifier"), out var who))
            return false;

        // What stands there and is no text is a topic that nobody told us of.
        var topic = element.Field("topic").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : element.Text("topic") ?? "";
        var (list, stop) = lists.Entry(topic, why);
        DateTimeOffset? at = Rfc3339.TryParse(element.Text("at"), out var moment) && Rfc3339.IsCredible(moment) ? moment : null;
        entry = new HttpVendorEntry(who, why, list, stop, at);
        return true;
    }

    private bool TryKind(JsonElement element, out IdentifierKind kind)
    {
        kind = _kind;
        if (element.Field("kind").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return element.ValueKind == JsonValueKind.Object;
        foreach (var known in Enum.GetValues<IdentifierKind>())
        {
            if (element.Text("kind") != Name(known))
                continue;
            kind = known;
            return true;
        }

        return false;
    }

    private bool TryIdentifier(IdentifierKind kind, string? text, out Identifier who) => kind switch
    {
        IdentifierKind.Email => EmailAddress.TryParse(text, out who),
        IdentifierKind.Phone => PhoneNumber.TryParse(text, region, out who),
        _ => PostalKey.TryParse(text, out who),
    };
}
