using System.Globalization;
using Azure.Messaging.ServiceBus;
using OptOut.Messaging;

namespace OptOut.Tests.Messaging;

/// <summary>A message with a number for its id and a body of any size.</summary>
internal sealed record PublishedMessage(int Number, int Bytes = 100, object? Property = null) : IBusMessage
{
    public Guid Id => new(Number, 0, 0, new byte[8]);

    public string About => Number.ToString(CultureInfo.InvariantCulture);

    public ServiceBusMessage ToServiceBus()
    {
        var message = new ServiceBusMessage(new byte[Bytes]) { MessageId = About };
        if (Property is not null)
            message.ApplicationProperties["property"] = Property;
        return message;
    }
}
