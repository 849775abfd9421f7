using Azure.Messaging.ServiceBus;
using OptOut.Platform.Telemetry;

namespace OptOut.Messaging;

/// <summary>A message that waits to be sent with others, and the answer that its caller waits for.</summary>
internal sealed class WaitingMessage(IBusMessage message)
{
    // Otherwise the code behind every answer of a batch would run before the next batch is sent.
    private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IBusMessage Message => message;

    public ServiceBusMessage Encoded { get; } = Encode(message);

    /// <summary>The message with the sender's trace: the client would put every message of a batch into that of the batch's
    /// sender.</summary>
    public static ServiceBusMessage Encode(IBusMessage message)
    {
        var encoded = message.ToServiceBus();
        if (OptOutTrace.TraceParent is { } trace)
            encoded.ApplicationProperties["Diagnostic-Id"] = trace;
        return encoded;
    }

    /// <summary>Whether there is an answer, perhaps because the caller stopped waiting: the caller then goes to the outbox.</summary>
    public bool IsAnswered => _answer.Task.IsCompleted;

    /// <summary>The first answer counts.</summary>
    public void Answer(bool isPublished) => _answer.TrySetResult(isPublished);

    /// <summary>Throws the exception to the caller.</summary>
    public void Fail(Exception problem) => _answer.TrySetException(problem);

    /// <returns>Whether the bus accepted the message; false if that is not known in time.</returns>
    public async Task<bool> AnswerAsync(TimeSpan limit, TimeProvider time)
    {
        try
        {
            return await _answer.Task.WaitAsync(limit, time);
        }
        catch (TimeoutException)
        {
            Answer(false);
            return await _answer.Task;
        }
    }
}
