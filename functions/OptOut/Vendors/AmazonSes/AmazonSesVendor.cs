using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// E-mail through Amazon SES. Opt-outs are contacts on a contact list who are unsubscribed from all of it. Pushes add nobody to the
/// account's suppression list, because that stops service mail as well.
/// </summary>
internal sealed class AmazonSesVendor(AmazonSesApi api, AmazonSesPull pull, TopicCatalogue catalogue, IOptions<AmazonSesOptions> options)
    : IVendor
{
    private readonly SingleList _list = SingleList.Create(catalogue, options.Value.Topics);

    public string Name => AmazonSesPull.Vendor;

    public Channel Channel => Channel.Email;

    public IReadOnlyList<string> Lists { get; } = [AmazonSesPull.Contacts, AmazonSesPull.ContactTopics, AmazonSesPull.Suppressions];

    public IReadOnlyList<string> Pulls { get; } = [AmazonSesPull.Contacts, AmazonSesPull.Suppressions];

    public IReadOnlySet<string> ListsFor(StopSet stops) =>
        _list.Includes(stops) ? FrozenSet.Create(StringComparer.Ordinal, AmazonSesPull.Contacts) : FrozenSet<string>.Empty;

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (push.Identifier.Kind != IdentifierKind.Email)
            return new VendorOutcome.Rejected($"Amazon SES takes e-mail addresses, not a {push.Identifier.Kind} identifier.");
        var failure = _list.Includes(push.Stops) ? await StopAsync(push.Identifier, cancellationToken)
            : push.Confirmed is { } confirmed && _list.Includes(confirmed) ? await AllowAsync(push.Identifier, cancellationToken)
            : null;
        return failure ?? new VendorOutcome.Confirmed();
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        pull.PageAsync(list, until, cursor, cancellationToken);

    private Task<VendorOutcome?> StopAsync(Identifier who, CancellationToken cancellationToken) => ChangeAsync(
        who,
        contact => contact switch
        {
            null => api.CreateContactAsync(who, cancellationToken),
            { } there when IsUnsubscribed(there) => Task.FromResult<VendorOutcome?>(null),
            { } there => api.UpdateContactAsync(who, there, unsubscribeAll: true, cancellationToken),
        },
        cancellationToken);

    // A complaint on the account's list blocks all mail on its own, and would continue to do so after the person asked for mail again. A
    // bounce is not ours to lift.
    private async Task<VendorOutcome?> AllowAsync(Identifier who, CancellationToken cancellationToken)
    {
        var (reason, unknown) = await api.SuppressionAsync(who, cancellationToken);
        if (unknown is not null)
            return unknown;
        if (reason == "COMPLAINT" && await api.LiftSuppressionAsync(who, cancellationToken) is { } notLifted)
            return notLifted;
        return await ChangeAsync(
            who,
            contact => contact is { } there && IsUnsubscribed(there)
                ? api.UpdateContactAsync(who, there, unsubscribeAll: false, cancellationToken)
                : Task.FromResult<VendorOutcome?>(null),
            cancellationToken);
    }

    // Two handlers can look at once, and one then creates (or removes) the contact that the other one is about to create (or update). SES
    // rejects the second call, although the contact can be what it should be: look again, and decide again if the contact came or went.
    private async Task<VendorOutcome?> ChangeAsync(
        Identifier who, Func<JsonElement?, Task<VendorOutcome?>> change, CancellationToken cancellationToken)
    {
        var (before, unknown) = await api.ContactAsync(who, cancellationToken);
        if (unknown is not null)
            return unknown;
        var outcome = await change(before);
        if (outcome is not VendorOutcome.Rejected)
            return outcome;
        var (after, failure) = await api.ContactAsync(who, cancellationToken);
        return failure ?? (before is null == after is null ? outcome : await change(after));
    }

    private static bool IsUnsubscribed(JsonElement contact) => contact.Field("UnsubscribeAll").ValueKind == JsonValueKind.True;
}
