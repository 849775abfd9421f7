using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OptOut.Emulators.Sandbox;

internal enum SandboxFailureKind
{
    /// <summary>429, with the time at which the limit resets.</summary>
    RateLimit,

    /// <summary>Answers normally, after a delay.</summary>
    Latency,

    /// <summary>Answers with a status and an error body.</summary>
    Status,

    /// <summary>200 and a page that is not JSON, as from a proxy.</summary>
    Garbage,

    /// <summary>Part of a body, then the connection is closed.</summary>
    HalfBody,
}

/// <param name="Calls">The number of calls that fail; null: until cleared.</param>
/// <param name="ResetSeconds">For RateLimit: seconds until the reset.</param>
/// <param name="Milliseconds">For Latency: the delay.</param>
/// <param name="Status">For Status: the status code.</param>
/// <param name="Message">For Status: the error text; it may quote the content of the call.</param>
/// <param name="RetryAfterSeconds">For Status: the Retry-After header.</param>
/// <param name="Containing">Applies only to calls whose method and path contain this text.</param>
internal sealed record SandboxFailure(
    [property: JsonConverter(typeof(JsonStringEnumConverter<SandboxFailureKind>))] SandboxFailureKind Kind,
    int? Calls = null,
    int ResetSeconds = 60,
    int Milliseconds = 1000,
    int Status = 500,
    string Message = "internal error",
    int? RetryAfterSeconds = null,
    string? Containing = null);

/// <summary>Makes a vendor fail. A failing call has no effect on the vendor's state.</summary>
internal sealed class SandboxFailures
{
    private readonly Lock _gate = new();
    private SandboxFailure? _failure;
    private int _left;

    public void Set(SandboxFailure failure)
    {
        lock (_gate)
            (_failure, _left) = (failure, failure.Calls ?? int.MaxValue);
    }

    public void Clear()
    {
        lock (_gate)
            _failure = null;
    }

    /// <returns>Whether the call has been answered.</returns>
    public async Task<bool> AnswerAsync(HttpContext context, SandboxVendor vendor)
    {
        if (Take($"{context.Request.Method} {context.Request.Path}") is not { } failure)
            return false;

        switch (failure.Kind)
        {
            case SandboxFailureKind.Latency:
                await Task.Delay(TimeSpan.FromMilliseconds(failure.Milliseconds), TimeProvider.System, context.RequestAborted);
                return false;
            case SandboxFailureKind.RateLimit:
                vendor.WriteRateLimit(context.Response, TimeSpan.FromSeconds(failure.ResetSeconds));
                await vendor.WriteErrorAsync(context, 429, "too many requests");
                return true;
            case SandboxFailureKind.Status:
                context.Response.Headers.RetryAfter = failure.RetryAfterSeconds?.ToString(CultureInfo.InvariantCulture);
                await vendor.WriteErrorAsync(context, failure.Status, failure.Message);
                return true;
            case SandboxFailureKind.Garbage:
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html><body>Please sign in to the network</body></html>", context.RequestAborted);
                return true;
            default:
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = 1000;
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("[{\"created\": 14436511"), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
                return true;
        }
    }

    private SandboxFailure? Take(string call)
    {
        lock (_gate)
        {
            if (_failure is not { } failure || (failure.Containing is { } text && !call.Contains(text, StringComparison.OrdinalIgnoreCase)))
                return null;
            if (--_left <= 0)
                _failure = null;
            return failure;
        }
    }
}
