using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Local.Hosting;

/// <summary>A function that takes one message at a time, and the real ServiceBusProcessor that feeds it.</summary>
internal sealed class BusFunction(
    BoundFunction<ProcessMessageEventArgs> function,
    ServiceBusProcessor processor,
    IServiceScopeFactory scopes,
    BusOutage outage,
    ILogger log)
    : IBusFunction
{
    private string Name => function.Declaration.Name;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        processor.ProcessMessageAsync += OnMessageAsync;
        processor.ProcessErrorAsync += OnErrorAsync;
        return processor.StartProcessingAsync(cancellationToken);
    }

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
        outage.OnReachable();
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
                // The processor retries when this returns, without a pause if its client does not retry.
                await outage.OnFailureAsync(error.Exception, error.CancellationToken);
                break;
        }
    }
}
