using Microsoft.AspNetCore.Http;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// <c>POST /webhooks/mailgun/events</c>. Mailgun retries a webhook for eight hours until it receives a 200, or a 406, which we never send
/// (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-retries).
/// </summary>
internal sealed class MailgunWebhook(MailgunSignature signature, MailgunEvents events, SignalIntake intake)
    : SignalWebhook("mailgun/events", "mailgun", MaxBytes, intake)
{
    // One event, without the mail.
    private const int MaxBytes = 256 * 1024;

    // The signature is in the body, so the JSON is parsed first; nothing in it is used before the signature is verified.
    protected override ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            VendorField.Parse(body) is { } webhook && signature.Verify(webhook.Field("signature")) ? events.Read(webhook) : null);
}
