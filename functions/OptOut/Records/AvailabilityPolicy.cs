using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Records;

/// <summary>
/// Wraps the client's retries. Once they are used up, every failure that may pass becomes a
/// <see cref="StoreUnavailableException"/>. A cancellation by the caller stays a cancellation.
/// </summary>
internal sealed partial class AvailabilityPolicy(ILogger logger) : HttpPipelinePolicy
{
    // Only tests make synchronous calls.
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        ProcessAsync(message, pipeline).AsTask().GetAwaiter().GetResult();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        // Buffer the body, so that a truncated response is retried like a missing one.
        message.BufferResponse = true;
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception e)
            when (e is RequestFailedException
                or AggregateException
                or OperationCanceledException
                or IOException
                or AuthenticationFailedException)
        {
            throw message.CancellationToken.IsCancellationRequested
                ? new OperationCanceledException(null, e, message.CancellationToken)
                : Logged(new StoreUnavailableException(0, Kind(e), e));
        }

        // Read only errors: the error code is in the body if the header is missing.
        if (message.Response.Status >= 400 && new RequestFailedException(message.Response) is var answer && MeansUnavailable(answer))
            throw Logged(new StoreUnavailableException(answer));
    }

    /// <summary>Whether the failure is about the store rather than about the request.</summary>
    internal static bool MeansUnavailable(RequestFailedException answer) => answer.Status is 401 or 403 or 408 or 429 or >= 500
        || answer.ErrorCode is "TableNotFound" or "TableBeingDeleted" or "ContainerNotFound" or "ContainerBeingDeleted";

    private static string Kind(Exception cause)
    {
        var last = cause is AggregateException attempts ? attempts.InnerExceptions[^1] : cause;
        return last is OperationCanceledException ? "timeout" : last.GetBaseException().GetType().Name;
    }

    private StoreUnavailableException Logged(StoreUnavailableException unavailable)
    {
        if (unavailable.IsRefusal || unavailable.InnerException is AuthenticationFailedException)
            LogRefused(unavailable.Message);
        else
            LogUnavailable(unavailable.Message);
        return unavailable;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Reason}")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Reason} Give the app's identity the roles Storage Table Data Contributor "
            + "and Storage Blob Data Contributor on the account")]
    private partial void LogRefused(string reason);
}
