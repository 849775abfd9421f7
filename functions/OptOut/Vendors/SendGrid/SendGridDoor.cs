using Microsoft.AspNetCore.Http;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// <c>POST /webhooks/sendgrid/events</c>. SendGrid sends a batch again for a day until it gets a 2xx, so 503 loses nothing.
/// </summary>
internal sealed class SendGridDoor(SendGridEventWebhook webhook, SignalIntake intake) : SignalDoor("sendgrid/events", "sendgrid", MaxBytes, intake)
{
    // SendGrid sends a batch when it has 768 KB or 30 seconds' worth; some room above it.
    private const int MaxBytes = 4 * 1024 * 1024;

    protected override bool MayBeSigned(HttpRequest request) =>
        SendGridSignature.CouldBe(request.Headers[SendGridSignature.SignatureHeader], request.Headers[SendGridSignature.TimestampHeader]);

    protected override ValueTask<VendorSignals?> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => ValueTask.FromResult(
        webhook.TryRead(request.Headers[SendGridSignature.SignatureHeader], request.Headers[SendGridSignature.TimestampHeader], body, out var signals) ? signals : null);
}
