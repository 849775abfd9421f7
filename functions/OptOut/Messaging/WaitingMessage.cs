using System.Diagnostics;
using Azure.Messaging.ServiceBus;

namespace OptOut.Messaging;

/// <summary>A message that waits to be sent with others, and the answer that its caller waits for.</summary>
internal sealed class WaitingMessage
{
    // Otherwise the code behind every answer of a batch would run before the next batch is sent.
    private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WaitingMessage(IBusMessage message)
    {
        (Message, Encoded) = (message, message.ToServiceBus());

        // The client would put every message of a batch into the trace of the batch's sender.
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } caller })
            Encoded.ApplicationProperties["Diagnostic-Id"] = caller;
    }

    public IBusMessage Message { get; }

    public ServiceBusMessage Encoded { get; }

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
