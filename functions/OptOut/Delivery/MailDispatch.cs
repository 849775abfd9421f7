using System.Globalization;
using Microsoft.Extensions.Logging;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;

namespace OptOut.Delivery;

/// <summary>Sends the service mail that a message asks for, and sees to it that one not taken now is tried again later.</summary>
internal sealed partial class MailDispatch(IMailSender sender, ChangePublisher publisher, RetrySchedule retry, ILogger<MailDispatch> logger)
{
    /// <param name="mail">The mail.</param>
    /// <param name="what">What kind of mail it is, in a word or two, for the log and the dead letter.</param>
    /// <param name="message">What asked for it.</param>
    /// <param name="subscription">The one it is sent again for.</param>
    /// <param name="cancellationToken">The host stops.</param>
    /// <returns>Null when the mail is on its way; otherwise what becomes of the message.</returns>
    public async Task<Settlement?> SendAsync<TMessage>(OutgoingMail mail, string what, TMessage message, string subscription, CancellationToken cancellationToken)
        where TMessage : class, IBusMessage<TMessage>
    {
        var attempt = message.Attempt + 1;
        using var span = OptOutTrace.Mail(what);
        var outcome = await sender.SendAsync(mail, cancellationToken);
        span.Ended(outcome.Word);
        switch (outcome)
        {
            case VendorOutcome.Confirmed:
                return null;
            case VendorOutcome.Transient transient when !retry.IsExhausted(attempt):
                var delay = retry.Next(attempt, transient.RetryAfter);
                LogLater(what, mail.Reference, transient.Reason, attempt, delay);
                await publisher.ScheduleAsync(message.NextAttempt(subscription), delay, cancellationToken);
                return Settlement.Done;
            case VendorOutcome.Transient transient:
                return new Settlement.DeadLetter("GaveUp", string.Create(CultureInfo.InvariantCulture, $"{what} after {attempt} tries: {transient.Reason}"));
            case VendorOutcome.Rejected rejected:
                return new Settlement.DeadLetter("Rejected", $"{what}: {rejected.Reason}");
            default:
                throw new InvalidOperationException("A vendor outcome is one of three.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {What} {Reference} was not taken ({Reason}); try {Attempt}, again in {Delay}")]
    private partial void LogLater(string what, string reference, string reason, int attempt, TimeSpan delay);
}
