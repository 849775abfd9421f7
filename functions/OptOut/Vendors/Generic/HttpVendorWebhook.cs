using Microsoft.AspNetCore.Http;

namespace OptOut.Vendors.Generic;

/// <summary>
/// <c>POST /webhooks/generic/{name}</c>: what the vendor tells of its own accord, signed by the Standard Webhooks scheme. A sender tries again for days
/// until it gets a 2xx, says the scheme, so 503 loses nothing.
/// </summary>
internal sealed class HttpVendorWebhook(string name, HttpVendorOptions options, HttpVendorEntries entries, SignalIntake intake)
    : SignalWebhook($"generic/{name}", name, MaxBytes, intake)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly StandardWebhooks _webhooks = new(options.WebhookSecrets);
    private readonly HttpVendorEvents _events = new(entries);

    protected override bool MayBeSigned(HttpRequest request) => _webhooks.HasSecret && StandardWebhooks.CouldBe(
        request.Headers[StandardWebhooks.IdHeader], request.Headers[StandardWebhooks.TimestampHeader], request.Headers[StandardWebhooks.SignatureHeader]);

    protected override ValueTask<VendorSignals?> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var id = request.Headers[StandardWebhooks.IdHeader].ToString();
        return ValueTask.FromResult(
            _webhooks.Verify(id, request.Headers[StandardWebhooks.TimestampHeader], request.Headers[StandardWebhooks.SignatureHeader], body.Span, out var sentAt)
                ? _events.Read(body.Span, id, sentAt)
                : null);
    }
}
