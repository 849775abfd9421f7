using Microsoft.AspNetCore.Http;

namespace OptOut.Judge.Faults;

/// <summary>The target's answer, read to its end.</summary>
/// <param name="Port">Whose answer it is.</param>
internal sealed record ProxyAnswer(int Port, int Status, IReadOnlyList<KeyValuePair<string, IEnumerable<string>>> Headers, byte[] Body)
{
    // A table batch that failed is a 202 with the failure inside.
    public bool IsSuccess => Status is >= 200 and < 300 && !Body.AsSpan().StartsWith("--batchresponse"u8) || IsSuccessfulBatch;

    private bool IsSuccessfulBatch => Body.AsSpan().StartsWith("--batchresponse"u8) && Body.AsSpan().IndexOf("HTTP/1.1 4"u8) < 0;

    public async Task WriteAsync(HttpContext context)
    {
        WriteHead(context);
        if (!HttpMethods.IsHead(context.Request.Method) && Status is not (204 or 304))
            await context.Response.Body.WriteAsync(Body, context.RequestAborted);
    }

    public async Task WriteHalfAsync(HttpContext context)
    {
        // Half of nothing is nothing: a head without a body would be the whole answer.
        if (Body.Length == 0)
            return;
        WriteHead(context);
        context.Response.ContentLength = Body.Length + 1;
        await context.Response.Body.WriteAsync(Body.AsMemory(0, Body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private void WriteHead(HttpContext context)
    {
        context.Response.StatusCode = Status;
        foreach (var (name, values) in Headers)
            context.Response.Headers[name] = values.ToArray();
    }
}
