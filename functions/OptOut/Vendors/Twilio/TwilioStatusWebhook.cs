using System.Globalization;
using Microsoft.AspNetCore.Http;
using OptOut.Consent;

namespace OptOut.Vendors.Twilio;

/// <summary>
/// <c>POST /webhooks/twilio/status</c>: the delivery status of an SMS we sent
/// (https://www.twilio.com/docs/messaging/guides/track-outbound-message-status). One event per request; Twilio does not retry it.
/// </summary>
internal sealed class TwilioStatusWebhook(TwilioRequestReader reader, SignalIntake intake, TimeProvider time)
    : SignalWebhook("twilio/status", "twilio", TwilioRequestReader.MaxBytes, intake)
{
    /// <summary>
    /// The person stopped this sender. For a Messaging Service, Twilio reports it here; for a number, it rejects the send itself.
    /// https://www.twilio.com/docs/api/errors/21610
    /// </summary>
    private const int Unsubscribed = 21610;

    /// <summary>The number is unknown and may no longer exist. https://www.twilio.com/docs/api/errors/30005</summary>
    private const int Unknown = 30005;

    protected override bool MayBeSigned(HttpRequest request) => TwilioRequestReader.MayBeSigned(request);

    protected override ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        ValueTask.FromResult(reader.Read(request, Path, body) is { } status ? Read(status, time.GetUtcNow()) : null);

    // Switched off or out of reach (30003), a landline (30006, which can still be called), filtered: only this message failed. The number
    // is not at fault.
    internal static VendorSignals Read(TwilioRequest status, DateTimeOffset now)
    {
        if (status["MessageStatus"] is not ("failed" or "undelivered")
            || !int.TryParse(status["ErrorCode"], NumberStyles.None, CultureInfo.InvariantCulture, out var error))
        {
            return new VendorSignals { Ignored = 1 };
        }

        if (error is not (Unsubscribed or Unknown))
            return new VendorSignals { Undelivered = 1 };
        var recipient = TwilioAddress.Read(status["To"]);
        if (recipient.Channel == "whatsapp")
            return new VendorSignals { Ignored = 1 }; // WhatsApp has its own list; a person who stops there sends us the message.
        if (recipient.Number is not { } to)
            return recipient.Channel is null ? new VendorSignals { Ignored = 1 } : new VendorSignals { Unreadable = 1 };
        if (error == Unknown)
        {
            // Where another channel does not know the number, it can still be called.
            return recipient.Channel is null
                ? new VendorSignals { Bounces = [new VendorBounce(to, now)] }
                : new VendorSignals { Undelivered = 1 };
        }

        return new VendorSignals
        {
            Drifts = [new VendorDrift(
                status.MessageSid is { Length: > 0 } sid ? sid : EventIds.New(now).ToString("N"), to, Channel.Sms, now)],
        };
    }
}
