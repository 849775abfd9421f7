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
    private readonly List<BusFunction> _functions = [];

    public BusFunctions(
        IEnumerable<FunctionDeclaration> functions,
        HostJson hostJson,
        IConfiguration settings,
        IServiceProvider services,
        TimeProvider time,
        StartupErrors errors,
        ILogger log)
    {
        foreach (var function in functions)
        {
            var trigger = (ServiceBusTriggerAttribute)function.Trigger;
            if (trigger.IsBatched || trigger.IsSessionsEnabled)
            {
                errors.Add(
                    function,
                    "uses batches or sessions, which this host does not support.",
                    "Take one message at a time, without sessions.");
            }

            if (services.GetService<ServiceBusClient>() is not { } client)
            {
                errors.Add(function, "no ServiceBusClient is registered.", "Register one where the function app registers its services.");
                continue;
            }

            var names = new[] { trigger.QueueName, trigger.TopicName, trigger.SubscriptionName }
                .Select(name => name is null ? "" : errors.Resolve(function, name, settings))
                .ToList();
            if (BoundFunction<ProcessMessageEventArgs>.Bind(function, Source, AllowedParameters, services, errors) is not { } bound
                || names is not [{ } queue, { } topic, { } subscription])
            {
                continue;
            }

            var options = Options(function, hostJson);
            var processor = queue.Length > 0
                ? client.CreateProcessor(queue, options)
                : client.CreateProcessor(topic, subscription, options);
            _functions.Add(new BusFunction(bound, processor, services.GetRequiredService<IServiceScopeFactory>(), time, log));
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_functions.Select(function => function.StartAsync(cancellationToken)));

    public Task StopAsync(TimeSpan timeout) => Task.WhenAll(_functions.Select(function => function.StopAsync(timeout)));

    private static ServiceBusProcessorOptions Options(FunctionDeclaration function, HostJson hostJson)
    {
        // The attribute overrides host.json only if it sets the property: its default must not hide host.json.
        var autoComplete = function.TriggerParameter.GetCustomAttributesData()
            .Where(data => data.AttributeType == typeof(ServiceBusTriggerAttribute))
            .SelectMany(data => data.NamedArguments)
            .Where(argument => argument.MemberName == nameof(ServiceBusTriggerAttribute.AutoCompleteMessages))
            .Select(argument => argument.TypedValue.Value as bool?)
            .FirstOrDefault();
        return new ServiceBusProcessorOptions
        {
            Identifier = function.Name,
            AutoCompleteMessages = autoComplete ?? hostJson.AutoCompleteMessages,
            MaxConcurrentCalls = hostJson.MaxConcurrentCalls,
            PrefetchCount = hostJson.PrefetchCount,
            MaxAutoLockRenewalDuration = hostJson.MaxAutoLockRenewalDuration,
        };
    }

    private static Func<ProcessMessageEventArgs, object?>? Source(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(ServiceBusReceivedMessage))
            return delivery => delivery.Message;
        if (parameter.ParameterType == typeof(ServiceBusMessageActions))
            return delivery => new ProcessorMessageActions(delivery);
        return parameter.ParameterType == typeof(CancellationToken) ? delivery => delivery.CancellationToken : null;
    }
}
