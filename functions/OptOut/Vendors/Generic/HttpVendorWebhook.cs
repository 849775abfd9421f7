using Microsoft.AspNetCore.Http;

namespace OptOut.Vendors.Generic;

/// <summary>
/// <c>POST /webhooks/generic/{name}</c>: the vendor's events, signed by the Standard Webhooks scheme. By that scheme, a sender retries
/// for days until it receives a 2xx, so answering 503 loses nothing.
/// </summary>
internal sealed class HttpVendorWebhook(string name, HttpVendorOptions options, HttpVendorEntries entries, SignalIntake intake)
    : SignalWebhook($"generic/{name}", name, MaxBytes, intake)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly StandardWebhooks _webhooks = new(options.WebhookSecrets);
    private readonly HttpVendorEvents _events = new(entries);

    protected override bool MayBeSigned(HttpRequest request) => _webhooks.HasSecret && StandardWebhooks.IsWellFormed(
        request.Headers[StandardWebhooks.IdHeader],
        request.Headers[StandardWebhooks.TimestampHeader],
        request.Headers[StandardWebhooks.SignatureHeader]);

    protected override ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var id = request.Headers[StandardWebhooks.IdHeader].ToString();
        return ValueTask.FromResult(
            _webhooks.Verify(
                id,
                request.Headers[StandardWebhooks.TimestampHeader],
                request.Headers[StandardWebhooks.SignatureHeader],
                body.Span,
                out var sentAt)
                ? _events.Read(body.Span, id, sentAt)
                : null);
    }
}
