using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Controller;

namespace OptOut.Vendors.Dialler;

/// <summary><c>POST /webhooks/dialler/events</c>: an agent marked a number in the dialler itself, and one mark there stops everything here.</summary>
internal sealed class DiallerDoor(SignalIntake intake, IOptions<DiallerOptions> options, IOptions<ControllerOptions> controller, TimeProvider time)
    : SignalDoor("dialler/events", DiallerVendor.VendorName, MaxBytes, intake)
{
    // Some ten thousand marks.
    private const int MaxBytes = 1024 * 1024;

    private readonly DiallerSignature _signature = new(options.Value.WebhookSecrets);
    private readonly DiallerMarks _marks = new(controller.Value.PhoneRegion, time);

    protected override bool MayBeSigned(HttpRequest request) => _signature.MayBelieve(request.Headers);

    protected override ValueTask<VendorSignals?> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_signature.Verify(request.Headers, body.Span) ? _marks.Read(body, request.Headers[DiallerSignature.IdHeader].ToString()) : null);
}
