using System.Diagnostics;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Platform;

namespace OptOut.Local.Hosting;

/// <summary>What a batch trigger passes to one invocation.</summary>
internal sealed record BatchDelivery(ServiceBusReceivedMessage[] Messages, ReceiverMessageActions Actions, CancellationToken Stopping);

/// <summary>
/// A function that takes batches. As the host on Azure does, it runs one batch at a time and renews no locks: a function must be done with
/// a message within the subscription's lock duration. What a function that throws has not settled is abandoned.
/// </summary>
internal sealed class BatchBusFunction(
    BoundFunction<BatchDelivery> function,
    ServiceBusReceiver receiver,
    int maxBatch,
    bool autoComplete,
    IServiceScopeFactory scopes,
    BusOutage outage,
    ILogger log)
    : IBusFunction, IDisposable
{
    // On an empty subscription. A message that arrives earlier is received at once.
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private Task _receiving = Task.CompletedTask;

    private string Name => function.Declaration.Name;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _receiving = Task.Run(ReceiveAsync, cancellationToken);
        return Task.CompletedTask;
    }

    public async Task StopAsync(TimeSpan timeout)
    {
        await _stopping.CancelAsync();
        try
        {
            await _receiving.WaitAsync(timeout, TimeProvider.System);
            using var limit = TimeProvider.System.Limit(timeout);
            await receiver.CloseAsync(limit.Token);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            log.DidNotEnd(Name, timeout.TotalSeconds);
            return;
        }

        Dispose();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task ReceiveAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var messages = await receiver.ReceiveMessagesAsync(maxBatch, Wait, _stopping.Token);
                outage.OnReachable();
                if (messages.Count > 0)
                    await RunAsync([.. messages]);
            }
            catch (Exception exception)
            {
                await outage.OnFailureAsync(exception, _stopping.Token);
            }
        }
    }

    private async Task RunAsync(ServiceBusReceivedMessage[] messages)
    {
        var actions = new ReceiverMessageActions(receiver);
        using var span = FunctionSpan.Start(function.Declaration, messages);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await function.InvokeAsync(scope.ServiceProvider, new BatchDelivery(messages, actions, _stopping.Token));
        }
        catch (Exception exception)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            log.FailedOnBatch(exception, Name, messages.Length);
            await SettleAsync("Abandon", message => receiver.AbandonMessageAsync(message, cancellationToken: CancellationToken.None));
            return;
        }

        if (autoComplete)
            await SettleAsync("Complete", message => receiver.CompleteMessageAsync(message, CancellationToken.None));

        async Task SettleAsync(string operation, Func<ServiceBusReceivedMessage, Task> settle)
        {
            foreach (var message in messages.Where(m => !actions.IsSettled(m)))
            {
                try
                {
                    await settle(message);
                }
                catch (ServiceBusException exception)
                {
                    log.CannotSettle(exception, Name, operation);
                }
            }
        }
    }
}
