using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Local.Hosting;

/// <summary>One Service Bus function and the genuine processor that feeds it.</summary>
internal sealed class BusFunction(BoundFunction<ProcessMessageEventArgs> function, ServiceBusProcessor processor, IServiceScopeFactory scopes, TimeProvider time, ILogger log)
{
    // The processor reports every failed attempt; a person needs to read it once, and now and then a reminder.
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private readonly Lock _gate = new();
    private DateTimeOffset? _reported;
    private int _failures;

    private string Name => function.Declaration.Name;

    /// <summary>Succeeds when the bus is down too: the processor then keeps trying.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        processor.ProcessMessageAsync += OnMessageAsync;
        processor.ProcessErrorAsync += OnErrorAsync;
        return processor.StartProcessingAsync(cancellationToken);
    }

    /// <summary>Takes no more messages and waits for those in hand.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        using var limit = TimeProvider.System.Limit(patience);
        try
        {
            await processor.CloseAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            log.DidNotEnd(Name, patience.TotalSeconds);
        }
    }

    private async Task OnMessageAsync(ProcessMessageEventArgs delivery)
    {
        BusAnswers();
        using var span = FunctionSpan.Start(function.Declaration, delivery.Message);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await function.InvokeAsync(scope.ServiceProvider, delivery);
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            log.FailedOnMessage(exception, Name, delivery.Message.MessageId, delivery.Message.DeliveryCount);
            // The processor abandons the message of a handler that throws, so that the bus delivers it again.
            throw;
        }
    }

    private async Task OnErrorAsync(ProcessErrorEventArgs error)
    {
        switch (error.ErrorSource)
        {
            case ServiceBusErrorSource.ProcessMessageCallback:
                break; // In the log already, with the message.
            case ServiceBusErrorSource.Complete or ServiceBusErrorSource.Abandon or ServiceBusErrorSource.RenewLock:
                log.CannotSettle(error.Exception, Name, error.ErrorSource.ToString());
                break;
            default:
                await BusFailsAsync(error.Exception, error.CancellationToken);
                break;
        }
    }

    private async Task BusFailsAsync(Exception exception, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
            return;
        Report(exception);

        // The processor tries again when this returns, without a pause of its own where its client does not retry. The bus
        // lives in real time, whatever clock the functions are given.
        var pause = TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(Interlocked.Increment(ref _failures), 16), LongestPause.TotalMilliseconds));
        try
        {
            await Task.Delay(pause, TimeProvider.System, stopping);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Report(Exception exception)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_reported is { } reported && now - reported < Reminder)
                return;
            _reported = now;
        }

        log.CannotReachBus(Name, exception.Message.Split('\n')[0].Trim());
    }

    private void BusAnswers()
    {
        Volatile.Write(ref _failures, 0);
        lock (_gate)
        {
            if (_reported is null)
                return;
            _reported = null;
        }

        log.ReachesBusAgain(Name);
    }
}
