using System.Globalization;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Benchmarks.Pipeline;

/// <summary>
/// A press of a mail client's button, over HTTP through the whole product, compared with the minimum that makes it durable: one message of
/// the product's publisher, with the same number of callers.
/// </summary>
internal static class PressFigure
{
    private const int Callers = 16, Presses = 2000;

    public static async Task RunAsync(MeasuredSystem system)
    {
        var protector = system.Services.GetRequiredService<IdentifierProtector>();
        var publisher = system.Services.GetRequiredService<ChangePublisher>();
        await using var sender = system.Services.GetRequiredService<ServiceBusClient>().CreateSender(Topology.BusTopic);
        var now = TimeProvider.System.GetUtcNow();

        await Timing.MeasureAsync(200, Callers, i => SendAsync(-1 - i));
        await Timing.MeasureAsync(200, Callers, i => PublishAsync(-1 - i));
        await Timing.MeasureAsync(200, Callers, i => system.PressAsync($"P-{-1 - i}"));
        var sent = await Timing.MeasureAsync(Presses, Callers, SendAsync);
        var published = await Timing.MeasureAsync(Presses, Callers, PublishAsync);
        var pressed = await Timing.MeasureAsync(Presses, Callers, i => system.PressAsync($"P-{i}"));
        Figure.Print(
            "a message sent alone / one of the publisher, 16 callers",
            Figure.Rate(sent),
            Figure.Rate(published),
            published.PerSecond / sent.PerSecond,
            "");
        Figure.Print(
            "one press / a message of the publisher, 16 callers",
            Figure.Rate(pressed),
            Figure.Rate(published),
            published.PerSecond / pressed.PerSecond,
            "<= 1.5");

        // No subscription receives the floor's messages.
        Task SendAsync(int i) => sender.SendMessageAsync(
            new ServiceBusMessage("{}") { MessageId = $"floor-{i}", ApplicationProperties = { ["only"] = "nobody" } });

        async Task PublishAsync(int i)
        {
            var (id, scope) = (EventIds.Derive("floor", i.ToString(CultureInfo.InvariantCulture)), Scope.Everything);
            var change = Change.Create(id, protector.SubjectOf($"C-{i}"), scope, Decision.Stop, now, now, Source.OneClick);
            if (!await publisher.TryPublishAsync(SubjectMessage.From(change) with { Only = "nobody" }))
                throw new InvalidOperationException("A message was not published.");
        }
    }
}
