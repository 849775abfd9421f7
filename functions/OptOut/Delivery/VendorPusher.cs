using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>Makes one vendor equal to what we hold for one subject, and writes down what it confirmed.</summary>
internal sealed class VendorPusher(
    SubjectRows subjects, IdentifierIndex index, IdentifierProtector protector, VendorRows rows, TimeProvider time, OptOutMetrics metrics)
{
    // The state may change while we push; then we push again. Somebody pressing faster than a vendor answers is
    // served by their own message.
    private const int MaxRounds = 5;

    /// <param name="message">Why: the event that time-to-stop is counted for.</param>
    /// <param name="subject">The subject's row, as read before this vendor's turn came.</param>
    /// <param name="isRepeated">Whether this message was handled before, perhaps by a process that died and wrote nothing down.</param>
    public async Task<VendorOutcome> PushAsync(
        IVendor vendor,
        SubjectMessage message,
        SubjectRecord subject,
        CancellationToken cancellationToken,
        bool isRepeated = false)
    {
        // The subject's row first, what stands after: what stood before it may be older than what another handler has confirmed since, and
        // would have that taken away again.
        var permissions = await StandingAsync(vendor.Channel, subject, cancellationToken);
        var pushed = isRepeated ? Attempted(message, vendor.Channel, permissions) : [];
        while (true)
        {
            var known = subject.Vendor(vendor.Name);

            // If another handler saved first, our push reached the vendor but no row records it. The same is true of a process that died,
            // unless the row is of this very message.
            if ((pushed.Count == 0 || (isRepeated && known?.Event == message.Id)) && IsDone(vendor.Channel, known, message, permissions))
                return new VendorOutcome.Confirmed();

            // What we put there is in the row, or was pushed by an attempt that no row records.
            var confirmed = known?.Stops.ToDictionary() ?? [];
            foreach (var (hash, stops) in pushed)
                confirmed[hash] = confirmed.TryGetValue(hash, out var other) ? stops.Union(other) : stops;
            var outcome = await PushUntilSettledAsync(vendor, subject, permissions, confirmed, cancellationToken);

            // Nobody ever stopped anything here, and nothing was decided now. After a decision there is a row all the same: it tells a
            // handler that still pushes an earlier one that it was overtaken.
            if (known is null && confirmed.Count == 0 && message.Changes.Count == 0 && outcome is VendorOutcome.Confirmed)
                return outcome;
            var row = Row(outcome, confirmed, message, known);
            if (await rows.TrySaveAsync(subject, vendor.Name, row, cancellationToken))
            {
                Measure(vendor, row, message);
                return outcome;
            }

            (pushed, isRepeated) = (confirmed, false);
            subject = await subjects.LoadAsync(message.Subject, cancellationToken);
            permissions = await StandingAsync(vendor.Channel, subject, cancellationToken);
        }
    }

    // A person who has stopped everything gets nothing at any contact point, shared or not. That needs no look at the contact points' rows.
    private async Task<IReadOnlyList<IdentifierPermission>> StandingAsync(
        Channel channel, SubjectRecord subject, CancellationToken cancellationToken) =>
        subject.State.Consent.Stops(channel).IsEverything
            ?
            [
                .. subject.Profile.Identifiers
                    .Where(i => i.Channels.Contains(channel))
                    .Select(i => new IdentifierPermission(i, ContactAnswers.Of(i, subject.State.Consent), 0)),
            ]
            : await index.AnswersAsync(subject, channel, cancellationToken);

    private async Task<VendorOutcome> PushUntilSettledAsync(
        IVendor vendor,
        SubjectRecord subject,
        IReadOnlyList<IdentifierPermission> permissions,
        Dictionary<IdentifierHash, StopSet> confirmed,
        CancellationToken cancellationToken)
    {
        var outcome = await PushAllAsync(vendor, permissions, confirmed, cancellationToken);
        for (var round = 1; outcome is VendorOutcome.Confirmed && round < MaxRounds; round++)
        {
            // Another handler may have loaded a later state and pushed before us: what we pushed would then be the older one.
            var now = await index.AnswersAsync(subject, vendor.Channel, cancellationToken);
            if (Same(vendor.Channel, now, permissions))
                break;
            permissions = now;
            outcome = await PushAllAsync(vendor, permissions, confirmed, cancellationToken);
        }

        return outcome;
    }

    private async Task<VendorOutcome> PushAllAsync(
        IVendor vendor,
        IReadOnlyList<IdentifierPermission> permissions,
        Dictionary<IdentifierHash, StopSet> confirmed,
        CancellationToken cancellationToken)
    {
        foreach (var permission in permissions)
        {
            if (!permission.Stops.TryGetValue(vendor.Channel, out var stops))
                continue;
            var hash = protector.Hash(permission.Identifier);
            var before = confirmed.GetValueOrDefault(hash);
            if (stops.IsNothing && before is null or { IsNothing: true })
                continue;
            if (await vendor.PushAsync(new VendorPush(permission.Identifier, stops, before), cancellationToken) is var outcome
                and not VendorOutcome.Confirmed)
            {
                // The vendor may have done it, and only its answer was lost.
                if (outcome is VendorOutcome.Transient)
                    confirmed[hash] = before is null ? stops : before.Union(stops);
                return outcome;
            }

            confirmed[hash] = stops;
        }

        return new VendorOutcome.Confirmed();
    }

    // The Stops that a process which died may have pushed for this message. Without this, an Allow that comes later would find nothing of
    // ours to take away, and the person would stay on the vendor's list:
    //   push Stop -> vendor has it -> dies before the row is saved -> Allow: no row -> nothing removed
    private Dictionary<IdentifierHash, StopSet> Attempted(
        SubjectMessage message, Channel channel, IReadOnlyList<IdentifierPermission> permissions)
    {
        var stops = message.Changes
            .Where(c => c.Decision == Decision.Stop && (c.Scope.Channel is null || c.Scope.Channel == channel))
            .Aggregate(StopSet.Nothing, (all, c) => all.Union(c.Scope.Topic is { } topic ? new StopSet(false, [topic]) : StopSet.Everything));
        return stops.IsNothing
            ? []
            : permissions.Where(p => p.Stops.ContainsKey(channel)).ToDictionary(p => protector.Hash(p.Identifier), _ => stops);
    }

    // The same message delivered again, or the retry of one that a later message has overtaken.
    private bool IsDone(Channel channel, VendorRow? known, SubjectMessage message, IReadOnlyList<IdentifierPermission> permissions) =>
        known is { Status: VendorStatus.Confirmed } && (known.Event == message.Id || known.Since > message.At)
        && permissions.All(p => !p.Stops.TryGetValue(channel, out var stops)
            || stops.Equals(known.Stops.GetValueOrDefault(protector.Hash(p.Identifier), StopSet.Nothing)));

    // What was pushed is the state of now, so the row tells of the latest event that anybody has told the vendor of.
    private VendorRow Row(VendorOutcome outcome, Dictionary<IdentifierHash, StopSet> confirmed, SubjectMessage message, VendorRow? known) =>
        new(
            outcome switch
            {
                VendorOutcome.Confirmed => VendorStatus.Confirmed,
                VendorOutcome.Rejected => VendorStatus.Rejected,
                _ => VendorStatus.Waiting,
            },
            confirmed,
            known?.Since > message.At ? known.Event : message.Id,
            known?.Since > message.At ? known.Since : message.At,
            outcome is VendorOutcome.Confirmed ? time.GetUtcNow() : null,
            message.Attempt + 1,
            outcome switch
            {
                VendorOutcome.Transient t => t.Reason,
                VendorOutcome.Rejected r => r.Reason,
                _ => null,
            });

    // Once for each Stop a vendor holds: not where it had nothing to hold, nor for a message that a later one has overtaken.
    private void Measure(IVendor vendor, VendorRow row, SubjectMessage message)
    {
        if (row is { TimeToStop: { } took }
            && row.Event == message.Id
            && row.Stops.Values.Any(s => !s.IsNothing)
            && message.Changes.Any(c => c.Decision == Decision.Stop))
        {
            metrics.StopConfirmed(vendor.Name, vendor.Channel.Name(), took);
        }
    }

    private static bool Same(Channel channel, IReadOnlyList<IdentifierPermission> a, IReadOnlyList<IdentifierPermission> b) =>
        a.Count == b.Count && a.Zip(b).All(p => p.First.Identifier == p.Second.Identifier
            && Equals(p.First.Stops.GetValueOrDefault(channel), p.Second.Stops.GetValueOrDefault(channel)));
}
