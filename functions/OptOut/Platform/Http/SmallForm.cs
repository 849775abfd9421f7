using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OptOut.Platform.Http;

/// <summary>Reads a submitted form, up to the size of the largest form of the product.</summary>
internal static class SmallForm
{
    // The preferences of 50 topics on four channels, each cell sent once as shown and once as ticked: about 25 KB.
    private const int MaxBytes = 64 * 1024, MaxFields = 300;

    private static readonly FormOptions Limits = new()
    {
        BufferBodyLengthLimit = MaxBytes,
        MultipartBodyLengthLimit = MaxBytes,
        KeyLengthLimit = 64,
        ValueLengthLimit = MaxBytes,
        ValueCountLimit = MaxFields,
    };

    /// <returns>Null if the body is not a form, is truncated, is too large, or is in UTF-7, which .NET refuses to decode.</returns>
    public static async Task<IFormCollection?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType || request.ContentLength > MaxBytes)
            return null;
        try
        {
            return await request.ReadFormAsync(Limits, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException || RawBody.IsClientFault(e, request))
        {
            return null;
        }
    }
}
