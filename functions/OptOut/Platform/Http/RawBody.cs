using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>A request body as received, or the response that explains why there is none.</summary>
internal readonly record struct RawBody(ReadOnlyMemory<byte> Bytes, IResult? Problem)
{
    /// <summary>The largest body that the server accepts, in bytes. Each endpoint has a lower limit of its own.</summary>
    public const int ServerMaxBytes = 64 * 1024 * 1024;

    private const int BufferBytes = 16 * 1024;

    /// <returns>
    /// The bytes; or the problem: 413 above <paramref name="maxBytes"/>, 503 while large bodies take too much memory, or the server's own
    /// status for a client that hangs up, stops sending or sends a different length than it declared. That is the client's fault, so it is
    /// neither thrown nor logged.
    /// </returns>
    public static async Task<RawBody> ReadAsync(
        HttpRequest request, int maxBytes, CancellationToken cancellationToken, BodyMemory? memory = null)
    {
        if (request.ContentLength > maxBytes)
            return new(default, ApiProblems.TooLarge(maxBytes));

        // Grows with what arrives: a declared length costs its sender nothing, and the caller is not verified yet.
        using var copy = new MemoryStream((int)Math.Min(request.ContentLength ?? BufferBytes, BufferBytes));
        var share = (memory ?? BodyMemory.OfInstance).Open();
        request.HttpContext.Response.RegisterForDispose(share); // The caller uses the bytes until it has answered.
        var buffer = new byte[BufferBytes];
        try
        {
            while (await request.Body.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                if (copy.Length + read > maxBytes)
                    return new(default, ApiProblems.TooLarge(maxBytes));
                if (copy.Length + read > copy.Capacity && !share.TryGrow(2L * copy.Capacity))
                    return new(default, ApiProblems.RetryLater("Too many large requests arrive at once."));
                copy.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (IsClientFault(e, request))
        {
            return new(default, ApiProblems.Incomplete((e as BadHttpRequestException)?.StatusCode));
        }

        return new(copy.GetBuffer().AsMemory(0, (int)copy.Length), null);
    }

    /// <summary>Whether a body could not be read because of its sender.</summary>
    public static bool IsClientFault(Exception e, HttpRequest request) =>
        e is IOException || (e is OperationCanceledException && request.HttpContext.RequestAborted.IsCancellationRequested);
}
