using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Records;

/// <summary>
/// Stands around the client's retries: once they are used up, everything that means "not now" becomes a
/// <see cref="StoreUnavailableException"/>. What the caller cancelled stays cancelled.
/// </summary>
internal sealed partial class AvailabilityPolicy(ILogger logger) : HttpPipelinePolicy
{
    // Tests alone ask synchronously.
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        ProcessAsync(message, pipeline).AsTask().GetAwaiter().GetResult();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        // The body is read here too, so that an answer that breaks off is retried like one that never came.
        message.BufferResponse = true;
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception e)
            when (e is RequestFailedException or AggregateException or OperationCanceledException or IOException or AuthenticationFailedException)
        {
            throw message.CancellationToken.IsCancellationRequested
                ? new OperationCanceledException(null, e, message.CancellationToken)
                : Logged(new StoreUnavailableException(0, Kind(e), e));
        }

        // Only an error's code is looked for: it stands in the body where the header is missing.
        if (message.Response.Status >= 400 && new RequestFailedException(message.Response) is var answer && MeansUnavailable(answer))
            throw Logged(new StoreUnavailableException(answer));
    }

    /// <summary>Whether it is about the store rather than about the request.</summary>
    internal static bool MeansUnavailable(RequestFailedException answer) => answer.Status is 401 or 403 or 408 or 429 or >= 500
        || answer.ErrorCode is "TableNotFound" or "TableBeingDeleted" or "ContainerNotFound" or "ContainerBeingDeleted";

    private static string Kind(Exception cause)
    {
        var last = cause is AggregateException tries ? tries.InnerExceptions[^1] : cause;
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
        Message = "{Reason} Give the app's identity the roles Storage Table Data Contributor and Storage Blob Data Contributor on the account")]
    private partial void LogRefused(string reason);
}
