using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// <c>POST /webhooks/sendgrid/events</c>. SendGrid retries a batch for one day until it receives a 2xx, so answering 503 loses nothing.
/// </summary>
internal sealed class SendGridWebhook(IOptions<SendGridOptions> options, SendGridLists lists, SignalIntake intake, TimeProvider time)
    : SignalWebhook("sendgrid/events", "sendgrid", MaxBytes, intake)
{
    // SendGrid sends a batch once it has 768 KB or 30 seconds of events; this leaves some room.
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly SendGridSignature _signature = new(options.Value.EventPublicKeys);
    private readonly SendGridEvents _events = new(lists, time);

    protected override bool MayBeSigned(HttpRequest request) =>
        SendGridSignature.MayBeSigned(
            request.Headers[SendGridSignature.SignatureHeader],
            request.Headers[SendGridSignature.TimestampHeader],
            time.GetUtcNow());

    protected override ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        string? signature = request.Headers[SendGridSignature.SignatureHeader];
        string? timestamp = request.Headers[SendGridSignature.TimestampHeader];
        return ValueTask.FromResult(_signature.Verify(signature, timestamp, body.Span) ? _events.Read(body.Span) : null);
    }
}
