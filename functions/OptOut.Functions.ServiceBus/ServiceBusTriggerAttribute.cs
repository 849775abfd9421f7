using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stands in for the attribute of Microsoft.Azure.Functions.Worker.Extensions.ServiceBus. See README.md.</summary>
public sealed class ServiceBusTriggerAttribute : TriggerBindingAttribute
{
    public ServiceBusTriggerAttribute(string queueName) => QueueName = queueName;

    public ServiceBusTriggerAttribute(string topicName, string subscriptionName) =>
        (TopicName, SubscriptionName) = (topicName, subscriptionName);

    public string? QueueName { get; }

    public string? TopicName { get; }

    public string? SubscriptionName { get; }

    /// <summary>The name of the setting with the address of the namespace.</summary>
    public string? Connection { get; set; }

    // The worker's source generator reads this default and fails without it.
    [DefaultValue(false)]
    public bool IsBatched { get; set; }

    public bool IsSessionsEnabled { get; set; }

    /// <summary>If an attribute does not set it, host.json's autoCompleteMessages applies, not this property's default.</summary>
    public bool AutoCompleteMessages { get; set; }
}
