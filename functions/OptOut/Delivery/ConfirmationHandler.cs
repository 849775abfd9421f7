using System.Globalization;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Delivery;

/// <summary>
/// Confirms to the person what was recorded (Royal Decree of 4 April 2003, art. 2). The first submission is confirmed at once. What follows
/// within <see cref="ConfirmationOptions.Interval"/> is confirmed by one mail at its end, with the state as it is then. Each entry of the
/// ledger is in exactly one mail; a process that dies between the mail and the row that records it sends that mail a second time, which is
/// better than never.
/// </summary>
internal sealed class ConfirmationHandler(
    ConsentStore consent,
    SubjectRows subjects,
    SharedContactPoints shared,
    ConfirmationLog log,
    StrangerMailLimiter strangers,
    IdentifierProtector protector,
    ConfirmationMail mail,
    MailDispatch dispatch,
    ChangePublisher publisher,
    DeliveryGuard guard,
    TimeProvider time,
    IOptions<ConfirmationOptions> options)
{
    // A mail names each submission. More than these wait for the next one.
    private const int MaxEntries = 250, MaxEarlier = 50;

    // Longer than it takes to send a mail, with its retries, and to write that down.
    private static readonly TimeSpan Sending = TimeSpan.FromSeconds(30);

    // Before anything was confirmed (a person without an address), older entries are not news. Those just before this one may be.
    private static readonly TimeSpan News = TimeSpan.FromDays(1);

    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) =>
        guard.HandleAsync<SubjectMessage>(
            received, Topology.Confirmation, (message, _) => HandleAsync(message, cancellationToken), cancellationToken);

    private async Task<Settlement> HandleAsync(SubjectMessage message, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled || message.Changes.Count == 0 || !message.Changes[0].Source.IsToUs())
            return Settlement.Done;

        // Only what the ledger recorded is confirmed: a link that is clicked a hundred times sends one mail.
        var own = await OwnAsync(message, cancellationToken);

        // One that was put off speaks for everything since, also if what it repeated has been allowed meanwhile.
        if (own.Count == 0 && message.Due is null)
            return Settlement.Done;

        var profile = (await subjects.LoadAsync(message.Subject, cancellationToken)).Profile;
        Identifier[] addresses = [.. profile.Current.Where(i => i.Kind == IdentifierKind.Email)];
        return addresses.Length == 0 || await ClaimAsync(message, own, addresses, cancellationToken) is not { } claim
            ? Settlement.Done
            : await SendAsync(message, claim, addresses, profile, cancellationToken);
    }

    private async Task<List<Entry>> OwnAsync(SubjectMessage message, CancellationToken cancellationToken)
    {
        if (message.Entries.Split(',', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } written && written.Length == message.Changes.Count)
            return [.. written.Zip(message.Changes, (w, c) => new Entry(long.Parse(w, CultureInfo.InvariantCulture), c)).OrderBy(e => e.Sequence)];

        var own = new List<Entry>(message.Changes.Count);
        foreach (var change in message.Changes)
        {
            if (await consent.FindAsync(change.Subject, change.Id, cancellationToken) is { } entry)
                own.Add(new Entry(entry.Sequence, entry.Change));
        }

        return own;
    }

    /// <returns>The mail to send; null when another mail covers the message's entries, or will.</returns>
    private async Task<Claim?> ClaimAsync(
        SubjectMessage message, List<Entry> own, Identifier[] addresses, CancellationToken cancellationToken)
    {
        // Before the ledger's first entry nothing can have been confirmed.
        var isNew = own.Count > 0 && own[0].Sequence == 1 && message is { Wait: 0, Attempt: 0 };
        for (var isCounted = false; ; isNew = false)
        {
            var (now, seen) = (time.GetUtcNow(), isNew ? null : await log.FindAsync(message.Subject, cancellationToken));
            if (seen is { IsSent: false } && seen.By == Claimer(message))
            {
                // The same copy: the bus delivered it twice, and the other handler may be sending, or may have died. A later copy goes on,
                // when the other one has had its time:
                //   A claims |--- sends --------| writes that it is sent
                //        B finds A's claim, looks again later: finds that it is sent
                if (seen.Copy == message.CopyId)
                {
                    await publisher.ScheduleAsync(message.Deferred(Topology.Confirmation), Sending, cancellationToken);
                    return null;
                }

                if (await log.TrySaveAsync(message.Subject, seen with { Copy = message.CopyId }, cancellationToken) is { } resumed)
                    return new Claim(resumed, await EntriesAsync(message.Subject, seen.UpTo, seen.ClaimedUpTo, cancellationToken));
                continue;
            }

            // The message that was put off until then has its turn now, whatever this instance's clock says.
            var next = seen?.At + options.Value.Interval;
            var isOver = next <= now || (message.Due is { } due && due == seen?.Due);

            // A mail that was claimed by a handler which has not reported for that long is claimed again.
            var from = seen is null ? 0 : !seen.IsSent && !isOver ? seen.ClaimedUpTo : seen.UpTo;
            var entries = await PendingAsync(message, own, from, isFirst: seen is null, cancellationToken);
            if (entries.Count == 0)
                return null;

            if (seen is not null && !isOver)
            {
                if (seen.Due > now)
                    return null;
                await publisher.ScheduleAsync(message.DueAt(Topology.Confirmation, next!.Value), next.Value - now, cancellationToken);
                if (await log.TrySaveAsync(message.Subject, seen with { Due = next }, cancellationToken) is not null)
                    return null;
                continue; // Nothing is lost: a handler that wakes up without anything to do sends nothing.
            }

            isCounted = isCounted || !IsStranger(message, addresses) || await strangers.TryTakeAsync(cancellationToken);
            if (!isCounted)
                return null;
            var claim = new ConfirmationProgress(
                entries[0].Sequence - 1, entries[^1].Sequence, now, Claimer(message), message.CopyId, [], null, seen?.Tag ?? default);
            if (await log.TrySaveAsync(message.Subject, claim, cancellationToken) is { } claimed)
                return new Claim(claimed, entries);
        }
    }

    private async Task<Settlement> SendAsync(
        SubjectMessage message, Claim claim, Identifier[] addresses, Profile profile, CancellationToken cancellationToken)
    {
        var (progress, changes) = (claim.Progress, (Change[])[.. claim.Entries.Select(e => e.Change).Where(c => c.Source.IsToUs())]);
        var state = await StateAsync(message, claim, changes, cancellationToken);
        var stopped = Array.Exists(changes, c => c.Decision == Decision.Allow)
            ? await shared.FindAsync(
                message.Subject,
                state ?? (await consent.LoadAsync(message.Subject, cancellationToken)).Consent,
                profile,
                cancellationToken)
            : [];
        var hasMore = claim.Entries.Count == MaxEntries;
        var left = addresses.Select(a => (Address: a, Hash: protector.Hash(a).ToString()))
            .Where(a => !progress.SentTo.Contains(a.Hash, StringComparer.Ordinal))
            .ToArray();
        foreach (var (address, hash) in left)
        {
            var written = await mail.WriteAsync(changes, state, address, profile.Language, stopped);
            if (await dispatch.SendAsync(written, "confirmation", message, Topology.Confirmation, cancellationToken) is { } unsent)
                return unsent;
            var isLast = hash == left[^1].Hash && !hasMore;
            if (await UpdateAsync(message, progress, p => isLast ? Sent(p) : p with { SentTo = [.. p.SentTo, hash] }, cancellationToken)
                is not { } saved)
            {
                return Settlement.Done;
            }

            progress = saved;
        }

        if (progress.IsSent)
            return Settlement.Done;
        var due = hasMore ? progress.At + options.Value.Interval : (DateTimeOffset?)null;
        if (due is not null)
        {
            await publisher.ScheduleAsync(
                message.DueAt(Topology.Confirmation, due.Value), options.Value.Interval, cancellationToken);
        }

        await UpdateAsync(message, progress, p => Sent(p) with { Due = p.Due ?? due }, cancellationToken);
        return Settlement.Done;

        static ConfirmationProgress Sent(ConfirmationProgress progress) => progress with { UpTo = progress.ClaimedUpTo, SentTo = [] };
    }

    /// <returns>Null when another message has taken over the claim, because it was not sent for so long: that one sends the mail.</returns>
    private async Task<ConfirmationProgress?> UpdateAsync(
        SubjectMessage message,
        ConfirmationProgress progress,
        Func<ConfirmationProgress, ConfirmationProgress> change,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await log.TrySaveAsync(message.Subject, change(progress), cancellationToken) is { } saved)
                return saved;
            // A message that came meanwhile may have written when it looks again.
            if (await log.FindAsync(message.Subject, cancellationToken) is not { IsSent: false } now
                || now.By != Claimer(message)
                || now.Copy != progress.Copy
                || now.ClaimedUpTo != progress.ClaimedUpTo)
            {
                return null;
            }

            progress = now;
        }
    }

    /// <returns>The state for a mail about several submissions, or about one that something else has overtaken; otherwise null.</returns>
    private async Task<ConsentState?> StateAsync(
        SubjectMessage message, Claim claim, Change[] changes, CancellationToken cancellationToken)
    {
        var isOne = changes.DistinctBy(c => c.SubmissionId).Count() == 1;
        if (isOne && message.Wait == 0)
            return null; // Just recorded.
        var now = await consent.LoadAsync(message.Subject, cancellationToken);
        return isOne && now.Head.Sequence == claim.Entries[^1].Sequence ? null : now.Consent;
    }

    private async Task<IReadOnlyList<Entry>> PendingAsync(
        SubjectMessage message, List<Entry> own, long from, bool isFirst, CancellationToken cancellationToken)
    {
        // The usual case: this message's entries are the next ones. What comes after them has a message of its own; one that has waited
        // speaks for everything.
        if (message.Wait == 0 && own.Count > 0 && own[0].Sequence == from + 1 && own[^1].Sequence == from + own.Count)
            return own;
        if (isFirst && own.Count > 0)
            from = Math.Max(0, own[0].Sequence - 1 - MaxEarlier);
        var entries = await EntriesAsync(message.Subject, from, long.MaxValue, cancellationToken);
        if (isFirst && own.Count > 0)
        {
            var since = own.Min(e => e.Change.ReceivedAt) - News;
            entries = [.. entries.SkipWhile(e => e.Change.ReceivedAt < since)];
        }

        return entries.Any(e => e.Change.Source.IsToUs()) ? entries : [];
    }

    private async Task<IReadOnlyList<Entry>> EntriesAsync(
        SubjectKey subject, long from, long upTo, CancellationToken cancellationToken)
    {
        var entries = new List<Entry>();
        await foreach (var entry in consent.LedgerAsync(subject, cancellationToken, after: from))
        {
            if (entry.Sequence > upTo || entries.Count == MaxEntries)
                break;
            entries.Add(new Entry(entry.Sequence, entry.Change));
        }

        return entries;
    }

    // A message that was put off may be handled at the same time as the original, which the bus delivers again if its process died. Each
    // must know the other's claim from its own: only its own may be an attempt that failed.
    private static Guid Claimer(SubjectMessage message) => message.Due is { } due
        ? EventIds.Derive(message.Id.ToString("N"), due.UtcTicks.ToString(CultureInfo.InvariantCulture))
        : message.Id;

    // Nobody announced this person: the address was typed in the public form, by its owner or by anybody else.
    private bool IsStranger(SubjectMessage message, Identifier[] addresses) =>
        message.Changes[0].Source == Source.PublicPage && Array.Exists(addresses, a => protector.SubjectOf(a) == message.Subject);

    private sealed record Entry(long Sequence, Change Change);

    private sealed record Claim(ConfirmationProgress Progress, IReadOnlyList<Entry> Entries);
}
