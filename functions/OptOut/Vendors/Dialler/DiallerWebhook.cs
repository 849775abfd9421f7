using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;

namespace OptOut.Vendors.Dialler;

/// <summary>
/// <c>POST /webhooks/dialler/events</c>, signed by the Standard Webhooks scheme: an agent marked a number in the dialler itself. One mark
/// there stops everything here.
/// </summary>
internal sealed class DiallerWebhook(
    SignalIntake intake, IOptions<DiallerOptions> options, IOptions<ControllerOptions> controller, TimeProvider time)
    : SignalWebhook("dialler/events", DiallerVendor.VendorName, MaxBytes, intake)
{
    // About ten thousand marks.
    private const int MaxBytes = 1024 * 1024;

    private readonly StandardWebhooks _signature = new(options.Value.WebhookSecrets);
    private readonly DiallerMarks _marks = new(controller.Value.PhoneRegion, time);

    protected override bool MayBeSigned(HttpRequest request)
    {
        var (id, timestamp, signatures) = Signed(request);
        return _signature.HasSecret && StandardWebhooks.IsWellFormed(id, timestamp, signatures);
    }

    protected override ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var (id, timestamp, signatures) = Signed(request);
        return ValueTask.FromResult(_signature.Verify(id, timestamp, signatures, body.Span, out _) ? _marks.Read(body, id) : null);
    }

    private static (string Id, string Timestamp, string Signatures) Signed(HttpRequest request) => (
        request.Headers[StandardWebhooks.IdHeader].ToString(),
        request.Headers[StandardWebhooks.TimestampHeader].ToString(),
        request.Headers[StandardWebhooks.SignatureHeader].ToString());
}
