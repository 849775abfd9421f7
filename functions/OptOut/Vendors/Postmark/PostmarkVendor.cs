using System.Collections.Frozen;
using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Postmark;

/// <summary>
/// E-mail through Postmark: each message stream has a list of suppressed addresses, whatever the reason, and sends to none of them.
/// https://postmarkapp.com/developer/api/suppressions-api
/// </summary>
internal sealed class PostmarkVendor(PostmarkApi api, PostmarkStreams streams) : IVendor
{
    public string Name => "postmark";

    public Channel Channel => Channel.Email;

    public IReadOnlyList<string> Lists => streams.All;

    public IReadOnlySet<string> ListsFor(StopSet stops) => streams.For(stops).ToFrozenSet(StringComparer.Ordinal);

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken) =>
        push.Identifier.Kind != IdentifierKind.Email
            ? new VendorOutcome.Rejected($"Postmark takes e-mail addresses, not a {push.Identifier.Kind} identifier.")
            : await AddAsync(push, cancellationToken) ?? await RemoveAsync(push, cancellationToken) ?? new VendorOutcome.Confirmed();

    public async Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        if (!Lists.Contains(list))
            throw new ArgumentException($"'{list}' is no stream of OptOut:Postmark:Streams.", nameof(list));
        if (cursor is not null)
            return new VendorPull.Failed(new VendorOutcome.Rejected("The cursor is none of Postmark's, which gives out no pages; begin the run again."));

        var (items, failure) = await api.DumpAsync(list, cancellationToken);
        if (failure is not null)
            return new VendorPull.Failed(failure);
        var entries = items!.Select(i => Read(list, i)).ToArray();
        return new VendorPull.Page([.. entries.OfType<VendorEntry>().Where(e => e.At <= until)], null, entries.Count(e => e is null));
    }

    // A stream that is refused keeps no other from its Stop.
    private async Task<VendorOutcome?> AddAsync(VendorPush push, CancellationToken cancellationToken)
    {
        VendorOutcome? refusal = null;
        foreach (var stream in streams.For(push.Stops))
        {
            var outcome = await AddAsync(stream, push.Identifier, cancellationToken);
            if (outcome is VendorOutcome.Transient)
                return outcome;
            refusal ??= outcome;
        }

        return refusal;
    }

    // Postmark refuses to change a spam complaint into a suppression of ours, and another refusal says "Failed" as well: only the list tells
    // whether the address is stopped.
    private async Task<VendorOutcome?> AddAsync(string stream, Identifier who, CancellationToken cancellationToken)
    {
        var (taken, failure) = await api.SuppressAsync(stream, who, cancellationToken);
        if (taken || failure is not null)
            return failure;
        var (suppressed, unknown) = await api.IsSuppressedAsync(stream, who, cancellationToken);
        return suppressed ? null : unknown ?? new VendorOutcome.Rejected($"Postmark refused to suppress the address in the stream {stream}, and it is not suppressed there: mail of that stream still reaches it.");
    }

    private async Task<VendorOutcome?> RemoveAsync(VendorPush push, CancellationToken cancellationToken)
    {
        foreach (var stream in push.Confirmed is { } confirmed ? streams.For(confirmed).Except(streams.For(push.Stops)) : [])
        {
            var (taken, failure) = await api.ReactivateAsync(stream, push.Identifier, cancellationToken);
            if (failure is not null)
                return failure;
            if (!taken)
                return new VendorOutcome.Rejected($"Postmark lifts no spam complaint or unsubscription of the person's own in the stream {stream}, so the person, who asked for mail again, gets none: let Postmark's support lift it.");
        }

        return null;
    }

    private VendorEntry? Read(string stream, JsonElement item) =>
        !item.TryEmail("EmailAddress", out var who) || !item.TryMoment("CreatedAt", out var at) ? null : item.Text("SuppressionReason") switch
        {
            // The scope is never recorded: an undeliverable address says nothing about the person.
            "HardBounce" => new VendorEntry(who, stream, VendorEntryKind.Undeliverable, new Scope(Channel.Email, null), at),
            "SpamComplaint" => new VendorEntry(who, stream, VendorEntryKind.Complaint, Scope.Everything, at),

            // ManualSuppression: by Recipient the person unsubscribed, by Customer it was us, or somebody at the controller for the person. A
            // reason that Postmark adds one day is a Stop until it is known to be none.
            _ => new VendorEntry(who, stream, VendorEntryKind.Unsubscribed, streams.StopOf(stream) ?? Scope.Everything, at),
        };
}
