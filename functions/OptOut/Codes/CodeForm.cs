using Microsoft.AspNetCore.Http;

namespace OptOut.Codes;

/// <summary>The one field of the form at <c>/q</c>.</summary>
internal static class CodeForm
{
    public const string Field = "code";

    // Of a form sent in pieces too, whose length is not known before.
    private const int MaxBytes = 4 * 1024;

    /// <returns>What was typed, without the white space around it; empty when there is none, or no form of ours.</returns>
    public static async Task<string> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType || request.ContentLength > MaxBytes)
            return "";
        try
        {
            var form = await request.ReadFormAsync(
                new() { BufferBodyLengthLimit = MaxBytes, MultipartBodyLengthLimit = MaxBytes, KeyLengthLimit = MaxBytes, ValueLengthLimit = MaxBytes, ValueCountLimit = 10 }, cancellationToken);
            return form[Field].ToString().Trim();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or BadHttpRequestException)
        {
            return "";
        }
    }
}
