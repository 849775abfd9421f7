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
/// of which the last say which events the ledger has, and until when each was said again. A change is one entity-group transaction under
/// the state's ETag, so state and ledger never disagree. Row keys repeat the subject key because Azurite finds rows by row key first, and
/// collapses when thousands of partitions share one.
/// </summary>
internal sealed class ConsentStore(StorageAccount storage, TimeProvider time, OptOutMetrics metrics)
{
    // A transaction takes 100 rows (https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions):
    // the state, and two a change.
    private const int MaxChanges = 49;

    // Each loser of a race has seen another writer win, so this many writers may press at once on one person's row.
    private const int MaxAttempts = 30;

    private const string RepeatedAt = "Again";

    public async Task<SubjectState> LoadAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var row = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), StateKey(subject), cancellationToken: cancellationToken);
        return row.HasValue ? Read(row.Value!) : new SubjectState(ConsentState.Empty, Ledger.Start(subject));
    }

    /// <summary>
    /// Adds the changes to state and ledger. Applying them twice is applying them once. The state is the merge of every change; the ledger
    /// lists those that could alter an answer, so a Stop that only repeats one moves the state's moment (an Allow arriving late cannot beat
    /// it) and leaves the ledger as it is.
    /// </summary>
    /// <param name="changes">At least one, all of one subject. Up to 49 are written all or none; more go in parts, in their order.</param>
    /// <returns>Whether the ledger grew.</returns>
    /// <exception cref="StoreUnavailableException">The store did not take them, or too many wrote at once.</exception>
    public async Task<bool> ApplyAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        var grew = false;
        foreach (var part in changes.Chunk(MaxChanges))
            grew |= await ApplyAsync(part, cancellationToken);
        return grew;
    }

    public Task<bool> ApplyAsync(Change change, CancellationToken cancellationToken) => ApplyAsync([change], cancellationToken);

    private async Task<bool> ApplyAsync(Change[] changes, CancellationToken cancellationToken)
    {
        var subject = changes[0].Subject;
        for (var attempt = 1; ; attempt++)
        {
            var found = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
                subject.ToString(), StateKey(subject), cancellationToken: cancellationToken);
            var known = found.HasValue ? Read(found.Value!) : new SubjectState(ConsentState.Empty, Ledger.Start(subject));
            var (state, entries, repeats) = known.With(changes);
            if (state.Equals(known))
                return false;

            try
            {
                var row = Write(subject, state);
                await storage.Consent.SubmitAsync(
                    [
                        found.HasValue
                            ? new(TableTransactionActionType.UpdateReplace, row, found.Value!.ETag)
                            : new(TableTransactionActionType.Add, row),
                        .. entries.Select(e => new TableTransactionAction(TableTransactionActionType.Add, Write(e))),
                        .. entries.Select(e => new TableTransactionAction(TableTransactionActionType.Add, Seen(e, repeats))),
                        .. repeats.Where(r => entries.All(e => e.Change.Id != r.Key)).Select(
                            r => new TableTransactionAction(TableTransactionActionType.UpsertMerge, RepeatRow(subject, r.Key, r.Value))),
                    ],
                    cancellationToken);
                foreach (var entry in entries)
                    metrics.ChangeRecorded(entry.Change.Source.ToString(), entry.Change.Decision.ToString());
                return entries.Count > 0;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                if (attempt == MaxAttempts)
                    throw new StoreUnavailableException(e);

                // Another writer won. It may have been another delivery of these very changes, since overtaken in the state by later ones.
                changes = await NewAsync(changes, cancellationToken);
                if (changes.Length == 0)
                    return false;
                await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5, 20 * attempt)), time, cancellationToken);
            }
        }
    }

    private async Task<Change[]> NewAsync(Change[] changes, CancellationToken cancellationToken)
    {
        var unseen = new List<Change>(changes.Length);
        foreach (var change in changes)
        {
            if (!await HasAsync(change.Subject, change.Id, cancellationToken))
                unseen.Add(change);
        }

        return [.. unseen];
    }

    /// <summary>Whether the event stands in the subject's ledger.</summary>
    public async Task<bool> HasAsync(SubjectKey subject, Guid eventId, CancellationToken cancellationToken) =>
        (await storage.Consent.GetEntityIfExistsAsync<TableEntity>(
            subject.ToString(), SeenKey(subject, eventId), ["RowKey"], cancellationToken)).HasValue;

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

    /// <summary>
    /// Until when Stops in the subject's ledger were said again, by event. A later Stop of the same scope takes their place in the state,
    /// and only here is it still known that an Allow from in between was beaten.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> RepeatsAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var partition = subject.ToString();
        var (from, to) = ($"seen~{subject}~", $"seen~{subject}~~");
        var repeats = new Dictionary<Guid, DateTimeOffset>();
        await foreach (var row in storage.Consent.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {from} and RowKey lt {to}"),
            select: ["RowKey", RepeatedAt],
            cancellationToken: cancellationToken))
        {
            if (row.GetDateTimeOffset(RepeatedAt) is { } at)
                repeats[Guid.ParseExact(row.RowKey.AsSpan(from.Length), "N")] = at;
        }

        return repeats;
    }

    private static TableEntity Write(SubjectKey subject, SubjectState state) => new(subject.ToString(), StateKey(subject))
    {
        ["Entries"] = string.Join('\n', state.Consent.Entries.Select(Line)),
        ["Sequence"] = state.Head.Sequence,
        ["Hash"] = state.Head.Hash,
    };

    private static SubjectState Read(TableEntity row) => new(
        ConsentState.From(row.GetString("Entries").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Entry)),
        new LedgerHead(row.GetInt64("Sequence")!.Value, row.GetString("Hash")));

    // A line an entry, "email,newsletter Stop 1795478461000 01a20ae6...": a property holds 32 Ki characters, and 50 topics on 5
    // channel choices fill 23 of them.
    private static string Line(KeyValuePair<Scope, ConsentEntry> entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Key} {entry.Value.Decision} {entry.Value.At.ToUnixTimeMilliseconds()} {entry.Value.EventId:N}");

    private static KeyValuePair<Scope, ConsentEntry> Entry(string line) => line.Split(' ') is [var scope, var decision, var at, var id]
        ? KeyValuePair.Create(
            Scope.Parse(scope),
            new ConsentEntry(
                Enum.Parse<Decision>(decision),
                DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture)),
                Guid.ParseExact(id, "N")))
        : throw new FormatException("A line of a state row is not 'scope decision milliseconds event'.");

    private static TableEntity Write(LedgerEntry entry) =>
        new(entry.Change.Subject.ToString(), EventKey(entry.Change.Subject, entry.Sequence))
        {
            ["Sequence"] = entry.Sequence,
            ["Change"] = ChangeDocument.From(entry.Change).ToJson(),
            ["PreviousHash"] = entry.PreviousHash,
            ["Hash"] = entry.Hash,
        };

    private static LedgerEntry Entry(TableEntity row) => new(
        row.GetInt64("Sequence")!.Value,
        ChangeDocument.FromJson(row.GetString("Change")).ToChange(),
        row.GetString("PreviousHash"),
        row.GetString("Hash"));

    private static TableEntity Seen(LedgerEntry entry, IReadOnlyDictionary<Guid, DateTimeOffset> repeats)
    {
        var (subject, id) = (entry.Change.Subject, entry.Change.Id);
        var row = repeats.TryGetValue(id, out var at)
            ? RepeatRow(subject, id, at)
            : new TableEntity(subject.ToString(), SeenKey(subject, id));
        row["Sequence"] = entry.Sequence;
        return row;
    }

    private static TableEntity RepeatRow(SubjectKey subject, Guid eventId, DateTimeOffset at) =>
        new(subject.ToString(), SeenKey(subject, eventId)) { [RepeatedAt] = at };

    private static string EventKey(SubjectKey subject, long sequence) =>
        $"event~{subject}~{sequence.ToString("D10", CultureInfo.InvariantCulture)}";

    private static string StateKey(SubjectKey subject) => $"state~{subject}";

    private static string SeenKey(SubjectKey subject, Guid eventId) => $"seen~{subject}~{eventId:N}";
}
