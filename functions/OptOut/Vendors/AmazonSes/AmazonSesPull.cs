using System.Text.Json;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

/// <summary>Reads the contact list and the account's suppression list, page by page.</summary>
internal sealed class AmazonSesPull(AmazonSesApi api, VendorCursors cursors, IOptions<AmazonSesOptions> options)
{
    public const string Vendor = "amazon-ses";

    /// <summary>Contacts who are unsubscribed from all of the contact list.</summary>
    public const string Contacts = "contacts";

    /// <summary>
    /// Contacts who are opted out of some of the list's own topics. They are read together with the contacts, and pushes do not change
    /// them.
    /// </summary>
    public const string ContactTopics = "contact-topics";

    /// <summary>The account's suppression list, with complaints and bounces.</summary>
    public const string Suppressions = "account-suppressions";

    public async Task<VendorPull> PageAsync(string pull, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        if (!cursors.TryDecrypt(Vendor, pull, cursor, out var token))
            return Refused("The cursor does not belong to this Amazon SES list; start the run again.");

        var (page, failure) = pull switch
        {
            Contacts => await api.ContactsAsync(token, cancellationToken),
            Suppressions => await api.SuppressionsAsync(token, cancellationToken),
            _ => throw new ArgumentException($"'{pull}' is not a list of Amazon SES.", nameof(pull)),
        };
        if (page is null)
            return new VendorPull.Failed(failure!);
        if (page.Next is not null && page.Next == token)
            return Refused("Amazon SES gives the current page as the next page, which would never end.");

        var unreadable = 0;
        var entries = new List<VendorEntry>();
        foreach (var item in page.Items)
        {
            if (!TryRead(pull, item, out var entry))
                unreadable++;
            else if (entry is not null && entry.At <= until)
                entries.Add(entry);
        }

        return new VendorPull.Page(entries, page.Next is { Length: > 0 } next ? cursors.Encrypt(Vendor, pull, next) : null, unreadable);
    }

    /// <returns>Whether it could be read. The entry is null if the item is not an opt-out.</returns>
    private bool TryRead(string pull, JsonElement item, out VendorEntry? entry)
    {
        entry = null;
        if (pull == Contacts)
        {
            if (ListOf(item) is not { } list)
                return item.ValueKind == JsonValueKind.Object;
            if (!item.TryEmail("EmailAddress", out var contact) || !item.TryUnix("LastUpdatedTimestamp", out var updated))
                return false;
            entry = new VendorEntry(contact, list, VendorEntryKind.Unsubscribed, Scope.Everything, updated);
            return true;
        }

        if (!item.TryEmail("EmailAddress", out var who)
            || !item.TryUnix("LastUpdateTime", out var at)
            || item.Text("Reason") is not { } reason)
        {
            return false;
        }

        // A bounce's scope is never recorded: an undeliverable address says nothing about the person.
        entry = reason == "BOUNCE"
            ? new VendorEntry(who, Suppressions, VendorEntryKind.Undeliverable, new Scope(Channel.Email, null), at)
            : new VendorEntry(who, Suppressions, VendorEntryKind.Complaint, Scope.Everything, at);
        return true;
    }

    private string? ListOf(JsonElement contact)
    {
        if (contact.Field("UnsubscribeAll").ValueKind == JsonValueKind.True)
            return Contacts;
        return options.Value.ListTopicOptOuts == ListTopicOptOut.Everything
            && contact.Items("TopicPreferences")?.Any(p => p.Text("SubscriptionStatus") == "OPT_OUT") == true
            ? ContactTopics
            : null;
    }

    private static VendorPull.Failed Refused(string reason) => new(new VendorOutcome.Rejected(reason));
}
