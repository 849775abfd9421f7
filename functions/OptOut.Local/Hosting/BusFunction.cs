using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Local.Hosting;

/// <summary>One Service Bus function and the real ServiceBusProcessor that feeds it.</summary>
internal sealed class BusFunction(
    BoundFunction<ProcessMessageEventArgs> function,
    ServiceBusProcessor processor,
    IServiceScopeFactory scopes,
    TimeProvider time,
    ILogger log)
{
    // The processor reports every failed attempt; log the outage once, then a reminder every five minutes.
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private readonly Lock _gate = new();
    private DateTimeOffset? _reportedAt;
    private int _failures;

    private string Name => function.Declaration.Name;

    /// <summary>Also succeeds when the bus is unavailable: the processor then keeps retrying.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        processor.ProcessMessageAsync += OnMessageAsync;
        processor.ProcessErrorAsync += OnErrorAsync;
        return processor.StartProcessingAsync(cancellationToken);
    }

    /// <summary>Stops receiving and waits for the messages in progress.</summary>
    public async Task StopAsync(TimeSpan timeout)
    {
        using var limit = TimeProvider.System.Limit(timeout);
        try
        {
            await processor.CloseAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            log.DidNotEnd(Name, timeout.TotalSeconds);
        }
    }

    private async Task OnMessageAsync(ProcessMessageEventArgs delivery)
    {
        OnBusReachable();
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
            // If the handler throws, the processor abandons the message and the bus delivers it again.
            throw;
        }
    }

    private async Task OnErrorAsync(ProcessErrorEventArgs error)
    {
        switch (error.ErrorSource)
        {
            case ServiceBusErrorSource.ProcessMessageCallback:
                break; // Already logged with the message.
            case ServiceBusErrorSource.Complete or ServiceBusErrorSource.Abandon or ServiceBusErrorSource.RenewLock:
                log.CannotSettle(error.Exception, Name, error.ErrorSource.ToString());
                break;
            default:
                await OnBusFailureAsync(error.Exception, error.CancellationToken);
                break;
        }
    }

    private async Task OnBusFailureAsync(Exception exception, CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
            return;
        Report(exception);

        // The processor retries when this returns, without a pause if its client does not retry. The bus runs in real time, so the
        // pause does not use the functions' TimeProvider.
        var pause = TimeSpan.FromMilliseconds(
            Math.Min(100 << Math.Min(Interlocked.Increment(ref _failures), 16), LongestPause.TotalMilliseconds));
        try
        {
            await Task.Delay(pause, TimeProvider.System, stopping);
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    private void Report(Exception exception)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_reportedAt is { } reportedAt && now - reportedAt < Reminder)
                return;
            _reportedAt = now;
        }

        log.CannotReachBus(Name, exception.Message.Split('\n')[0].Trim());
    }

    private void OnBusReachable()
    {
        Volatile.Write(ref _failures, 0);
        lock (_gate)
        {
            if (_reportedAt is null)
                return;
            _reportedAt = null;
        }

        log.ReachesBusAgain(Name);
    }
}
