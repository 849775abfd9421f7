using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;

namespace OptOut.Delivery;

/// <summary>
/// Stores every change that arrives on the bus, once, and then tells the subscriptions that have something to do. What is due is computed
/// from what is stored, so a process that dies in between is healed by the next delivery.
/// </summary>
internal sealed partial class ApplyHandler(
    ChangeApplier applier, ContactPointOwners owners, FanOut fanOut, ChangePublisher publisher, DeliveryGuard guard, ILogger<ApplyHandler> logger)
{
    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) =>
        guard.HandleAsync<SubjectMessage>(
            received, Topology.Apply, (message, isRepeated) => HandleAsync(message, isRepeated, cancellationToken), cancellationToken);

    private async Task<Settlement> HandleAsync(SubjectMessage message, bool isRepeated, CancellationToken cancellationToken)
    {
        if (message.Changes.Count == 0)
            return Settlement.Done;
        if (message.ContactPoint is null)
            return await ApplyAsync(message, isRepeated, cancellationToken);

        var each = await owners.FindAsync(message, isRepeated, cancellationToken);
        if (each is [var one] && one.Subject != message.Subject)
            return await ApplyAsync(one, isRepeated, cancellationToken);

        // The stand-in's part is done here: a message of its own would have the id of this one, and the bus would drop it.
        if (each.FirstOrDefault(m => m.Subject == message.Subject) is { } standIn)
        {
            await ApplyAsync(standIn, isRepeated, cancellationToken);

            // Somebody may have been announced with the contact point after the look-up, and before the stand-in had this Stop to give to
            // them.
            each = await owners.FindAsync(message, isRepeated, cancellationToken);
        }

        // Owners share nothing but the contact point: one who fails must not hold up the others.
        await publisher.PublishAsync([.. each.Where(m => m.Subject != message.Subject)], cancellationToken);
        return Settlement.Done;
    }

    private async Task<Settlement> ApplyAsync(SubjectMessage message, bool isRepeated, CancellationToken cancellationToken)
    {
        using var span = OptOutTrace.Apply(message.Subject);
        var applied = await applier.ApplyCompletelyAsync(message.Changes, cancellationToken);
        await publisher.PublishAsync(
            [.. fanOut.Due(message, applied, isRepeated).Select(s => message.PassedOn(s, applied.Taken.Entries))], cancellationToken);
        var taken = applied.Taken;
        foreach (var old in taken.OldNews)
            LogOldNews(old.Source, old.Evidence.Vendor, old.Scope, old.Subject, old.At);

        // Only a page of another installation, or of a store that was restored since, can show such a state. The person stays stopped.
        return taken.Unknown is [var unknown, ..]
            ? new Settlement.DeadLetter(
                "UnknownState", $"An Allow of {unknown.Scope} has seen number {unknown.Seen}, and the subject is at {taken.State.Number}.")
            : Settlement.Done;
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Source} of {Vendor} reports a Stop of {Scope} for subject {Subject} from {At}, before the person allowed it again: "
            + "not recorded")]
    private partial void LogOldNews(Source source, string? vendor, Scope scope, SubjectKey subject, DateTimeOffset at);
}
