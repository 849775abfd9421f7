using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>
/// Makes the vendors of a channel equal to what we hold for one subject, side by side, and writes down what they confirmed: one look at
/// what stands before the push, one after it, and one write, however many vendors there are.
/// </summary>
internal sealed class VendorPusher(
    SubjectRows subjects,
    IdentifierIndex index,
    IdentifierProtector protector,
    VendorRows rows,
    VendorLanes lanes,
    TimeProvider time,
    OptOutMetrics metrics)
{
    // The state may change while we push; then we push again. Somebody pressing faster than a vendor answers is
    // served by their own message.
    private const int MaxRounds = 5;

    /// <summary>Pushes to one vendor, for as long as that takes.</summary>
    public async Task<VendorOutcome> PushAsync(
        IVendor vendor, SubjectMessage message, SubjectRecord subject, CancellationToken cancellationToken, bool isRepeated = false) =>
        (await PushAsync([vendor], message, subject, isRepeated, inTime: false, cancellationToken))[0].Outcome;

    /// <param name="vendors">Vendors of one channel.</param>
    /// <param name="message">Why: the event that time-to-stop is counted for.</param>
    /// <param name="subject">The subject's row, as read before the vendors' turn came.</param>
    /// <param name="isRepeated">Whether this message was handled before, perhaps by a process that died and wrote nothing down.</param>
    /// <param name="inTime">Whether to give up on a vendor that is slow.</param>
    /// <param name="cancellationToken">Cancelled when the host stops.</param>
    /// <returns>The push to each vendor, in the order of <paramref name="vendors"/>.</returns>
    public async Task<IReadOnlyList<PendingPush>> PushAsync(
        IReadOnlyList<IVendor> vendors,
        SubjectMessage message,
        SubjectRecord subject,
        bool isRepeated,
        bool inTime,
        CancellationToken cancellationToken)
    {
        // The subject's row first, what stands after: what stood before it may be older than what another handler has confirmed since, and
        // would have that taken away again.
        var channel = vendors[0].Channel;
        var permissions = await StandingAsync(channel, subject, cancellationToken);
        PendingPush[] all =
            [.. vendors.Select(v => new PendingPush(v, inTime) { Pushed = isRepeated ? Attempted(message, channel, permissions) : [] })];
        for (var open = all; ; isRepeated = false)
        {
            foreach (var push in open)
                push.Known = subject.Vendor(push.Vendor.Name);

            // If another handler saved first, our push reached the vendor but no row records it. The same is true of a process that died,
            // unless the row is of this very message.
            open =
            [
                .. open.Where(p => !((p.Pushed.Count == 0 || (isRepeated && p.Known?.Event == message.Id))
                    && IsDone(channel, p.Known, message, permissions))),
            ];
            await PushUntilSettledAsync(open, message, subject, permissions, cancellationToken);
            open = await SaveAsync(open, message, subject, cancellationToken);
            if (open.Length == 0)
                return all;

            foreach (var push in open)
                push.Pushed = push.Confirmed;
            subject = await subjects.LoadAsync(message.Subject, cancellationToken);
            permissions = await StandingAsync(channel, subject, cancellationToken);

            // Nobody is left to write anything down for.
            if (subject.Tag is null)
                return all;
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

    private async Task PushUntilSettledAsync(
        IReadOnlyList<PendingPush> pushes,
        SubjectMessage message,
        SubjectRecord subject,
        IReadOnlyList<IdentifierPermission> permissions,
        CancellationToken cancellationToken)
    {
        foreach (var push in pushes)
            push.Begin();
        var open = pushes;
        for (var round = 1; open.Count > 0; round++)
        {
            await Task.WhenAll(open.Select(p => PushOneAsync(p, message, permissions, cancellationToken)));
            open = [.. open.Where(p => p.Outcome is VendorOutcome.Confirmed)];
            if (open.Count == 0 || round == MaxRounds)
                return;

            // Another handler may have loaded a later state and pushed before us: what we pushed would then be the older one.
            var channel = open[0].Vendor.Channel;
            var now = await index.AnswersAsync(subject, channel, cancellationToken);
            if (Same(channel, now, permissions))
                return;
            permissions = now;
        }
    }

    private async Task PushOneAsync(
        PendingPush push, SubjectMessage message, IReadOnlyList<IdentifierPermission> permissions, CancellationToken cancellationToken)
    {
        using var span = OptOutTrace.Push(push.Vendor.Name, message.Subject, message.Attempt + 1);
        push.Outcome = push.InTime
            ? await lanes.PushInTimeAsync(push.Vendor, limit => PushAllAsync(push, permissions, limit), cancellationToken)
            : message.Vendor is null
                ? await PushAllAsync(push, permissions, cancellationToken)
                : await lanes.PushLateAsync(push.Vendor, limit => PushAllAsync(push, permissions, limit), cancellationToken);
        span.Ended(push.Outcome.Name);
    }

    private async Task<VendorOutcome> PushAllAsync(
        PendingPush push, IReadOnlyList<IdentifierPermission> permissions, CancellationToken cancellationToken)
    {
        var (vendor, confirmed) = (push.Vendor, push.Confirmed);
        foreach (var permission in permissions)
        {
            if (!permission.Stops.TryGetValue(vendor.Channel, out var stops))
                continue;
            var hash = protector.Hash(permission.Identifier);
            var before = confirmed.GetValueOrDefault(hash);
            if (stops.IsNothing && before is null or { IsNothing: true })
                continue;

            // Until it answers, and if its answer is lost, the vendor may have both.
            confirmed[hash] = before is null ? stops : before.Union(stops);
            switch (await vendor.PushAsync(new VendorPush(permission.Identifier, stops, before), cancellationToken))
            {
                case VendorOutcome.Confirmed:
                    confirmed[hash] = stops;
                    break;
                case VendorOutcome.Rejected rejected:
                    if (before is null)
                        confirmed.Remove(hash);
                    else
                        confirmed[hash] = before;
                    return rejected;
                case var outcome:
                    return outcome;
            }
        }

        return new VendorOutcome.Confirmed();
    }

    /// <returns>The pushes whose text another handler wrote meanwhile.</returns>
    private async Task<PendingPush[]> SaveAsync(
        IReadOnlyList<PendingPush> pushes, SubjectMessage message, SubjectRecord subject, CancellationToken cancellationToken)
    {
        // Nobody ever stopped anything here, and nothing was decided now. After a decision there is a row all the same: it tells a
        // handler that still pushes an earlier one that it was overtaken.
        PendingPush[] noted =
        [
            .. pushes.Where(p =>
                p is not { Known: null, Confirmed.Count: 0, Outcome: VendorOutcome.Confirmed } || message.Changes.Count > 0),
        ];
        foreach (var push in noted)
            push.Row = push.ToRow(message, time.GetUtcNow());
        var saved = await rows.TrySaveAsync(subject, noted.Select(p => (p.Vendor.Name, p.Row!)), cancellationToken);
        foreach (var push in noted.Where(p => saved.Contains(p.Vendor.Name)))
            Measure(push.Vendor, push.Row!, message);
        return [.. noted.Where(p => !saved.Contains(p.Vendor.Name))];
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

    // The same message delivered again. That the row is of a later moment says nothing: moments are not the order in which the store took
    // changes, and another handler may be taking off right now what the row says.
    private bool IsDone(Channel channel, VendorRow? known, SubjectMessage message, IReadOnlyList<IdentifierPermission> permissions) =>
        known is { Status: VendorStatus.Confirmed } && known.Event == message.Id
        && permissions.All(p => !p.Stops.TryGetValue(channel, out var stops)
            || stops.Equals(known.Stops.GetValueOrDefault(protector.Hash(p.Identifier), StopSet.Nothing)));

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
