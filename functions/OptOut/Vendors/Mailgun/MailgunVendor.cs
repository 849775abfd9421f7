using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// E-mail through Mailgun: each domain has a list of unsubscribes, one of complaints and one of bounces, and sends to nobody on any of
/// them.
/// </summary>
internal sealed class MailgunVendor : IVendor
{
    private readonly MailgunApi _api;
    private readonly MailgunPull _pull;
    private readonly SingleList _list;
    private readonly string[] _domains;

    public MailgunVendor(MailgunApi api, MailgunPull pull, TopicCatalogue catalogue, IOptions<MailgunOptions> options)
    {
        (_api, _pull) = (api, pull);
        _list = SingleList.Create(catalogue, options.Value.Topics);
        _domains = [.. options.Value.Domains];
        Lists = [.. _domains.SelectMany(MailgunLists.For)];
        Pulls = [.. _domains.SelectMany(MailgunLists.PullsOf)];
    }

    public string Name => "mailgun";

    public Channel Channel => Channel.Email;

    public IReadOnlyList<string> Lists { get; }

    public IReadOnlyList<string> Pulls { get; }

    public IReadOnlySet<string> ListsFor(StopSet stops) =>
        (_list.Includes(stops) ? _domains.Select(d => MailgunLists.Name(MailgunLists.Unsubscribes, d)) : []).ToFrozenSet(
            StringComparer.Ordinal);

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (push.Identifier.Kind != IdentifierKind.Email)
            return new VendorOutcome.Rejected($"Mailgun takes e-mail addresses, not a {push.Identifier.Kind} identifier.");

        VendorOutcome? refusal = null;
        foreach (var domain in _domains)
        {
            var outcome = _list.Includes(push.Stops) ? await _api.UnsubscribeAsync(domain, push.Identifier, cancellationToken)
                : push.Confirmed is { } confirmed && _list.Includes(confirmed)
                ? await AllowAsync(domain, push.Identifier, cancellationToken)
                : null;
            if (outcome is VendorOutcome.Transient)
                return outcome;
            refusal ??= outcome; // A refusal for one domain does not prevent the Stop on the others.
        }

        return refusal ?? new VendorOutcome.Confirmed();
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        _pull.PageAsync(list, until, cursor, cancellationToken);

    // A complaint blocks all mail on its own, and would continue to do so after the person asked for mail again.
    private async Task<VendorOutcome?> AllowAsync(string domain, Identifier who, CancellationToken cancellationToken) =>
        await _api.RemoveAsync(MailgunLists.Complaints, domain, who, cancellationToken)
        ?? await _api.RemoveAsync(MailgunLists.Unsubscribes, domain, who, cancellationToken);
}
