using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Reads SendGrid's lists page by page. Unsubscribes, spam reports and bounces accept limit (at most 500), offset and an inclusive
/// end_time (https://www.twilio.com/docs/sendgrid/api-reference/suppressions-global-suppressions/retrieve-all-global-suppressions). The
/// list of all group entries has no documented parameters
/// (https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions/retrieve-all-suppressions) but is known to accept limit
/// and offset (https://github.com/sendgrid/docs/issues/5178). So nothing here relies on the size of a page: the list ends with an empty
/// page, with a repeated page, or with a page longer than requested.
/// </summary>
internal sealed class SendGridPull(SendGridApi api, SendGridLists lists, SendGridOptions options)
{
    private const int Limit = 500;

    public async Task<VendorPull> PageAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        if (!TryCursor(cursor, out var offset, out var seen))
            return new VendorPull.Failed(new VendorOutcome.Rejected("The cursor does not belong to SendGrid; start the run again."));
        if (Call(list, until, offset) is not { } call)
            throw new ArgumentException($"'{list}' is not a list of SendGrid's.", nameof(list));

        var reply = await api.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return new VendorPull.Failed(failure);
        return reply.Json is { ValueKind: JsonValueKind.Array } page
            ? Page(list, until, page, offset, seen, Fingerprint(reply.Body))
            : new VendorPull.Failed(call.Unreadable());
    }

    private VendorCall? Call(string list, DateTimeOffset until, int offset)
    {
        var (path, scope) = list switch
        {
            SendGridLists.Global => ("suppression/unsubscribes", "suppression.unsubscribes.read"),
            SendGridLists.Groups => ("asm/suppressions", "asm.groups.suppressions.read"),
            SendGridLists.SpamReports => ("suppression/spam_reports", "suppression.spam_reports.read"),
            SendGridLists.Bounces => ("suppression/bounces", "suppression.bounces.read"),
            _ => (null, null),
        };
        if (path is null || scope is null)
            return null;

        var query = string.Create(CultureInfo.InvariantCulture, $"?limit={Limit}&offset={offset}");
        if (list != SendGridLists.Groups)
            query += string.Create(CultureInfo.InvariantCulture, $"&start_time=0&end_time={until.ToUnixTimeSeconds()}");
        return api.Call(Method.GET, path, scope, query: query) with { ExpectsJson = true, Timeout = options.PullTimeout };
    }

    private VendorPull.Page Page(string list, DateTimeOffset until, JsonElement array, int offset, string? seen, string fingerprint)
    {
        var count = array.GetArrayLength();
        if (count == 0 || fingerprint == seen)
            return new VendorPull.Page([], null);

        var entries = new List<VendorEntry>(count);
        var known = new HashSet<(Identifier, string)>(count);
        var unreadable = 0;
        foreach (var element in array.EnumerateArray())
        {
            if (!TryRead(list, element, out var entry))
                unreadable++;
            else if (entry is not null && entry.At <= until && known.Add((entry.Identifier, entry.List)))
                entries.Add(entry);
        }

        var next = count > Limit ? null : string.Create(CultureInfo.InvariantCulture, $"{offset + count}.{fingerprint}");
        return new VendorPull.Page(entries, next, unreadable);
    }

    /// <returns>Whether it could be read. The entry is null if it has no meaning here.</returns>
    private bool TryRead(string list, JsonElement element, out VendorEntry? entry)
    {
        entry = null;
        if (!element.TryEmail("email", out var who)
            || !element.TryUnix(list == SendGridLists.Groups ? "created_at" : "created", out var at))
            return false;

        switch (list)
        {
            case SendGridLists.Global:
                entry = new VendorEntry(who, list, VendorEntryKind.Unsubscribed, Scope.Everything, at);
                return true;
            case SendGridLists.SpamReports:
                entry = new VendorEntry(who, list, VendorEntryKind.Complaint, Scope.Everything, at);
                return true;
            case SendGridLists.Bounces:
                // The scope is never recorded: an undeliverable address says nothing about the person.
                entry = new VendorEntry(who, list, VendorEntryKind.Undeliverable, new Scope(Channel.Email, null), at);
                return true;
            default:
                if (element.Number("group_id") is not { } group)
                    return false;
                if (lists.GroupEntry(group) is { } meaning)
                    entry = new VendorEntry(who, meaning.List, VendorEntryKind.Unsubscribed, meaning.Stop, at);
                return true;
        }
    }

    private static bool TryCursor(string? cursor, out int offset, out string? seen)
    {
        (offset, seen) = (0, null);
        if (cursor is null)
            return true;
        if (cursor.Split('.') is not [var number, var fingerprint]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out offset))
        {
            return false;
        }

        seen = fingerprint;
        return true;
    }

    // The hash is keyed, because a cursor is stored and a page may contain a single address.
    private string Fingerprint(byte[] page) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.ApiKey), page).AsSpan(0, 8));
}
