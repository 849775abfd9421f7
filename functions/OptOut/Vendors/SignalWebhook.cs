using Microsoft.AspNetCore.Http;
using OptOut.Platform.Http;

namespace OptOut.Vendors;

/// <summary>
/// The usual kind of webhook: verifies the raw body, reads it, and records every event in it. Answers 200 once everything is durable, 401
/// when the request is not authentic, 413 when it is too large, and 503 when the vendor must send it again.
/// </summary>
/// <param name="path">See <see cref="IVendorWebhook.Path"/>.</param>
/// <param name="vendor">The vendor's name, for the ledger.</param>
/// <param name="maxBytes">The largest body, in bytes: more than the vendor ever sends.</param>
/// <param name="intake">Records the events.</param>
internal abstract class SignalWebhook(string path, string vendor, int maxBytes, SignalIntake intake) : IVendorWebhook
{
    public string Path => path;

    public async Task<IResult> PostAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MayBeSigned(request))
            return Results.Unauthorized();
        var (body, problem) = await RawBody.ReadAsync(request, maxBytes, cancellationToken);
        if (problem is not null)
            return problem;
        if (await ReadAsync(request, body, cancellationToken) is not { } signals)
            return Results.Unauthorized();
        return await intake.RecordAsync(vendor, signals, cancellationToken)
            ? Results.Ok()
            : ApiProblems.RetryLater("Not every event could be saved.");
    }

    /// <summary>Whether the headers could be the vendor's, so that the body is worth reading.</summary>
    protected virtual bool MayBeSigned(HttpRequest request) => true;

    /// <summary>Verifies the request and only then reads it. Never throws, whatever the sender sends.</summary>
    /// <returns>Null when the request is not authentic.</returns>
    protected abstract ValueTask<VendorSignals?> ReadAsync(
        HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}
