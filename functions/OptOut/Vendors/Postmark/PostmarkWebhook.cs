using Microsoft.AspNetCore.Http;

namespace OptOut.Vendors.Postmark;

/// <summary>
/// <c>POST /webhooks/postmark/events</c>. Postmark retries a webhook at growing intervals until it receives a 200 or a 403
/// (https://postmarkapp.com/developer/webhooks/webhooks-overview); if it gives up, the nightly pull brings in the event.
/// </summary>
internal sealed class PostmarkWebhook(PostmarkWebhookAuthenticator authenticator, PostmarkEvents events, SignalIntake intake)
    : SignalWebhook("postmark/events", "postmark", MaxBytes, intake)
{
    // One record; a spam complaint may contain the complete mail that was complained about.
    private const int MaxBytes = 1024 * 1024;

    protected override bool MayBeSigned(HttpRequest request) => authenticator.IsAuthentic(request);

    protected override ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        ValueTask.FromResult<VendorSignals?>(events.Read(body));
}
