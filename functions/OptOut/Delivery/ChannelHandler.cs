using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>
/// Handles the messages of a channel's subscription: it brings every vendor of the channel to the current state. A vendor that is busy is
/// retried later through a message of its own, so that the others need not wait for it.
/// </summary>
internal sealed partial class ChannelHandler(
    IEnumerable<IVendor> vendors,
    SubjectRows subjects,
    VendorPusher pusher,
    ChangePublisher publisher,
    RetrySchedule retry,
    StoreOutageRetry outageRetry,
    OptOutMetrics metrics,
    ILogger<ChannelHandler> logger)
{
    private readonly IReadOnlyList<IVendor> _vendors = [.. vendors.Where(v => v.AcceptsPushes)];

    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, Channel channel, CancellationToken cancellationToken) =>
        outageRetry.HandleAsync<SubjectMessage>(
            received,
            channel.Name(),
            message => HandleAsync(message, channel, received.DeliveryCount > 1 || message is not { Wait: 0, Replay: 0 }, cancellationToken),
            cancellationToken);

    private async Task<Settlement> HandleAsync(
        SubjectMessage message, Channel channel, bool isRepeated, CancellationToken cancellationToken)
    {
        var subject = await subjects.LoadAsync(message.Subject, cancellationToken);
        Settlement settlement = Settlement.Done;
        foreach (var vendor in _vendors.Where(v => v.Channel == channel && (message.Vendor is null || message.Vendor == v.Name)))
        {
            if (await PushAsync(vendor, message, subject, isRepeated, cancellationToken) is Settlement.DeadLetter dead)
                settlement = dead;
        }

        return settlement;
    }

    private async Task<Settlement> PushAsync(
        IVendor vendor,
        SubjectMessage message,
        SubjectRecord subject,
        bool isRepeated,
        CancellationToken cancellationToken)
    {
        var attempt = message.Attempt + 1;
        using var span = OptOutTrace.Push(vendor.Name, message.Subject, attempt);
        var outcome = await pusher.PushAsync(vendor, message, subject, cancellationToken, isRepeated);
        span.Ended(outcome.Name);
        metrics.VendorAnswered(vendor.Name, outcome is VendorOutcome.Transient && retry.IsExhausted(attempt) ? "gave-up" : outcome.Name);
        switch (outcome)
        {
            case VendorOutcome.Transient transient when !retry.IsExhausted(attempt):
                var delay = retry.Next(attempt, transient.RetryAfter);
                LogRetrying(vendor.Name, message.Subject, transient.Reason, attempt, delay);
                await publisher.ScheduleAsync(
                    message.NextAttempt(vendor.Channel.Name()) with { Vendor = vendor.Name }, delay, cancellationToken);
                return Settlement.Done;
            case VendorOutcome.Transient transient:
                return new Settlement.DeadLetter("GaveUp", $"{vendor.Name} after {attempt} attempts: {transient.Reason}", vendor.Name);
            case VendorOutcome.Rejected rejected:
                return new Settlement.DeadLetter("Rejected", $"{vendor.Name}: {rejected.Reason}", vendor.Name);
            default:
                return Settlement.Done;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Vendor} did not accept the push for subject {Subject} ({Reason}); attempt {Attempt}, next in {Delay}")]
    private partial void LogRetrying(string vendor, SubjectKey subject, string reason, int attempt, TimeSpan delay);
}
