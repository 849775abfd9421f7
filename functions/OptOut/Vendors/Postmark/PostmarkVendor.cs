using System.Collections.Frozen;
using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors.Postmark;

/// <summary>
/// E-mail through Postmark: each message stream has one list of suppressed addresses, whatever the reason, and sends to none of them.
/// https://postmarkapp.com/developer/api/suppressions-api
/// </summary>
internal sealed class PostmarkVendor(PostmarkApi api, PostmarkStreams streams) : IVendor
{
    public const string VendorName = "postmark";

    public string Name => VendorName;

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
            throw new ArgumentException($"'{list}' is not a stream in OptOut:Postmark:Streams.", nameof(list));
        if (cursor is not null)
        {
            return new VendorPull.Failed(
                new VendorOutcome.Rejected("The cursor is not valid, because Postmark's lists have no pages; start the run again."));
        }

        var (items, failure) = await api.DumpAsync(list, cancellationToken);
        if (failure is not null)
            return new VendorPull.Failed(failure);
        var entries = items!.Select(i => Read(list, i)).ToArray();
        return new VendorPull.Page([.. entries.OfType<VendorEntry>().Where(e => e.At <= until)], null, entries.Count(e => e is null));
    }

    // A refusal for one stream does not prevent the Stop on the others.
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

    // Postmark refuses to turn a spam complaint into a suppression of ours, and answers other refusals with "Failed" too: only the list
    // shows whether the address is stopped.
    private async Task<VendorOutcome?> AddAsync(string stream, Identifier who, CancellationToken cancellationToken)
    {
        var (accepted, failure) = await api.SuppressAsync(stream, who, cancellationToken);
        if (accepted || failure is not null)
            return failure;
        var (suppressed, unknown) = await api.IsSuppressedAsync(stream, who, cancellationToken);
        return suppressed
            ? null
            : unknown
                ?? new VendorOutcome.Rejected(
                    $"Postmark refused to suppress the address in the stream {stream}, and it is not "
                        + "suppressed there: mail of that stream still reaches it.");
    }

    private async Task<VendorOutcome?> RemoveAsync(VendorPush push, CancellationToken cancellationToken)
    {
        foreach (var stream in push.Confirmed is { } confirmed ? streams.For(confirmed).Except(streams.For(push.Stops)) : [])
        {
            var (accepted, failure) = await api.ReactivateAsync(stream, push.Identifier, cancellationToken);
            if (failure is not null)
                return failure;
            if (!accepted)
            {
                return new VendorOutcome.Rejected(
                    $"Postmark does not lift a spam complaint or the person's own unsubscription in the stream {stream}, so the "
                        + "person asked for mail again but receives none: ask Postmark's support to lift it.");
            }
        }

        return null;
    }

    private VendorEntry? Read(string stream, JsonElement item) =>
        !item.TryEmail("EmailAddress", out var who) || !item.TryMoment("CreatedAt", out var at)
            ? null
            : item.Text("SuppressionReason") switch
            {
                // The scope is never recorded: an undeliverable address says nothing about the person.
                "HardBounce" => new VendorEntry(who, stream, VendorEntryKind.Undeliverable, new Scope(Channel.Email, null), at),
                "SpamComplaint" => new VendorEntry(who, stream, VendorEntryKind.Complaint, Scope.Everything, at),

                // ManualSuppression: by Recipient means that the person unsubscribed; by Customer, that it was us or somebody at the
                // controller on the person's behalf. A reason that Postmark adds in the future counts as a Stop until it is known not to be
                // one.
                _ => new VendorEntry(who, stream, VendorEntryKind.Unsubscribed, streams.StopOf(stream) ?? Scope.Everything, at),
            };
}
