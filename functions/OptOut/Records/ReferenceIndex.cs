using Azure.Data.Tables;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>Where a reference number leads.</summary>
/// <param name="SubmissionId">The submission in the ledger: for a Stop that only repeated what stood, the one that stands.</param>
internal readonly record struct ReferenceTarget(SubjectKey Subject, Guid SubmissionId);

/// <summary>
/// The table <c>references</c>: one row for each submission and subject, found by the reference number alone. Partition key is the first
/// group of the number, row key the number and the subject, because twelve digits need not be unique.
/// </summary>
internal sealed class ReferenceIndex(StorageAccount storage)
{
    /// <param name="submissionId">The submission whose reference number was handed out.</param>
    /// <param name="target">Where it leads.</param>
    /// <exception cref="Platform.StoreUnavailableException">The store did not accept it.</exception>
    public Task SaveAsync(Guid submissionId, ReferenceTarget target, CancellationToken cancellationToken)
    {
        var reference = Reference.From(submissionId);
        var row = new TableEntity(Partition(reference), $"{reference}~{target.Subject}") { ["Submission"] = target.SubmissionId };
        return storage.References.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
    }

    /// <param name="reference">In normal form.</param>
    /// <returns>Mostly one: several people for a submission that concerns all of them.</returns>
    public async Task<IReadOnlyList<ReferenceTarget>> FindAsync(string reference, CancellationToken cancellationToken)
    {
        var found = new List<ReferenceTarget>();
        await foreach (var row in storage.References.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter(
                $"PartitionKey eq {Partition(reference)} and RowKey ge {reference + "~"} and RowKey lt {reference + "~~"}"),
            cancellationToken: cancellationToken))
        {
            found.Add(new ReferenceTarget(SubjectKey.Parse(row.RowKey[(reference.Length + 1)..]), row.GetGuid("Submission")!.Value));
        }

        return found;
    }

    private static string Partition(string reference) => reference[..4];
}
