using System.Reflection;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>All Service Bus functions of the host: starts and stops them.</summary>
internal sealed class BusFunctions
{
    private const string AllowedParameters = "ServiceBusReceivedMessage, ServiceBusMessageActions and CancellationToken";
    private const string AllowedInBatches = "ServiceBusReceivedMessage[], ServiceBusMessageActions and CancellationToken";
    private readonly List<IBusFunction> _functions = [];

    public BusFunctions(
        IEnumerable<FunctionDeclaration> functions,
        HostJson hostJson,
        IConfiguration settings,
        IServiceProvider services,
        TimeProvider time,
        StartupErrors errors,
        ILogger log)
    {
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        foreach (var function in functions)
        {
            var trigger = (ServiceBusTriggerAttribute)function.Trigger;
            if (trigger.IsSessionsEnabled)
                errors.Add(function, "uses sessions, which this host does not support.", "Do without sessions.");
            if (services.GetService<ServiceBusClient>() is not { } client)
            {
                errors.Add(function, "no ServiceBusClient is registered.", "Register one where the function app registers its services.");
                continue;
            }

            var names = new[] { trigger.QueueName, trigger.TopicName, trigger.SubscriptionName }
                .Select(name => name is null ? "" : errors.Resolve(function, name, settings))
                .ToList();
            var outage = new BusOutage(function.Name, time, log);
            if (trigger.IsBatched)
            {
                if (BoundFunction<BatchDelivery>.Bind(function, BatchSource, AllowedInBatches, services, errors) is { } batched
                    && names is [{ } queueName, { } topicName, { } subscriptionName])
                {
                    var receiving = new ServiceBusReceiverOptions { PrefetchCount = hostJson.PrefetchCount };
                    var receiver = queueName.Length > 0
                        ? client.CreateReceiver(queueName, receiving)
                        : client.CreateReceiver(topicName, subscriptionName, receiving);
                    _functions.Add(new BatchBusFunction(
                        batched, receiver, hostJson.MaxMessageBatchSize, CompletesByItself(function, hostJson), scopes, outage, log));
                }
            }
            else if (BoundFunction<ProcessMessageEventArgs>.Bind(function, Source, AllowedParameters, services, errors) is { } bound
                && names is [{ } queue, { } topic, { } subscription])
            {
                var options = Options(function, hostJson);
                var processor = queue.Length > 0
                    ? client.CreateProcessor(queue, options)
                    : client.CreateProcessor(topic, subscription, options);
                _functions.Add(new BusFunction(bound, processor, scopes, outage, log));
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_functions.Select(function => function.StartAsync(cancellationToken)));

    public Task StopAsync(TimeSpan timeout) => Task.WhenAll(_functions.Select(function => function.StopAsync(timeout)));

    private static ServiceBusProcessorOptions Options(FunctionDeclaration function, HostJson hostJson) => new()
    {
        Identifier = function.Name,
        AutoCompleteMessages = CompletesByItself(function, hostJson),
        MaxConcurrentCalls = hostJson.MaxConcurrentCalls,
        PrefetchCount = hostJson.PrefetchCount,
        MaxAutoLockRenewalDuration = hostJson.MaxAutoLockRenewalDuration,
    };

    // The attribute overrides host.json only if it sets the property: its default must not hide host.json.
    private static bool CompletesByItself(FunctionDeclaration function, HostJson hostJson) =>
        function.TriggerParameter.GetCustomAttributesData()
            .Where(data => data.AttributeType == typeof(ServiceBusTriggerAttribute))
            .SelectMany(data => data.NamedArguments)
            .Where(argument => argument.MemberName == nameof(ServiceBusTriggerAttribute.AutoCompleteMessages))
            .Select(argument => argument.TypedValue.Value as bool?)
            .FirstOrDefault() ?? hostJson.AutoCompleteMessages;

    private static Func<ProcessMessageEventArgs, object?>? Source(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(ServiceBusReceivedMessage))
            return delivery => delivery.Message;
        if (parameter.ParameterType == typeof(ServiceBusMessageActions))
            return delivery => new ProcessorMessageActions(delivery);
        return parameter.ParameterType == typeof(CancellationToken) ? delivery => delivery.CancellationToken : null;
    }

    private static Func<BatchDelivery, object?>? BatchSource(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(ServiceBusReceivedMessage[]))
            return batch => batch.Messages;
        if (parameter.ParameterType == typeof(ServiceBusMessageActions))
            return batch => batch.Actions;
        return parameter.ParameterType == typeof(CancellationToken) ? batch => batch.Stopping : null;
    }
}
