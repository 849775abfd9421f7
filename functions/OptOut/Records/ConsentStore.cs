using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Platform;
using OptOut.Platform.Telemetry;

namespace OptOut.Records;

/// <summary>What the store made of changes.</summary>
/// <param name="Subject">The subject's row as it is now.</param>
/// <param name="IsWritten">Whether the row was written, so that its state is from after anything that was read before.</param>
internal sealed record Stored(Taken Taken, SubjectRecord Subject, bool IsWritten);

/// <summary>
/// Consent state and ledger of a subject, in one partition of the table <c>consent</c>: the <c>subject~</c> row, and rows <c>event~</c> and
/// <c>seen~</c>, of which the last say which changes the ledger has. Changes are taken in one entity-group transaction under the row's
/// ETag, so state and ledger never disagree, and the numbers that the store gives them have one order. Row keys repeat the subject key
/// because Azurite finds rows by row key first, and collapses when thousands of partitions share one.
/// </summary>
internal sealed class ConsentStore(
    StorageAccount storage, SubjectRows subjects, IOptions<StorageOptions> options, TimeProvider time, OptOutMetrics metrics)
{
    // A transaction takes 100 rows (https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions): the state,
    // and two for each entry, of which every remembered repeat may become one.
    private const int MaxChanges = ((100 - 1) / 2) - SubjectState.MaxRepeats;

    // Each loser of a race has seen another writer win, so this many writers may press at once on one person's row.
    private const int MaxAttempts = 30;

    public async Task<SubjectState> LoadAsync(SubjectKey subject, CancellationToken cancellationToken) =>
        (await subjects.LoadAsync(subject, cancellationToken)).State;

    /// <summary>
    /// Adds the changes to state and ledger. Applying them twice is applying them once. A Stop that only repeats what stands takes a
    /// number, so that an Allow which had not seen it cannot beat it, and mostly leaves the ledger as it is.
    /// </summary>
    /// <param name="changes">At least one, all of one subject. Up to 17 are written all or none; more go in parts, in their order.</param>
    /// <param name="cancellationToken">Cancels the work between two attempts.</param>
    /// <param name="beforeWriting">Called with the row each time it was read, before it is written.</param>
    /// <exception cref="StoreUnavailableException">The store did not take them, or too many wrote at once.</exception>
    public async Task<Stored> ApplyAsync(
        IReadOnlyList<Change> changes, CancellationToken cancellationToken, Func<SubjectRecord, Task>? beforeWriting = null)
    {
        Stored? sum = null;
        foreach (var part in SubjectState.InOrder(changes).Chunk(MaxChanges))
        {
            var stored = await ApplyPartAsync(part, beforeWriting, cancellationToken);
            sum = sum is null ? stored : stored with
            {
                Taken = new Taken(
                    stored.Taken.State,
                    [.. sum.Taken.Entries, .. stored.Taken.Entries],
                    [.. sum.Taken.Unknown, .. stored.Taken.Unknown],
                    [.. sum.Taken.OldNews, .. stored.Taken.OldNews]),
            };
        }

        return sum!;
    }

    public Task<Stored> ApplyAsync(Change change, CancellationToken cancellationToken) => ApplyAsync([change], cancellationToken);

    /// <summary>Adds a subject that nobody has heard of, with its first changes, by one request.</summary>
    /// <param name="changes">At least one, at most 17, all of one subject.</param>
    /// <param name="others">Properties of the row that belong to other writers.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>Null if there is such a subject; nothing was written then.</returns>
    /// <exception cref="StoreUnavailableException">The store did not take them.</exception>
    public async Task<Taken?> TryCreateAsync(
        IReadOnlyList<Change> changes, IEnumerable<KeyValuePair<string, object>> others, CancellationToken cancellationToken)
    {
        var subject = changes[0].Subject;
        var taken = SubjectState.Start(subject).NumberedAbove(options.Value.NumbersAbove).Take(SubjectState.InOrder(changes));
        var row = SubjectRow.Write(subject, taken.State);
        foreach (var (name, value) in others)
            row[name] = value;
        try
        {
            await storage.Consent.SubmitAsync([new(TableTransactionActionType.Add, row), .. Rows(taken.Entries)], cancellationToken);
            Count(taken.Entries);
            return taken;
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            return null;
        }
    }

    private async Task<Stored> ApplyPartAsync(Change[] changes, Func<SubjectRecord, Task>? beforeWriting, CancellationToken cancellationToken)
    {
        var subject = changes[0].Subject;
        var (asked, entered) = (new HashSet<Guid>(), new HashSet<Guid>());
        for (var attempt = 1; ; attempt++)
        {
            var read = await subjects.LoadAsync(subject, cancellationToken);
            var known = read.State;
            if (beforeWriting is not null)
                await beforeWriting(read);

            // A repeat writes no row that a second delivery would collide with. What the ledger has, it may have got since the row was
            // read.
            var before = entered.Count;
            await AskAsync(changes.Where(c => c.Decision == Decision.Stop && known.Consent.IsStopped(c.Scope) && !known.Names(c.Id)));
            if (entered.Count > before)
                continue;
            var taken = known.Take(changes.Where(c => !entered.Contains(c.Id)));
            if (taken.State.Number == known.Number)
                return new Stored(taken, read, IsWritten: false);

            try
            {
                var next = SubjectRow.Write(subject, taken.State);
                var answers = await storage.Consent.SubmitAsync(
                    [
                        read.Tag is { } tag
                            ? new(TableTransactionActionType.UpdateMerge, next, tag)
                            : new(TableTransactionActionType.Add, next),
                        .. Rows(taken.Entries),
                    ],
                    cancellationToken);
                Count(taken.Entries);
                return new Stored(taken, read.With(next, answers[0].Headers.ETag!.Value), IsWritten: true);
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
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

    private static IEnumerable<TableTransactionAction> Rows(IReadOnlyList<LedgerEntry> entries) =>
        entries.Select(Write).Concat(entries.Select(Seen)).Select(row => new TableTransactionAction(TableTransactionActionType.Add, row));

    private void Count(IEnumerable<LedgerEntry> entries)
    {
        foreach (var entry in entries)
            metrics.ChangeRecorded(entry.Change.Source.ToString(), entry.Change.Decision.ToString());
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

    internal static LedgerEntry Entry(TableEntity row) => new(
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
