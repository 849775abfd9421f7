using Azure.Messaging.ServiceBus;

namespace OptOut.Tests.ServiceBus;

public sealed class SendAndReceiveTests
{
    [Fact]
    public async Task A_message_arrives_with_everything_its_sender_set()
    {
        await using var bus = await RunningBus.StartAsync();
        var before = TimeProvider.System.GetUtcNow();
        var sent = new ServiceBusMessage("{\"subject\":\"x\"}")
        {
            MessageId = "id-1",
            CorrelationId = "correlation-1",
            Subject = "change",
            ContentType = "application/json",
            To = "to",
            ReplyTo = "reply",
            PartitionKey = "p",
            TimeToLive = TimeSpan.FromHours(1),
            ApplicationProperties =
            {
                ["text"] = "é",
                ["number"] = 42,
                ["long"] = 42L,
                ["flag"] = true,
                ["real"] = 1.5,
                ["when"] = before,
                ["span"] = TimeSpan.FromSeconds(3),
                ["id"] = Guid.Empty,
            },
        };

        await bus.Sender().SendMessageAsync(sent);
        var message = await bus.Receiver().Next();

        Assert.Equal("{\"subject\":\"x\"}", message.Body.ToString());
        Assert.Equal("id-1", message.MessageId);
        Assert.Equal("correlation-1", message.CorrelationId);
        Assert.Equal("change", message.Subject);
        Assert.Equal("application/json", message.ContentType);
        Assert.Equal("to", message.To);
        Assert.Equal("reply", message.ReplyTo);
        Assert.Equal("p", message.PartitionKey);
        Assert.Equal(TimeSpan.FromHours(1), message.TimeToLive);
        Assert.Equal(sent.ApplicationProperties, message.ApplicationProperties);
        Assert.Equal(1, message.SequenceNumber);
        Assert.Equal(1, message.DeliveryCount);
        Assert.InRange(message.EnqueuedTime, before.AddSeconds(-1), TimeProvider.System.GetUtcNow().AddSeconds(1));
        Assert.InRange(message.LockedUntil, before.AddSeconds(58), TimeProvider.System.GetUtcNow().AddSeconds(61));
        Assert.NotEqual(Guid.Empty.ToString(), message.LockToken);
        Assert.Equal(ServiceBusMessageState.Active, message.State);
    }

    [Fact]
    public async Task A_completed_message_is_removed()
    {
        await using var bus = await RunningBus.StartAsync();
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("once"));
        var receiver = bus.Receiver();

        await receiver.CompleteMessageAsync(await receiver.Next());

        await receiver.HasNoMessage();
        Assert.Null(await receiver.PeekMessageAsync());
    }
}
