using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;

namespace OptOut.Storage;

/// <summary>A subject's consent and where its ledger ends.</summary>
public sealed record SubjectState(ConsentState Consent, LedgerHead Head);

/// <summary>
/// Consent state and ledger of a subject, in one partition of the table <c>consent</c>: <c>state~</c>, <c>event~</c> and <c>seen~</c> rows.
/// A change is one entity-group transaction under the state's ETag, so state and ledger never disagree. Row keys repeat the subject key
/// because Azurite finds rows by row key first, and collapses when thousands of partitions share one.
/// </summary>
public sealed class ConsentStore(StorageAccount storage, TimeProvider time)
{
    // Each loser of a race has seen another writer win, so this many writers may press at once on one person's row.
    private const int MaxAttempts = 30;

    public async Task<SubjectState> LoadAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var row = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(subject.ToString(), StateKey(subject), cancellationToken: cancellationToken);
        return row.HasValue ? Read(row.Value!) : new SubjectState(ConsentState.Empty, Ledger.Start(subject));
    }

    /// <summary>
    /// Adds the change to state and ledger. Applying a change twice is applying it once. The state is the merge of every change; the ledger lists
    /// those that could alter an answer, so a Stop that only repeats one moves the state's moment (an Allow arriving late cannot beat it) and
    /// leaves the ledger as it is.
    /// </summary>
    /// <returns>Whether the ledger grew.</returns>
    /// <exception cref="RequestFailedException">The store did not take it.</exception>
    public async Task<bool> ApplyAsync(Change change, CancellationToken cancellationToken)
    {
        var partition = change.Subject.ToString();
        for (var attempt = 1; ; attempt++)
        {
            var found = await storage.Consent.GetEntityIfExistsAsync<TableEntity>(partition, StateKey(change.Subject), cancellationToken: cancellationToken);
            var known = found.HasValue ? Read(found.Value!) : new SubjectState(ConsentState.Empty, Ledger.Start(change.Subject));
            var repeated = known.Consent.IsRepeated(change);
            var consent = repeated ? known.Consent.Again(change) : known.Consent.With(change);
            if (known.Consent.Entries.Any(e => e.Value.EventId == change.Id) || (repeated && consent.Equals(known.Consent)))
                return false;

            try
            {
                if (repeated)
                {
                    await storage.Consent.UpdateEntityAsync(Write(change.Subject, known with { Consent = consent }), found.Value!.ETag, TableUpdateMode.Replace, cancellationToken);
                    return false;
                }

                var entry = Ledger.Append(known.Head, change);
                var state = Write(change.Subject, new SubjectState(consent, new LedgerHead(entry.Sequence, entry.Hash)));
                await storage.Consent.SubmitTransactionAsync(
                    [
                        found.HasValue
                            ? new TableTransactionAction(TableTransactionActionType.UpdateReplace, state, found.Value!.ETag)
                            : new TableTransactionAction(TableTransactionActionType.Add, state),
                        new TableTransactionAction(TableTransactionActionType.Add, Write(entry)),
                        new TableTransactionAction(TableTransactionActionType.Add, new TableEntity(partition, SeenKey(change.Subject, change.Id)) { ["Sequence"] = entry.Sequence }),
                    ],
                    cancellationToken);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 && attempt < MaxAttempts)
            {
                if (await HasAsync(change.Subject, change.Id, cancellationToken))
                    return false;
                await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5, 20 * attempt)), time, cancellationToken);
            }
        }
    }

    /// <summary>Whether the event stands in the subject's ledger.</summary>
    public async Task<bool> HasAsync(SubjectKey subject, Guid eventId, CancellationToken cancellationToken) =>
        (await storage.Consent.GetEntityIfExistsAsync<TableEntity>(subject.ToString(), SeenKey(subject, eventId), ["RowKey"], cancellationToken)).HasValue;

    /// <summary>The subject's ledger, oldest first.</summary>
    public async IAsyncEnumerable<LedgerEntry> LedgerAsync(SubjectKey subject, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var partition = subject.ToString();
        var (from, to) = ($"event~{subject}~", $"event~{subject}~~");
        await foreach (var row in storage.Consent.QueryAsync<TableEntity>(r => r.PartitionKey == partition && r.RowKey.CompareTo(from) >= 0 && r.RowKey.CompareTo(to) < 0, cancellationToken: cancellationToken))
        {
            yield return new LedgerEntry(
                row.GetInt64("Sequence")!.Value,
                ChangeDocument.FromJson(row.GetString("Change")).ToChange(),
                row.GetString("PreviousHash"),
                row.GetString("Hash"));
        }
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

    // A line an entry, "email,newsletter Stop 1795478461000 01a20ae6...": a property holds 32 Ki characters, and 50 topics on 5 channel choices fill 23 of them.
    private static string Line(KeyValuePair<Scope, ConsentEntry> entry) => string.Create(
        CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value.Decision} {entry.Value.At.ToUnixTimeMilliseconds()} {entry.Value.EventId:N}");

    private static KeyValuePair<Scope, ConsentEntry> Entry(string line) => line.Split(' ') is [var scope, var decision, var at, var id]
        ? KeyValuePair.Create(Scope.Parse(scope), new ConsentEntry(Enum.Parse<Decision>(decision), DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture)), Guid.ParseExact(id, "N")))
        : throw new FormatException("A line of a state row is not 'scope decision milliseconds event'.");

    private static TableEntity Write(LedgerEntry entry) => new(
        entry.Change.Subject.ToString(),
        $"event~{entry.Change.Subject}~{entry.Sequence.ToString("D10", CultureInfo.InvariantCulture)}")
    {
        ["Sequence"] = entry.Sequence,
        ["Change"] = ChangeDocument.From(entry.Change).ToJson(),
        ["PreviousHash"] = entry.PreviousHash,
        ["Hash"] = entry.Hash,
    };

    private static string StateKey(SubjectKey subject) => $"state~{subject}";

    private static string SeenKey(SubjectKey subject, Guid eventId) => $"seen~{subject}~{eventId:N}";
}
