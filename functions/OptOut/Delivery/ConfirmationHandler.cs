using Azure.Data.Tables;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Delivery;

/// <summary>
/// Confirms to the person what was recorded (Royal Decree of 4 April 2003, art. 2). Each submission gets one mail, sent once: an
/// <c>ack~</c> row is written after the mail service accepted the mail. A process that dies between the two sends the mail a second time,
/// which is better than never.
/// </summary>
internal sealed class ConfirmationHandler(
    ChangeApplier applier,
    ConsentStore consent,
    ProfileStore profiles,
    SharedContactPoints shared,
    StorageAccount storage,
    ConfirmationMail mail,
    MailDispatch dispatch,
    StoreOutageRetry outageRetry,
    TimeProvider time,
    IOptions<ConfirmationOptions> options)
{
    // A person who complained to a vendor, or is on a list, did not contact us and has not asked for a mail.
    private static bool IsToThePerson(Source source) => source is not (Source.VendorWebhook or Source.Reconciliation or Source.Import);

    public Task<Settlement> HandleAsync(ServiceBusReceivedMessage received, CancellationToken cancellationToken) =>
        outageRetry.HandleAsync<SubjectMessage>(
            received, Topology.Confirmation, message => HandleAsync(message, cancellationToken), cancellationToken);

    private async Task<Settlement> HandleAsync(SubjectMessage message, CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled || message.Changes.Count == 0 || !IsToThePerson(message.Changes[0].Source))
            return Settlement.Done;

        // Only what the ledger recorded is confirmed: a link that is clicked a hundred times sends one mail.
        await applier.ApplyAsync(message.Changes, cancellationToken);
        var recorded = new List<Change>(message.Changes.Count);
        foreach (var change in message.Changes)
        {
            if (await consent.HasAsync(change.Subject, change.Id, cancellationToken))
                recorded.Add(change);
        }

        if (recorded.Count == 0)
            return Settlement.Done;

        var profile = await profiles.LoadAsync(message.Subject, cancellationToken);
        var stopped = recorded.Exists(c => c.Decision == Decision.Allow)
            ? await shared.FindAsync(
                message.Subject, (await consent.LoadAsync(message.Subject, cancellationToken)).Consent, profile, cancellationToken)
            : [];
        foreach (var address in profile.Current.Where(i => i.Kind == IdentifierKind.Email))
        {
            if (await SendAsync(message, recorded, address, profile.Language, stopped, cancellationToken) is { } unsent)
                return unsent;
        }

        return Settlement.Done;
    }

    /// <returns>Null when the mail was accepted.</returns>
    private async Task<Settlement?> SendAsync(
        SubjectMessage message,
        List<Change> recorded,
        Identifier address,
        string? language,
        IReadOnlyList<SharedStop> stopped,
        CancellationToken cancellationToken)
    {
        var written = await mail.WriteAsync(recorded, address, language, stopped);
        var row =
            new TableEntity(message.Subject.ToString(), $"ack~{message.Subject}~{written.Reference}") { ["SentAt"] = time.GetUtcNow() };
        if ((await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            row.PartitionKey, row.RowKey, ["RowKey"], cancellationToken)).HasValue)
        {
            return null;
        }

        if (await dispatch.SendAsync(written, "confirmation", message, Topology.Confirmation, cancellationToken) is { } unsent)
            return unsent;
        await storage.Consent.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        return null;
    }
}
