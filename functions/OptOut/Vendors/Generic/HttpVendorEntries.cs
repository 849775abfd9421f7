using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Generic;

/// <summary>A contact point on the vendor's list, or in one of its events.</summary>
/// <param name="At">The vendor's time; null when there is none, or it is not RFC 3339.</param>
internal readonly record struct HttpVendorEntry(Identifier Who, VendorEntryKind Kind, string List, Scope Stop, DateTimeOffset? At);

/// <summary>
/// Reads the fields that entries and events have in common: <c>identifier</c>, <c>kind</c>, <c>topic</c> and <c>at</c>. Never throws,
/// whatever the vendor sends.
/// </summary>
/// <param name="channel">The vendor's channel.</param>
/// <param name="lists">The meaning of the vendor's lists.</param>
/// <param name="region">The country of phone numbers that are written without one.</param>
internal sealed class HttpVendorEntries(Channel channel, HttpVendorLists lists, string region)
{
    private readonly IdentifierKind _kind = Identifier.KindFor(channel);

    /// <summary>The name of an <see cref="IdentifierKind"/> in JSON.</summary>
    public static string Name(IdentifierKind kind) => kind switch
    {
        IdentifierKind.Email => "email",
        IdentifierKind.Phone => "phone",
        _ => "postal",
    };

    /// <summary>Whether the entry is about a kind of contact point that the vendor's channel does not use.</summary>
    public bool IsOfAnotherKind(JsonElement element) => TryKind(element, out var kind) && kind != _kind;

    /// <param name="element">Any JSON value.</param>
    /// <param name="reason">Why the entry is on the list.</param>
    public bool TryRead(JsonElement element, VendorEntryKind reason, out HttpVendorEntry entry)
    {
        entry = default;
        if (!TryKind(element, out var kind) || !TryIdentifier(kind, element.Text("identifier"), out var who))
            return false;

        // A value that is not text counts as an unknown topic.
        var topic = element.Field("topic").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : element.Text("topic") ?? "";
        var (list, stop) = lists.Entry(topic, reason);
        DateTimeOffset? at = Rfc3339.TryParse(element.Text("at"), out var moment) && Rfc3339.IsPlausible(moment) ? moment : null;
        entry = new HttpVendorEntry(who, reason, list, stop, at);
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
        IdentifierKind.Phone => PhoneNumber.TryParseVouched(text, region, out who),
        _ => PostalKey.TryParse(text, out who),
    };
}
