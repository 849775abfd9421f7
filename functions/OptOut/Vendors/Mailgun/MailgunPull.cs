using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Messaging;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// Reads Mailgun's lists page by page, in alphabetical order. The next page is requested by the last address of the previous one, and
/// cursors are stored, so they are encrypted.
/// </summary>
internal sealed class MailgunPull(MailgunApi api, VendorCursors cursors, IOptions<MailgunOptions> options)
{
    private readonly FrozenDictionary<string, (string List, string Domain)> _pulls = options.Value.Domains
        .SelectMany(
            domain => new[] { MailgunLists.Unsubscribes, MailgunLists.Complaints, MailgunLists.Bounces }, (domain, list) => (list, domain))
        .ToFrozenDictionary(p => MailgunLists.Name(p.list, p.domain), p => (p.list, p.domain), StringComparer.Ordinal);

    public async Task<VendorPull> PageAsync(string pull, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        if (!_pulls.TryGetValue(pull, out var source))
            throw new ArgumentException($"'{pull}' is not a list of Mailgun's.", nameof(pull));
        if (!cursors.TryDecrypt("mailgun", pull, cursor, out var query))
            return Refused("The cursor does not belong to this Mailgun list; start the run again.");

        var (page, failure) = await api.PageAsync(source.List, source.Domain, query, cancellationToken);
        if (page is null)
            return new VendorPull.Failed(failure!);
        if (page.Items.Count == 0)
            return new VendorPull.Page([], null);
        if (page.Next is not null && page.Next == query)
            return Refused("Mailgun gives the current page as the next page, which would never end.");

        var entries = page.Items.Select(item => Read(source.List, source.Domain, item)).ToArray();
        return new VendorPull.Page(
            [.. entries.OfType<VendorEntry>().Where(e => e.At <= until)],
            page.Next is null ? null : cursors.Encrypt("mailgun", pull, page.Next),
            entries.Count(e => e is null));
    }

    private static VendorEntry? Read(string list, string domain, JsonElement item)
    {
        if (!item.TryEmail("address", out var who) || !MailgunDate.TryParse(item.Text("created_at"), out var at))
            return null;
        return list switch
        {
            // The scope is never recorded: an undeliverable address says nothing about the person.
            MailgunLists.Bounces => new VendorEntry(
                who, MailgunLists.Name(list, domain), VendorEntryKind.Undeliverable, new Scope(Channel.Email, null), at),
            MailgunLists.Complaints =>
                new VendorEntry(who, MailgunLists.Name(list, domain), VendorEntryKind.Complaint, Scope.Everything, at),

            // Somebody who used the link of one tag was not offered the consolidated choice beside it, so the objection is to everything
            // (GDPR art. 21(2)-(3)).
            _ => new VendorEntry(
                who,
                MailgunLists.Name(IsOfAllTags(item) ? list : MailgunLists.Tags, domain),
                VendorEntryKind.Unsubscribed,
                Scope.Everything,
                at),
        };
    }

    // Older responses have a single tag, as text.
    private static bool IsOfAllTags(JsonElement item) => item.Items("tags") is { } tags
        ? tags.Any(t => t.Text() == MailgunApi.AllTags)
        : item.Text("tag") is null or MailgunApi.AllTags;

    private static VendorPull.Failed Refused(string reason) => new(new VendorOutcome.Rejected(reason));
}
