using Microsoft.AspNetCore.Http;

namespace OptOut.Vendors.Postmark;

/// <summary>
/// <c>POST /webhooks/postmark/events</c>. Postmark sends a webhook again, at growing intervals, until it gets a 200 or a 403
/// (https://postmarkapp.com/developer/webhooks/webhooks-overview); what it gives up on, the nightly pull brings in.
/// </summary>
internal sealed class PostmarkWebhook(PostmarkWebhookAuthenticator belief, PostmarkEvents events, SignalIntake intake) : SignalWebhook("postmark/events", "postmark", MaxBytes, intake)
{
    // One record; a spam complaint may bring the whole mail that was complained of.
    private const int MaxBytes = 1024 * 1024;

    protected override bool MayBeSigned(HttpRequest request) => belief.IsAuthentic(request);

    protected override ValueTask<VendorSignals?> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        ValueTask.FromResult<VendorSignals?>(events.Read(body));
}
