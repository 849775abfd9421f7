using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform.Http;

namespace OptOut.Vendors.Dialler;

/// <summary>Reads the do-not-call list page by page.</summary>
internal sealed class DiallerPull(VendorHttp http, DiallerOptions options, string region)
{
    private const string Operation = "GET do-not-call";

    // A cursor is stored with the run and is part of the URL of the next call.
    private const int MaxCursor = 500, IdentifyingDigits = 8;

    public async Task<VendorPull> PageAsync(DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        var query =
            $"?until={Uri.EscapeDataString(Rfc3339.Write(until))}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}";
        var call = DiallerVendor.Call(options, HttpMethod.Get, DiallerVendor.List + query, Operation);
        var reply = await http.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return new VendorPull.Failed(failure);
        if (reply.Json is not { } json || json.Items("entries") is not { } elements || !TryNext(json, out var next))
            return new VendorPull.Failed(call.Unreadable());
        if (next is not null && next == cursor)
        {
            return new VendorPull.Failed(
                new VendorOutcome.Transient(null, $"The dialler's answer to {Operation} gives the current page as the next page."));
        }

        var entries = new List<VendorEntry>(elements.Count);
        var unreadable = 0;
        foreach (var element in elements)
        {
            if (!element.TryNumber(region, out var who) || !element.TryInstant("since", out var since))
                unreadable++;
            else if (since <= until)
                entries.Add(new VendorEntry(who, DiallerVendor.List, VendorEntryKind.Unsubscribed, Scope.Everything, since));
        }

        return IsPersonal(next, entries)
            ? new VendorPull.Failed(new VendorOutcome.Rejected(
                $"The dialler's answer to {Operation} contains a telephone number in next, which is stored and is part of a URL; "
                    + "page by a position or by an id of its own."))
            : new VendorPull.Page(entries, next, unreadable);
    }

    private static bool TryNext(JsonElement json, out string? next)
    {
        next = json.Text("next");
        return json.Field("next").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
            || (next is { Length: > 0 and <= MaxCursor } && next.All(c => c is > ' ' and <= '~'));
    }

    private bool IsPersonal(string? next, List<VendorEntry> entries) =>
        next is not null
        && (PhoneNumber.TryParse(next, region, out _)
            || entries.Exists(e => next.Contains(e.Identifier.Value[^IdentifyingDigits..], StringComparison.Ordinal)));
}
