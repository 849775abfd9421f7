using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Records;

namespace OptOut.Delivery;

/// <summary>
/// How far a subject's ledger is confirmed. A mail is claimed before it is sent, so that two handlers do not send the same.
/// </summary>
/// <param name="UpTo">The last ledger entry that a mail which was accepted covers.</param>
/// <param name="ClaimedUpTo">The last entry that the latest mail covers. Greater than <paramref name="UpTo"/> until it is accepted.</param>
/// <param name="At">When that mail was claimed.</param>
/// <param name="By">The message that claimed it, or its copy that was put off: it may try again.</param>
/// <param name="Copy">Which copy of the message: each that is sent again has a message id of its own.</param>
/// <param name="SentTo">The hashes of the addresses at which it was accepted.</param>
/// <param name="Due">When a message will look again; null if none is scheduled.</param>
internal sealed record ConfirmationProgress(
    long UpTo, long ClaimedUpTo, DateTimeOffset At, Guid By, string Copy, IReadOnlyList<string> SentTo, DateTimeOffset? Due, ETag Tag)
{
    public bool IsSent => UpTo == ClaimedUpTo;
}

/// <summary>Row <c>ack~</c> of a subject in the table <c>consent</c>.</summary>
internal sealed class ConfirmationLog(StorageAccount storage)
{
    /// <returns>Null when nothing was confirmed yet.</returns>
    public async Task<ConfirmationProgress?> FindAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var found = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), RowKey(subject), cancellationToken: cancellationToken);
        return found is { HasValue: true, Value: { } row }
            ? new ConfirmationProgress(
                row.GetInt64("UpTo")!.Value,
                row.GetInt64("ClaimedUpTo")!.Value,
                row.GetDateTimeOffset("At")!.Value,
                row.GetGuid("By")!.Value,
                row.GetString("Copy"),
                row.GetString("SentTo").Split(' ', StringSplitOptions.RemoveEmptyEntries),
                row.GetDateTimeOffset("Due"),
                row.ETag)
            : null;
    }

    /// <param name="next">What to write. Its tag is that of the row as it was read, or <c>default</c> when there was none.</param>
    /// <returns>The progress as written; null when somebody else wrote first.</returns>
    public async Task<ConfirmationProgress?> TrySaveAsync(
        SubjectKey subject, ConfirmationProgress next, CancellationToken cancellationToken)
    {
        var row = new TableEntity(subject.ToString(), RowKey(subject))
        {
            ["UpTo"] = next.UpTo,
            ["ClaimedUpTo"] = next.ClaimedUpTo,
            ["At"] = next.At,
            ["By"] = next.By,
            ["Copy"] = next.Copy,
            ["SentTo"] = string.Join(' ', next.SentTo),
            ["Due"] = next.Due,
        };
        try
        {
            var answer = next.Tag == default
                ? await storage.Consent.AddEntityAsync(row, cancellationToken)
                : await storage.Consent.UpdateEntityAsync(row, next.Tag, TableUpdateMode.Replace, cancellationToken);
            return next with { Tag = answer.Headers.ETag!.Value };
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return null;
        }
    }

    private static string RowKey(SubjectKey subject) => $"ack~{subject}";
}
