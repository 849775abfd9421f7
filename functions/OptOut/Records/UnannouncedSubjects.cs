using Azure;
using Azure.Data.Tables;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>How many customer numbers without a contact point have a link, and how many have something stopped.</summary>
public sealed record UnannouncedCount(int Links, int Stops);

/// <summary>
/// The subjects for which a link was made or a change recorded while nobody had announced a contact point of theirs: rows
/// <c>~unannounced~{first two characters}</c> of the table <c>runs</c>. A Stop of such a subject stops nothing yet, so the nightly report
/// counts them. A subject that was announced since is found when it is counted, so announcing one costs nothing.
/// </summary>
internal sealed class UnannouncedSubjects(StorageAccount storage, ProfileStore profiles, ConsentStore consent, TimeProvider time)
{
    private const string First = "~unannounced~", AfterLast = "~unannounced~~", Linked = "Linked";

    private const int AtATime = 16;

    // A link for which nothing was ever stopped is no longer counted after this.
    private static readonly TimeSpan LinkAge = TimeSpan.FromDays(30);

    public Task NoteLinkAsync(SubjectKey subject, CancellationToken cancellationToken) => storage.Runs.UpsertEntityAsync(
        new TableEntity(Partition(subject), subject.ToString()) { [Linked] = time.GetUtcNow() }, TableUpdateMode.Merge, cancellationToken);

    public async Task NoteChangeAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Runs.AddEntityAsync(new TableEntity(Partition(subject), subject.ToString()), cancellationToken);
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            // Noted before. A replayed change writes nothing.
        }
    }

    /// <summary>Counts those that still have no contact point, and forgets the others.</summary>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<UnannouncedCount> CountAsync(CancellationToken cancellationToken)
    {
        var (links, stops, oldest) = (0, 0, time.GetUtcNow() - LinkAge);
        await Parallel.ForEachAsync(
            storage.Runs.QueryAsync<TableEntity>(
                TableClient.CreateQueryFilter($"PartitionKey ge {First} and PartitionKey lt {AfterLast}"),
                cancellationToken: cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
            async (row, cancel) =>
            {
                var subject = SubjectKey.Parse(row.RowKey);
                var announced = (await profiles.LoadAsync(subject, cancel)).HasContactPoints;
                var stopped = !announced && await HasStopsAsync(subject, cancel);
                var linked = !announced && row.GetDateTimeOffset(Linked) > oldest;
                if (stopped)
                    Interlocked.Increment(ref stops);
                if (linked)
                    Interlocked.Increment(ref links);
                if (!stopped && !linked)
                    await storage.Runs.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: cancel);
            });
        return new UnannouncedCount(links, stops);
    }

    private async Task<bool> HasStopsAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var state = (await consent.LoadAsync(subject, cancellationToken)).Consent;
        return Channels.All.Any(channel => !state.Stops(channel).IsNothing);
    }

    private static string Partition(SubjectKey subject) => First + subject.ToString()[..2];
}
