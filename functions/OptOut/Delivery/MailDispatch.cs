using System.Globalization;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;

namespace OptOut.Delivery;

/// <summary>Sends the service mail that a message asks for. A mail that is not accepted now is retried later.</summary>
internal sealed partial class MailDispatch(IMailSender sender, ChangePublisher publisher, RetrySchedule retry, ILogger<MailDispatch> logger)
{
    /// <param name="mail">The mail.</param>
    /// <param name="what">What kind of mail it is, in a word or two, for the log and the dead letter.</param>
    /// <param name="message">The message that asked for it.</param>
    /// <param name="subscription">The subscription that gets the retry.</param>
    /// <param name="cancellationToken">Cancelled when the host stops.</param>
    /// <returns>Null when the mail was accepted; otherwise the settlement of the message.</returns>
    public async Task<Settlement?> SendAsync<TMessage>(
        OutgoingMail mail, string what, TMessage message, string subscription, CancellationToken cancellationToken)
        where TMessage : class, IBusMessage<TMessage>
    {
        var attempt = message.Attempt + 1;
        using var span = OptOutTrace.Mail(what);
        var outcome = await sender.SendAsync(mail, cancellationToken);
        span.Ended(outcome.Name);
        switch (outcome)
        {
            case VendorOutcome.Confirmed:
                return null;
            case VendorOutcome.Transient transient when !retry.IsExhausted(attempt):
                var delay = retry.Next(attempt, transient.RetryAfter);
                LogRetrying(what, mail.Reference, transient.Reason, attempt, delay);
                await publisher.ScheduleAsync(message.NextAttempt(subscription), delay, cancellationToken);
                return Settlement.Done;
            case VendorOutcome.Transient transient:
                return new Settlement.DeadLetter(
                    "GaveUp", string.Create(CultureInfo.InvariantCulture, $"{what} after {attempt} attempts: {transient.Reason}"));
            case VendorOutcome.Rejected rejected:
                return new Settlement.DeadLetter("Rejected", $"{what}: {rejected.Reason}");
            default:
                throw new InvalidOperationException("A vendor outcome is one of three.");
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "The {What} {Reference} was not accepted ({Reason}); attempt {Attempt}, next in {Delay}")]
    private partial void LogRetrying(string what, string reference, string reason, int attempt, TimeSpan delay);
}
