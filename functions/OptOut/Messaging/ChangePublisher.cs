using System.Threading.Channels;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Platform;

namespace OptOut.Messaging;

/// <summary>
/// Publishes messages on the bus, and does not try for a short time after the bus has failed. A message that comes alone is sent at once;
/// those that come while another is under way wait in a channel, from which one loop sends as many together as fit.
/// </summary>
internal sealed partial class ChangePublisher : IAsyncDisposable
{
    // A person is waiting for the response.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    // After a failure, callers go straight to the outbox for this long; the next caller after that tries again.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ServiceBusSender _sender;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly int _maxBatch;
    private readonly Channel<WaitingMessage> _waiting;
    private readonly Task _sending;
    private long _downUntil;
    private int _callers;

    public ChangePublisher(ServiceBusClient client, IOptions<PublisherOptions> options, TimeProvider time, ILogger<ChangePublisher> logger)
    {
        (_sender, _time, _logger, _maxBatch) = (client.CreateSender(Topology.BusTopic), time, logger, options.Value.MaxBatch);
        _waiting = Channel.CreateBounded<WaitingMessage>(new BoundedChannelOptions(options.Value.MaxWaiting) { SingleReader = true });

        // The loop belongs to no caller, so it must not go on in the trace of the first one.
        using (ExecutionContext.SuppressFlow())
            _sending = Task.Run(SendWaitingAsync);
    }

    /// <summary>Whether the bus failed recently, so that publishing is not attempted.</summary>
    public bool LooksDown => _time.GetUtcNow().UtcTicks < Interlocked.Read(ref _downUntil);

    /// <returns>Whether the bus accepted this message. False too if too many messages wait already.</returns>
    public Task<bool> TryPublishAsync(IBusMessage message) => TryPublishAsync(message, isAlone: true);

    /// <summary>Sends what a handler passes on, together with what others send at the same time.</summary>
    /// <exception cref="ServiceBusException">The bus did not accept all of them. It may have accepted some.</exception>
    public async Task PublishAsync(IReadOnlyCollection<IBusMessage> messages, CancellationToken cancellationToken)
    {
        if (messages.Count == 0)
            return;
        var accepted = await Task.WhenAll(messages.Select(m => TryPublishAsync(m, isAlone: messages.Count == 1)));

        // A person who waits gets an answer within seconds; a handler waits as long as the client tries.
        IBusMessage[] rest = [.. messages.Zip(accepted).Where(m => !m.Second).Select(m => m.First)];
        foreach (var some in rest.Chunk(_maxBatch))
            await _sender.SendMessagesAsync(some.Select(WaitingMessage.Encode), cancellationToken);
    }

    /// <summary>Sends the message later.</summary>
    /// <exception cref="ServiceBusException">The bus did not accept the message.</exception>
    public Task ScheduleAsync(IBusMessage message, TimeSpan delay, CancellationToken cancellationToken) =>
        _sender.ScheduleMessageAsync(WaitingMessage.Encode(message), _time.GetUtcNow() + delay, cancellationToken);

    /// <summary>Sends what waits, then closes. What comes later is not published.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _sending;
        await _sender.DisposeAsync();
    }

    private async Task<bool> TryPublishAsync(IBusMessage message, bool isAlone)
    {
        if (LooksDown)
            return false;
        try
        {
            if ((Interlocked.Increment(ref _callers) == 1 && isAlone) || _maxBatch == 1)
                return await TrySendAsync(message, WaitingMessage.Encode(message));
            var waiting = new WaitingMessage(message);
            if (_waiting.Writer.TryWrite(waiting))
                return await waiting.AnswerAsync(Timeout, _time);
            LogNotPublished(message.Id, message.About, "too many messages wait");
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _callers);
        }
    }

    private async Task SendWaitingAsync()
    {
        var taken = new List<WaitingMessage>(_maxBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (taken.Count < _maxBatch && _waiting.Reader.TryRead(out var next))
            {
                if (!next.IsAnswered)
                    taken.Add(next);
            }

            for (var sent = 0; sent < taken.Count;)
                sent += await SendSomeAsync(taken[sent..]);
            taken.Clear();
        }
    }

    /// <returns>How many of the messages now have an answer: at least one, and not all if they do not fit into one batch.</returns>
    private async Task<int> SendSomeAsync(List<WaitingMessage> messages)
    {
        var count = 0;
        using var limit = _time.Limit(Timeout);
        try
        {
            if (messages.Count > 1 && !LooksDown)
            {
                using var batch = await _sender.CreateMessageBatchAsync(limit.Token);
                while (count < messages.Count && batch.TryAddMessage(messages[count].Encoded))
                    count++;
                if (count > 1)
                {
                    await _sender.SendMessagesAsync(batch, limit.Token);
                    messages[..count].ForEach(m => m.Answer(true));
                    return count;
                }
            }
        }
        catch (Exception e)
        {
            // Whatever is wrong with one message, the bus or the client refuses the whole batch. Each message is then sent on its own, and
            // its caller gets its own answer or exception.
            LogBatchNotPublished(messages.Count, Reason(e));
            if (limit.HasExpired)
                PauseSending();
        }

        count = LooksDown ? messages.Count : Math.Max(count, 1);
        foreach (var message in messages[..count])
            await SendAloneAsync(message);
        return count;
    }

    private async Task SendAloneAsync(WaitingMessage waiting)
    {
        try
        {
            if (!waiting.IsAnswered)
                waiting.Answer(!LooksDown && await TrySendAsync(waiting.Message, waiting.Encoded));
        }
        catch (Exception e)
        {
            waiting.Fail(e);
        }
    }

    private async Task<bool> TrySendAsync(IBusMessage message, ServiceBusMessage encoded)
    {
        try
        {
            using var limit = _time.Limit(Timeout);
            await _sender.SendMessageAsync(encoded, limit.Token);
            return true;
        }
        catch (Exception e) when (e is ServiceBusException or OperationCanceledException or TimeoutException or UnauthorizedAccessException
            or ObjectDisposedException)
        {
            if (!IsAboutTheMessage(e))
                PauseSending();
            LogNotPublished(message.Id, message.About, Reason(e));
            return false;
        }
    }

    private void PauseSending() => Interlocked.Exchange(ref _downUntil, (_time.GetUtcNow() + Pause).UtcTicks);

    // The bus takes other messages.
    private static bool IsAboutTheMessage(Exception e) => e is ServiceBusException
    {
        IsTransient: false, Reason: ServiceBusFailureReason.MessageSizeExceeded or ServiceBusFailureReason.GeneralError,
    };

    private static string Reason(Exception e) => (e as ServiceBusException)?.Reason.ToString() ?? e.GetType().Name;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus did not accept message {MessageId} about {About} ({Reason})")]
    private partial void LogNotPublished(Guid messageId, string about, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus did not accept {Count} messages together ({Reason}): each is sent alone")]
    private partial void LogBatchNotPublished(int count, string reason);
}
