using Microsoft.AspNetCore.Http;
using OptOut.Platform.Http;

namespace OptOut.Vendors;

/// <summary>
/// The common kind of webhook: the raw body is verified, then read, then everything in it recorded. Answers 200 once all of it is durable, 401 to what
/// is not believed, 413 to too much, and 503 to what the vendor must send again.
/// </summary>
/// <param name="path">As <see cref="IVendorWebhook.Path"/>.</param>
/// <param name="vendor">The vendor's name, for the ledger.</param>
/// <param name="maxBytes">Of the body: more than the vendor ever sends.</param>
/// <param name="intake">Records.</param>
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
        return await intake.RecordAsync(vendor, signals, cancellationToken) ? Results.Ok() : ApiAnswers.RetryLater("Not every event could be kept.");
    }

    /// <summary>Whether the headers could be those of the vendor, so that the body is worth reading.</summary>
    protected virtual bool MayBeSigned(HttpRequest request) => true;

    /// <summary>Verifies, and only then reads. Throws on nothing a sender can send.</summary>
    /// <returns>Null when it is not believed.</returns>
    protected abstract ValueTask<VendorSignals?> ReadAsync(HttpRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken);
}
