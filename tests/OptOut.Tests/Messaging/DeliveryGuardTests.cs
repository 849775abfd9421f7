using Azure.Messaging.ServiceBus;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Platform;

namespace OptOut.Tests.Messaging;

/// <summary>What becomes of a message whose handler does not get to its end, with the genuine client and the embedded bus.</summary>
public sealed class DeliveryGuardTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_its_last_delivery_a_message_is_published_afresh_without_being_handled()
    {
        var message = NewMessage();

        var settlement = await HandleAsync(message, Topology.MaxDeliveryCount, (_, _) => throw new InvalidOperationException("Handled."));

        Assert.Equal(Settlement.Done, settlement);
        var afresh = await SentAsync(message);
        Assert.NotEqual(message.ToServiceBus().MessageId, afresh.ToServiceBus().MessageId);
        Assert.Equal((1, Topology.Apply), (afresh.Restarts, afresh.Only));
        Assert.Equal(message.Changes.Single().Id, afresh.Changes.Single().Id);
    }

    [Fact]
    public async Task A_message_published_afresh_counts_as_handled_before()
    {
        var told = new List<bool>();
        Task<Settlement> Handle(SubjectMessage message, bool isRepeated)
        {
            told.Add(isRepeated);
            return Task.FromResult(Settlement.Done);
        }

        await HandleAsync(NewMessage(), 1, Handle);
        await HandleAsync(NewMessage(), 2, Handle);
        await HandleAsync(NewMessage().Restarted(Topology.Apply), 1, Handle);
        await HandleAsync(NewMessage().AfterFailure(Topology.Apply), 1, Handle);

        Assert.Equal([false, true, true, true], told);
    }

    [Fact]
    public async Task A_message_that_kills_every_process_is_dead_lettered_after_twenty_rounds()
    {
        var message = NewMessage() with { Only = Topology.Apply, Restarts = DeliveryGuard.MaxRestarts };

        var settlement = await HandleAsync(message, Topology.MaxDeliveryCount, (_, _) => throw new InvalidOperationException("Handled."));

        Assert.Equal("KillsItsHandler", Assert.IsType<Settlement.DeadLetter>(settlement).Reason);
    }

    [Fact]
    public async Task A_handler_that_throws_gets_the_message_again_later_and_it_is_dead_lettered_in_the_end()
    {
        var message = NewMessage();

        var settlement = await HandleAsync(message, 1, (_, _) => throw new FormatException("A secret."));

        Assert.Equal(Settlement.Done, settlement);
        Assert.Equal(1, (await SentAsync(message)).Failures);
        var last = message with { Only = Topology.Apply, Failures = DeliveryGuard.MaxFailures - 1 };
        var dead = Assert.IsType<Settlement.DeadLetter>(await HandleAsync(last, 1, (_, _) => throw new FormatException("A secret.")));
        Assert.Equal(("HandlerFailed", "FormatException after 15 attempts."), (dead.Reason, dead.Description));
    }

    [Fact]
    public async Task An_outage_of_the_store_is_waited_for_however_long_it_takes()
    {
        var message = NewMessage() with { Only = Topology.Apply, Wait = 10_000 };

        var settlement = await HandleAsync(
            message, 1, (_, _) => throw new StoreUnavailableException(503, "ServerBusy"));

        Assert.Equal(Settlement.Done, settlement);
        var waiting = await SentAsync(message);
        Assert.Equal((10_001, 0), (waiting.Wait, waiting.Failures));
    }

    private static SubjectMessage NewMessage()
    {
        var now = TimeProvider.System.GetUtcNow();
        var subject = new SubjectKey(new UInt128(1, (ulong)now.UtcTicks));
        return SubjectMessage.From(
            Change.Create(EventIds.New(now), subject, Scope.Everything, Decision.Stop, now, now, Source.OneClick));
    }

    private Task<Settlement> HandleAsync(SubjectMessage message, int delivery, Func<SubjectMessage, bool, Task<Settlement>> handle)
    {
        var sent = message.ToServiceBus();
        var received = ServiceBusModelFactory.ServiceBusReceivedMessage(
            sent.Body,
            sent.MessageId,
            correlationId: sent.CorrelationId,
            subject: sent.Subject,
            contentType: sent.ContentType,
            properties: sent.ApplicationProperties,
            deliveryCount: delivery);
        return host.Service<DeliveryGuard>().HandleAsync(received, Topology.Apply, handle, Cancel);
    }

    // What the guard sent in the message's place, also if it is not due yet.
    private async Task<SubjectMessage> SentAsync(SubjectMessage message)
    {
        SubjectMessage? found = null;
        await OptOutHost.UntilAsync(async () =>
        {
            foreach (var sent in await host.SentAsync())
            {
                if (SubjectMessage.TryRead(sent, out var read, out _) && read.Id == message.Id)
                    found = read;
            }

            return found is not null;
        });
        return found!;
    }
}
