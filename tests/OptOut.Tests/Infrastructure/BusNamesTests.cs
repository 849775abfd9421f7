using System.Globalization;
using System.Text.Json;
using System.Xml;
using Microsoft.Azure.Functions.Worker;
using OptOut.Messaging;
using static OptOut.Tests.Infrastructure.Deployment;

namespace OptOut.Tests.Infrastructure;

/// <summary>The bus in the templates matches the bus in the code.</summary>
public sealed class BusNamesTests(Templates templates)
{
    private const string Topics = "Microsoft.ServiceBus/namespaces/topics",
        Subscriptions = Topics + "/subscriptions",
        Rules = Subscriptions + "/rules";

    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task The_topic_subscriptions_filters_and_durations_match_the_code(string environment)
    {
        var deployment = await templates.CompileAsync(environment);

        var topic = deployment.The(Topics);
        Assert.Equal(Topology.BusTopic, Text(topic["name"]).Split('/')[^1]);
        Assert.True(topic["properties"]!["requiresDuplicateDetection"]!.GetValue<bool>());
        Assert.Equal(Topology.DuplicateWindow, XmlConvert.ToTimeSpan(Text(topic["properties"]!["duplicateDetectionHistoryTimeWindow"])));

        Assert.Equal(Topology.Subscriptions.Select(s => s.Name).Order(StringComparer.Ordinal), deployment.Names(Subscriptions));
        Assert.All(deployment.Create(Subscriptions), subscription =>
        {
            Assert.Equal(Topology.LockDuration, XmlConvert.ToTimeSpan(Text(subscription["properties"]!["lockDuration"])));
            Assert.Equal(Topology.MaxDeliveryCount, subscription["properties"]!["maxDeliveryCount"]!.GetValue<int>());
        });

        var filters = deployment
            .Create(Rules)
            .ToDictionary(
                r => Text(r["name"]).Split('/')[^2], r => Text(r["properties"]!["sqlFilter"]!["sqlExpression"]), StringComparer.Ordinal);
        Assert.All(Topology.Subscriptions, subscription => Assert.Equal(subscription.Filter, filters[subscription.Name]));
        Assert.Equal(Topology.Subscriptions.Count, filters.Count);
    }

    // A rule with another name would be added to the default rule that Azure creates, which accepts every message.
    [Fact]
    public async Task Each_filter_replaces_the_default_rule_that_accepts_every_message() =>
        Assert.All((await templates.CompileAsync("prod")).Names(Rules), name => Assert.Equal("$Default", name));

    [Fact]
    public async Task Each_subscription_has_exactly_one_bus_function()
    {
        var subscriptions = (await templates.CompileAsync("prod")).Names(Subscriptions);

        Assert.Equal(
            subscriptions,
            DeclaredFunctions.With<ServiceBusTriggerAttribute>().Select(f => f.Trigger.SubscriptionName!).Order(StringComparer.Ordinal));
        Assert.All(
            DeclaredFunctions.With<ServiceBusTriggerAttribute>(),
            f => Assert.Equal((Topology.BusTopic, Topology.Connection), (f.Trigger.TopicName, f.Trigger.Connection)));
    }

    [Fact]
    public void The_host_renews_locks_for_longer_than_one_lock_and_leaves_settlement_to_the_functions()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));
        var bus = host.RootElement.GetProperty("extensions").GetProperty("serviceBus");

        Assert.False(bus.GetProperty("autoCompleteMessages").GetBoolean());
        Assert.True(
            TimeSpan.Parse(bus.GetProperty("maxAutoLockRenewalDuration").GetString()!, CultureInfo.InvariantCulture)
                > Topology.LockDuration);
    }
}
