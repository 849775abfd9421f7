using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OptOut.Platform.Http;

/// <summary>Reads a form of ours, and nothing larger.</summary>
internal static class SmallForm
{
    // The preferences of 50 topics on four channels, each cell named once as shown and once as ticked: some 25 KB.
    private const int MaxBytes = 64 * 1024, MaxFields = 300;

    private static readonly FormOptions Limits = new()
    {
        BufferBodyLengthLimit = MaxBytes,
        MultipartBodyLengthLimit = MaxBytes,
        KeyLengthLimit = 64,
        ValueLengthLimit = MaxBytes,
        ValueCountLimit = MaxFields,
    };

    /// <returns>Null when the body is no form, is cut short or is larger than any of ours.</returns>
    public static async Task<IFormCollection?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType || request.ContentLength > MaxBytes)
            return null;
        try
        {
            return await request.ReadFormAsync(Limits, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException || RawBody.IsOfClient(e, request))
        {
            return null;
        }
    }
}
