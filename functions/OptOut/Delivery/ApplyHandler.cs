using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Messaging;

namespace OptOut.Delivery;

/// <summary>Stores every change that arrives on the bus, and notes the new head of the ledger so that it will be anchored.</summary>
internal sealed partial class ApplyHandler(ChangeApplier applier, StoreOutageRetry outageRetry, ILogger<ApplyHandler> logger)
{
    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) =>
        outageRetry.HandleAsync<SubjectMessage>(
            received, Topology.Apply, message => HandleAsync(message, cancellationToken), cancellationToken);

    private async Task<Settlement> HandleAsync(SubjectMessage message, CancellationToken cancellationToken)
    {
        if (message.Changes.Count == 0)
            return Settlement.Done;
        var taken = (await applier.ApplyCompletelyAsync(message.Changes, cancellationToken)).Taken;
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
