using System.Security.Cryptography;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>
/// Handles the messages of a channel's subscription: it brings every vendor of the channel to the current state, side by side. A vendor
/// that is slow or busy goes on through a message of its own on <c>vendor-retry</c>, so that the others need not wait for it.
/// </summary>
internal sealed partial class ChannelHandler(
    IEnumerable<IVendor> vendors,
    SubjectRows subjects,
    VendorPusher pusher,
    VendorLanes lanes,
    ChangePublisher publisher,
    RetrySchedule retry,
    DeliveryGuard guard,
    OptOutMetrics metrics,
    ILogger<ChannelHandler> logger)
{
    private readonly IReadOnlyList<IVendor> _vendors = [.. vendors.Where(v => v.AcceptsPushes)];

    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, Channel channel, CancellationToken cancellationToken) =>
        guard.HandleAsync<SubjectMessage>(
            received,
            channel.Name(),
            (message, isRepeated) => HandleAsync(message, v => v.Channel == channel, isRepeated, isRetry: false, cancellationToken),
            cancellationToken);

    /// <summary>Handles a message that one vendor could not take at first.</summary>
    public Task<Settlement> RetryAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) =>
        guard.HandleAsync<SubjectMessage>(
            received,
            Topology.VendorRetry,
            (message, isRepeated) =>
                HandleAsync(message, v => v.Name == message.Vendor, isRepeated, isRetry: true, cancellationToken),
            cancellationToken);

    private async Task<Settlement> HandleAsync(
        SubjectMessage message, Func<IVendor, bool> isAddressed, bool isRepeated, bool isRetry, CancellationToken cancellationToken)
    {
        IVendor[] addressed = [.. _vendors.Where(v => isAddressed(v) && (message.Vendor is null || message.Vendor == v.Name))];
        if (addressed.Length == 0)
            return Settlement.Done;

        // Before anything is read: thousands may wait for one slow vendor, and must not keep the store busy meanwhile.
        if (isRetry && lanes.IsFull(addressed[0].Name))
        {
            await WaitForTurnAsync(message, cancellationToken);
            return Settlement.Done;
        }

        var subject = await subjects.LoadAsync(message.Subject, cancellationToken);
        Settlement settlement = Settlement.Done;
        foreach (var push in await pusher.PushAsync(addressed, message, subject, isRepeated, inTime: !isRetry, cancellationToken))
        {
            if (await SettleAsync(push.Vendor, push.Outcome, message, isRetry, cancellationToken) is { } dead)
                settlement = dead;
        }

        return settlement;
    }

    private async Task<Settlement.DeadLetter?> SettleAsync(
        IVendor vendor, VendorOutcome outcome, SubjectMessage message, bool isRetry, CancellationToken cancellationToken)
    {
        var attempt = message.Attempt + 1;
        metrics.VendorAnswered(vendor.Name, outcome is VendorOutcome.Transient && retry.IsExhausted(attempt) ? "gave-up" : outcome.Name);
        switch (outcome)
        {
            case VendorOutcome.Postponed when isRetry:
                await WaitForTurnAsync(message, cancellationToken);
                return null;
            case VendorOutcome.Postponed:
                await publisher.PublishAsync([message.ForVendor(vendor.Name)], cancellationToken);
                return null;
            case VendorOutcome.Transient transient when !retry.IsExhausted(attempt):
                var delay = retry.Next(attempt, transient.RetryAfter);
                LogRetrying(vendor.Name, message.Subject, transient.Reason, attempt, delay);
                await publisher.ScheduleAsync(
                    message.NextAttempt(Topology.VendorRetry) with { Vendor = vendor.Name }, delay, cancellationToken);
                return null;
            case VendorOutcome.Transient transient:
                return new Settlement.DeadLetter("GaveUp", $"{vendor.Name} after {attempt} attempts: {transient.Reason}", vendor.Name);
            case VendorOutcome.Rejected rejected:
                return new Settlement.DeadLetter("Rejected", $"{vendor.Name}: {rejected.Reason}", vendor.Name);
            default:
                return null;
        }
    }

    // From two seconds, twice as long each time, up to a minute; and up to half of that longer, so that not all come back at once.
    private Task WaitForTurnAsync(SubjectMessage message, CancellationToken cancellationToken)
    {
        var seconds = Math.Min(60, 2 << Math.Min(message.Wait, 5));
        var delay = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(seconds * 1000, seconds * 1500));
        return publisher.ScheduleAsync(message.Deferred(Topology.VendorRetry), delay, cancellationToken);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Vendor} did not accept the push for subject {Subject} ({Reason}); attempt {Attempt}, next in {Delay}")]
    private partial void LogRetrying(string vendor, SubjectKey subject, string reason, int attempt, TimeSpan delay);
}
