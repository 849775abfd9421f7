using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Platform;
using OptOut.Platform.Telemetry;

namespace OptOut.Records;

/// <summary>
/// Consent state and ledger of a subject, in one partition of the table <c>consent</c>: <c>state~</c>, <c>event~</c> and <c>seen~</c> rows,
/// of which the last say which changes the ledger has. Changes are taken in one entity-group transaction under the state's ETag, so state
/// and ledger never disagree, and the numbers that the store gives them have one order. Row keys repeat the subject key because Azurite
/// finds rows by row key first, and collapses when thousands of partitions share one.
/// </summary>
internal sealed class ConsentStore(StorageAccount storage, TimeProvider time, OptOutMetrics metrics)
{
    // A transaction takes 100 rows (https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions): the state,
    // and two for each entry, of which every remembered repeat may become one.
    private const int MaxChanges = ((100 - 1) / 2) - SubjectState.MaxRepeats;

    // Each loser of a race has seen another writer win, so this many writers may press at once on one person's row.
    private const int MaxAttempts = 30;

    public async Task<SubjectState> LoadAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var row = await FindRowAsync(subject, cancellationToken);
        return row is null ? SubjectState.Start(subject) : SubjectRow.Read(row);
    }

    /// <summary>
    /// Adds the changes to state and ledger. Applying them twice is applying them once. A Stop that only repeats what stands takes a number,
    /// so that an Allow which had not seen it cannot beat it, and mostly leaves the ledger as it is.
    /// </summary>
    /// <param name="changes">At least one, all of one subject. Up to 17 are written all or none; more go in parts, in their order.</param>
    /// <exception cref="StoreUnavailableException">The store did not take them, or too many wrote at once.</exception>
    public async Task<Taken> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        Taken? sum = null;
        foreach (var part in SubjectState.InOrder(changes).Chunk(MaxChanges))
        {
            var taken = await ApplyPartAsync(part, cancellationToken);
            sum = sum is null ? taken : new Taken(
                taken.State,
                [.. sum.Entries, .. taken.Entries],
                [.. sum.Unknown, .. taken.Unknown],
                [.. sum.OldNews, .. taken.OldNews]);
        }

        return sum!;
    }

    public Task<Taken> ApplyAsync(Change change, CancellationToken cancellationToken) => ApplyAsync([change], cancellationToken);

    private async Task<Taken> ApplyPartAsync(Change[] changes, CancellationToken cancellationToken)
    {
        var subject = changes[0].Subject;
        var (asked, entered) = (new HashSet<Guid>(), new HashSet<Guid>());
        for (var attempt = 1; ; attempt++)
        {
            var row = await FindRowAsync(subject, cancellationToken);
            var known = row is null ? SubjectState.Start(subject) : SubjectRow.Read(row);

            // A repeat writes no row that a second delivery would collide with.
            await AskAsync(changes.Where(c => c.Decision == Decision.Stop && known.Consent.IsStopped(c.Scope) && !known.Names(c.Id)));
            var taken = known.Take(changes.Where(c => !entered.Contains(c.Id)));
            if (taken.State.Number == known.Number)
                return taken;

            try
            {
                var next = SubjectRow.Write(subject, taken.State);
                await storage.Consent.SubmitAsync(
                    [
                        row is null
                            ? new(TableTransactionActionType.Add, next)
                            : new(TableTransactionActionType.UpdateReplace, next, row.ETag),
                        .. taken.Entries.Select(e => new TableTransactionAction(TableTransactionActionType.Add, Write(e))),
                        .. taken.Entries.Select(e => new TableTransactionAction(TableTransactionActionType.Add, Seen(e))),
                    ],
                    cancellationToken);
                foreach (var entry in taken.Entries)
                    metrics.ChangeRecorded(entry.Change.Source.ToString(), entry.Change.Decision.ToString());
                return taken;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                if (attempt == MaxAttempts)
                    throw new StoreUnavailableException(e);

                // Another writer won. It may have been another delivery of these very changes, since overtaken in the state by later ones.
                asked.Clear();
                await AskAsync(changes);
                await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5, 20 * attempt)), time, cancellationToken);
            }
        }

        async Task AskAsync(IEnumerable<Change> some)
        {
            foreach (var change in some.Where(c => !entered.Contains(c.Id) && asked.Add(c.Id)).ToArray())
            {
                if (await IsInLedgerAsync(subject, change.Id, cancellationToken))
                    entered.Add(change.Id);
            }
        }
    }

    /// <summary>Whether the change was taken before: it stands in the subject's ledger, or is one of its last repeats.</summary>
    public async Task<bool> HasAsync(SubjectKey subject, Guid changeId, CancellationToken cancellationToken) =>
        await IsInLedgerAsync(subject, changeId, cancellationToken)
        || (await LoadAsync(subject, cancellationToken)).Names(changeId);

    private async Task<bool> IsInLedgerAsync(SubjectKey subject, Guid changeId, CancellationToken cancellationToken) =>
        (await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), SeenKey(subject, changeId), ["RowKey"], cancellationToken)).HasValue;

    /// <summary>The ledger's entry of an event; null when it has none.</summary>
    public async Task<LedgerEntry?> FindAsync(SubjectKey subject, Guid eventId, CancellationToken cancellationToken)
    {
        var seen = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), SeenKey(subject, eventId), cancellationToken: cancellationToken);
        return seen.HasValue
            ? Entry((await storage.Consent.GetEntityAsync<TableEntity>(
                subject.ToString(),
                EventKey(subject, seen.Value!.GetInt64("Sequence")!.Value),
                cancellationToken: cancellationToken)).Value)
            : null;
    }

    /// <summary>The subject's ledger, oldest first.</summary>
    /// <param name="after">The sequence number of the last entry to leave out.</param>
    public async IAsyncEnumerable<LedgerEntry> LedgerAsync(
        SubjectKey subject, [EnumeratorCancellation] CancellationToken cancellationToken, long after = 0)
    {
        var partition = subject.ToString();
        var (from, to) = (EventKey(subject, after + 1), $"event~{subject}~~");
        await foreach (var row in storage.Consent.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {from} and RowKey lt {to}"),
            cancellationToken: cancellationToken))
        {
            yield return Entry(row);
        }
    }

    /// <summary>The ledger up to the first entry that cannot be read: the verification reports such an entry, and goes on.</summary>
    /// <returns>Whether all of it could be read.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<(IReadOnlyList<LedgerEntry> Entries, bool Readable)> ReadableLedgerAsync(
        SubjectKey subject, CancellationToken cancellationToken)
    {
        var entries = new List<LedgerEntry>();
        try
        {
            await foreach (var entry in LedgerAsync(subject, cancellationToken))
                entries.Add(entry);
            return (entries, true);
        }
        catch (Exception e) when (e is not (StoreUnavailableException or RequestFailedException or OperationCanceledException))
        {
            return (entries, false);
        }
    }

    private async Task<TableEntity?> FindRowAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var row = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), SubjectRow.Key(subject), cancellationToken: cancellationToken);
        return row.HasValue ? row.Value : null;
    }

    private static TableEntity Write(LedgerEntry entry) =>
        new(entry.Change.Subject.ToString(), EventKey(entry.Change.Subject, entry.Sequence))
        {
            ["Sequence"] = entry.Sequence,
            ["Number"] = entry.Number,
            ["Change"] = ChangeDocument.From(entry.Change).ToJson(),
            ["PreviousHash"] = entry.PreviousHash,
            ["Hash"] = entry.Hash,
        };

    private static LedgerEntry Entry(TableEntity row) => new(
        row.GetInt64("Sequence")!.Value,
        row.GetInt64("Number")!.Value,
        ChangeDocument.FromJson(row.GetString("Change")).ToChange(),
        row.GetString("PreviousHash"),
        row.GetString("Hash"));

    private static TableEntity Seen(LedgerEntry entry) =>
        new(entry.Change.Subject.ToString(), SeenKey(entry.Change.Subject, entry.Change.Id)) { ["Sequence"] = entry.Sequence };

    private static string EventKey(SubjectKey subject, long sequence) =>
        $"event~{subject}~{sequence.ToString("D10", CultureInfo.InvariantCulture)}";

    private static string SeenKey(SubjectKey subject, Guid eventId) => $"seen~{subject}~{eventId:N}";
}
