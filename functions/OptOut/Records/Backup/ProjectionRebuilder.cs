using System.Collections.Concurrent;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records.ContactPoints;
using OptOut.Records.Feed;

namespace OptOut.Records.Backup;

/// <summary>What was rebuilt.</summary>
/// <param name="Broken">Subjects whose ledger is broken, or does not end where their state says. They were restored as they were.</param>
/// <param name="Unreadable">Subjects whose row cannot be read, so that their contact points are missing.</param>
internal sealed record Rebuilt(
    int Subjects, int ContactPoints, IReadOnlyCollection<string> Broken, IReadOnlyCollection<string> Unreadable);

/// <summary>
/// Rebuilds what follows from the table <c>consent</c>: the contact points, a row of the feed for each ledger, and the notes about customer
/// numbers without a contact point. Doing it twice is doing it once, but for rows of the feed, which readers know to meet twice.
/// </summary>
internal sealed class ProjectionRebuilder(
    IdentifierIndex index, FeedWriter feed, UnannouncedSubjects unannounced, IdentifierProtector protector, TimeProvider time)
{
    /// <summary>How often the rows are read.</summary>
    public const int Passes = 2;

    private const int AtOnce = 16;

    /// <param name="consentRows">Reads the table's rows, in the order of their keys. Called twice.</param>
    /// <param name="onProgress">Called with the number of rows that are done.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="Platform.StoreUnavailableException">The store did not answer.</exception>
    public async Task<Rebuilt> RunAsync(
        Func<IAsyncEnumerable<TableEntity>> consentRows, Action<long> onProgress, CancellationToken cancellationToken)
    {
        var (rows, subjects, contactPoints, broken, unreadable) = (0L, 0, 0, new ConcurrentBag<string>(), new ConcurrentBag<string>());

        // A stand-in for an unknown owner comes last: beside the person who has taken its decisions over, it is an owner no more.
        foreach (var standIns in (bool[])[false, true])
        {
            await Parallel.ForEachAsync(
                consentRows().ByPartitionAsync(cancellationToken),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (partition, cancel) =>
                {
                    if (SubjectPartitions.SubjectOf(partition) is { } row)
                        Count(row.PartitionKey, await time.PatientlyAsync(() => RebuildAsync(row, partition, standIns, cancel), cancel));
                    onProgress(Interlocked.Add(ref rows, partition.Count));
                });
        }

        return new Rebuilt(subjects, contactPoints, [.. broken], [.. unreadable]);

        void Count(string subject, Outcome outcome)
        {
            Interlocked.Add(ref subjects, outcome.IsSubject ? 1 : 0);
            Interlocked.Add(ref contactPoints, outcome.ContactPoints);
            if (outcome.IsBroken)
                broken.Add(subject);
            if (outcome.IsUnreadable)
                unreadable.Add(subject);
        }
    }

    private async Task<Outcome> RebuildAsync(
        TableEntity row, List<TableEntity> partition, bool standIns, CancellationToken cancellationToken)
    {
        var subject = SubjectKey.Parse(row.PartitionKey);
        if (TryRead(subject, row) is not var (profile, state))
            return new Outcome(IsUnreadable: !standIns);

        if (profile.Identifiers.Any(i => protector.SubjectOf(i) == subject) != standIns)
            return default;
        var permissions = await index.ProjectAsync(subject, cancellationToken);
        if (state.Head.Sequence > 0)
        {
            await feed.AppendAsync(subject, state.Head, [.. permissions.Select(index.ToFeed)], cancellationToken);
            if (!profile.HasContactPoints)
                await unannounced.NoteChangeAsync(subject, cancellationToken);
        }

        return new Outcome(IsSubject: true, permissions.Count, IsBroken: !IsIntact(subject, partition, state.Head));
    }

    private (Profile Profile, SubjectState State)? TryRead(SubjectKey subject, TableEntity row)
    {
        try
        {
            var record = new SubjectRecord(subject, row, protector);
            return (record.Profile, record.State);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null; // Somebody altered the row. It is named, and does not hold up the others. Nothing is read from the store here.
        }
    }

    private static bool IsIntact(SubjectKey subject, List<TableEntity> partition, LedgerHead head)
    {
        try
        {
            return Ledger.FirstBroken(subject, SubjectPartitions.EntriesOf(partition).Select(ConsentStore.Entry), head) is null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false; // As above.
        }
    }

    private readonly record struct Outcome(
        bool IsSubject = false, int ContactPoints = 0, bool IsBroken = false, bool IsUnreadable = false);
}
