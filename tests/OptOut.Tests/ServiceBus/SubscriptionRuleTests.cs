using Azure.Messaging.ServiceBus;
using OptOut.Emulators.ServiceBus;
using OptOut.Emulators.ServiceBus.Filters;

namespace OptOut.Tests.ServiceBus;

public sealed class SubscriptionRuleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_subscription_receives_only_the_messages_its_rules_match()
    {
        await using var bus = await StartAsync(
            new SubscriptionDefinition("email") { Rules = [new SqlRule("Channel = 'email' OR Channel = '*'")] },
            new SubscriptionDefinition("sms") { Rules = [new SqlRule("Channel = 'sms'"), new CorrelationRule { Subject = "everyone" }] },
            new SubscriptionDefinition("all"));
        await bus.Sender().SendMessagesAsync(
            [Message("1", "email"), Message("2", "sms"), Message("3", "*"), new ServiceBusMessage("4"), Message("5", "post", "everyone")],
            Cancellation);

        Assert.Equal(["1", "3"], await Bodies(bus, "email", 2));
        Assert.Equal(["2", "5"], await Bodies(bus, "sms", 2));
        Assert.Equal(["1", "2", "3", "4", "5"], await Bodies(bus, "all", 5));
    }

    [Fact]
    public async Task A_message_that_matches_two_rules_arrives_once()
    {
        await using var bus = await StartAsync(
            new SubscriptionDefinition("both") { Rules = [new SqlRule("Channel = 'email'"), new SqlRule("EXISTS(Channel)")] });
        await bus.Sender().SendMessageAsync(Message("1", "email"), Cancellation);

        Assert.Equal(["1"], await Bodies(bus, "both", 1));
    }

    [Fact]
    public async Task Rules_can_use_system_properties_and_typed_application_properties()
    {
        await using var bus = await StartAsync(
            new SubscriptionDefinition("sys")
            {
                Rules = [new SqlRule("sys.Label = 'change' AND sys.MessageId LIKE 'a%' AND sys.CorrelationId IS NOT NULL")],
            },
            new SubscriptionDefinition("types") { Rules = [new SqlRule("attempt >= 3 AND urgent AND weight < 1.5")] },
            new SubscriptionDefinition("correlated")
            {
                Rules = [new CorrelationRule { CorrelationId = "c", Properties = new Dictionary<string, object> { ["attempt"] = 3 } }],
            },
            new SubscriptionDefinition("none")
            {
                Rules = [new CorrelationRule { CorrelationId = "c", Properties = new Dictionary<string, object> { ["attempt"] = 4 } }],
            });
        await bus.Sender().SendMessageAsync(
            new ServiceBusMessage("1")
            {
                Subject = "change",
                MessageId = "a-1",
                CorrelationId = "c",
                ApplicationProperties = { ["attempt"] = (short)3, ["urgent"] = true, ["weight"] = 1.25f },
            },
            Cancellation);

        Assert.Equal(["1"], await Bodies(bus, "sys", 1));
        Assert.Equal(["1"], await Bodies(bus, "types", 1));
        Assert.Equal(["1"], await Bodies(bus, "correlated", 1));
        Assert.Equal([], await Bodies(bus, "none", 0));
    }

    [Fact]
    public async Task Each_subscriptions_copy_is_settled_independently()
    {
        await using var bus = await StartAsync(new SubscriptionDefinition("one"), new SubscriptionDefinition("two"));
        await bus.Sender().SendMessageAsync(new ServiceBusMessage("1"), Cancellation);
        await using var one = bus.Receiver("one");
        await using var two = bus.Receiver("two");

        await one.CompleteMessageAsync(await one.Next(), Cancellation);

        Assert.Equal("1", (await two.Next()).Body.ToString());
        await one.HasNoMessage();
    }

    [Fact]
    public async Task An_invalid_rule_prevents_startup_and_the_error_names_the_column()
    {
        var problem = await Assert.ThrowsAsync<SqlFilterException>(
            () => StartAsync(new SubscriptionDefinition("bad") { Rules = [new SqlRule("Channel == 'email'")] }));

        Assert.Equal("SQL filter, column 10: expected a property but found '='. The filter is: Channel == 'email'", problem.Message);
    }

    private static ServiceBusMessage Message(string body, string channel, string? subject = null) =>
        new(body) { Subject = subject, ApplicationProperties = { ["Channel"] = channel } };

    private static Task<RunningBus> StartAsync(params SubscriptionDefinition[] subscriptions) =>
        RunningBus.StartAsync(new EmbeddedServiceBusOptions { Topics = [new TopicDefinition(RunningBus.Topic, subscriptions)] });

    private static async Task<IEnumerable<string>> Bodies(RunningBus bus, string subscription, int count)
    {
        await using var receiver = bus.Receiver(subscription, ServiceBusReceiveMode.ReceiveAndDelete);
        var messages = await receiver.Next(count);
        await receiver.HasNoMessage();
        return messages.Select(message => message.Body.ToString());
    }
}
