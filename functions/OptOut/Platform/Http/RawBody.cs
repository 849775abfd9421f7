using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>A request body as it came, or the answer that says why there is none.</summary>
internal readonly record struct RawBody(ReadOnlyMemory<byte> Bytes, IResult? Problem)
{
    /// <summary>What the server takes at most, bytes: more than any endpoint, each of which has a limit of its own.</summary>
    public const int ServerMaxBytes = 64 * 1024 * 1024;

    private const int BufferBytes = 16 * 1024;

    /// <returns>
    /// The bytes; or the problem: 413 above <paramref name="maxBytes"/>, or the server's own answer to a client that hangs up, goes silent or
    /// sends something else than it announced. That is the client's doing and no error of ours, so it is neither thrown nor logged.
    /// </returns>
    public static async Task<RawBody> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            return new(default, ApiAnswers.TooLarge(maxBytes));
        using var copy = new MemoryStream((int)(request.ContentLength ?? BufferBytes));
        var buffer = new byte[BufferBytes];
        try
        {
            while (await request.Body.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                if (copy.Length + read > maxBytes)
                    return new(default, ApiAnswers.TooLarge(maxBytes));
                copy.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (IsOfClient(e, request))
        {
            return new(default, ApiAnswers.Incomplete((e as BadHttpRequestException)?.StatusCode));
        }

        return new(copy.GetBuffer().AsMemory(0, (int)copy.Length), null);
    }

    /// <summary>Whether a body cannot be read because of its sender.</summary>
    public static bool IsOfClient(Exception e, HttpRequest request) =>
        e is IOException || (e is OperationCanceledException && request.HttpContext.RequestAborted.IsCancellationRequested);
}
