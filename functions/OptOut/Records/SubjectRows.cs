using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records;

/// <summary>
/// A subject's row of the table <c>consent</c>, as it was read: everything that anybody needs to know of the subject, in one point read. It
/// has the consent state, the contact points, and what each vendor confirmed. Each writer merges its own
/// properties under the row's ETag and leaves those of the others.
/// </summary>
/// <param name="numbersAbove">The lowest number that the state may have: <see cref="StorageOptions.RestoredAt"/>.</param>
internal sealed class SubjectRecord(SubjectKey subject, TableEntity? row, IdentifierProtector protector, long numbersAbove = 0)
{
    private SubjectState? _state;
    private Profile? _profile;

    public SubjectKey Subject => subject;

    /// <summary>The version that was read; null if there is no row.</summary>
    public ETag? Tag => row?.ETag;

    public SubjectState State => _state ??=
        (row is not null && SubjectRow.HasState(row) ? SubjectRow.Read(row) : SubjectState.Start(subject)).NumberedAbove(numbersAbove);

    public Profile Profile => _profile ??= row is null ? Profile.Empty : ProfileRow.Read(subject, row, protector);

    /// <returns>Null if nothing was ever pushed to the vendor.</returns>
    public VendorRow? Vendor(string vendor) => VendorRow.Parse(Text(VendorRow.PropertyOf(vendor)));

    /// <summary>A text that may be spread over several properties; empty if there is none.</summary>
    public string Text(string name) => row is null ? "" : LongText.Read(row, name);

    /// <summary>The row with properties that were merged into it.</summary>
    public SubjectRecord With(TableEntity merged, ETag tag)
    {
        var next = row is null ? new TableEntity(merged.PartitionKey, merged.RowKey) : new TableEntity(row);
        foreach (var (name, value) in merged)
            next[name] = value;
        next.ETag = tag;
        return new SubjectRecord(subject, next, protector, numbersAbove);
    }
}

/// <summary>Reads the subjects' rows, and writes the parts of them that belong to one writer.</summary>
internal sealed class SubjectRows(StorageAccount storage, IdentifierProtector protector, IOptions<StorageOptions> options)
{
    public async Task<SubjectRecord> LoadAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var row = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), SubjectRow.Key(subject), cancellationToken: cancellationToken);
        return new SubjectRecord(subject, row.HasValue ? row.Value : null, protector, options.Value.NumbersAbove);
    }

    /// <summary>Merges properties into the row as it was read, or creates it.</summary>
    /// <returns>Null if anybody wrote the row since.</returns>
    public async Task<SubjectRecord?> TryMergeAsync(SubjectRecord read, TableEntity properties, CancellationToken cancellationToken)
    {
        try
        {
            var answer = read.Tag is { } tag
                ? await storage.Consent.UpdateEntityAsync(properties, tag, TableUpdateMode.Merge, cancellationToken)
                : await storage.Consent.AddEntityAsync(properties, cancellationToken);
            return read.With(properties, answer.Headers.ETag!.Value);
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return null;
        }
    }

    /// <summary>Sets texts that are still what was read. What others wrote in the row meanwhile stays.</summary>
    /// <param name="read">The row as read.</param>
    /// <param name="texts">By property.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The properties that were written: none if the row was deleted.</returns>
    public async Task<IReadOnlySet<string>> TrySetAsync(
        SubjectRecord read, IReadOnlyDictionary<string, string> texts, CancellationToken cancellationToken)
    {
        for (var now = read; ; now = await LoadAsync(read.Subject, cancellationToken))
        {
            var open = texts.Where(t => now.Tag is not null && now.Text(t.Key) == read.Text(t.Key)).ToArray();
            var properties = new TableEntity(read.Subject.ToString(), SubjectRow.Key(read.Subject));
            foreach (var (name, text) in open)
                LongText.Write(properties, name, text);
            if (open.Length == 0 || await TryMergeAsync(now, properties, cancellationToken) is not null)
                return open.Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        }
    }
}
