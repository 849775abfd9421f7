using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

internal static partial class HostLog
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Count} functions: {Names}")]
    public static partial void Found(this ILogger log, int count, string names);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Function} failed")]
    public static partial void Failed(this ILogger log, Exception exception, string function);

    [LoggerMessage(
        EventId = 3,
        Level = LogLevel.Error,
        Message = "{Function} failed on message {MessageId}, delivery {Delivery}; the message is returned to the bus")]
    public static partial void FailedOnMessage(this ILogger log, Exception exception, string function, string messageId, int delivery);

    [LoggerMessage(
        EventId = 8,
        Level = LogLevel.Error,
        Message = "{Function} failed on a batch of {Count} messages; those that it has not settled are returned to the bus")]
    public static partial void FailedOnBatch(this ILogger log, Exception exception, string function, int count);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "{Function} cannot reach the bus ({Reason}); it keeps retrying")]
    public static partial void CannotReachBus(this ILogger log, string function, string reason);

    [LoggerMessage(EventId = 5, Level = LogLevel.Information, Message = "{Function} reaches the bus again")]
    public static partial void ReachesBusAgain(this ILogger log, string function);

    [LoggerMessage(EventId = 6, Level = LogLevel.Warning, Message = "{Function}: the bus rejected the {Operation} of a message")]
    public static partial void CannotSettle(this ILogger log, Exception exception, string function, string operation);

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message = "{Function} did not end within {Seconds} seconds of the stop request")]
    public static partial void DidNotEnd(this ILogger log, string function, double seconds);
}
