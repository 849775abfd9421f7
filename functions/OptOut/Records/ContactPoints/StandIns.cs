using System.Collections.Concurrent;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records.Feed;

namespace OptOut.Records.ContactPoints;

/// <summary>The unknown owner of a contact point, with the first Stops that anybody reported for it.</summary>
/// <param name="Changes">At least one, all of the subject that stands in for the owner.</param>
/// <param name="Vendors">What vendors have confirmed already, by name.</param>
internal sealed record NewStandIn(Identifier Identifier, IReadOnlyList<Change> Changes, IReadOnlyDictionary<string, VendorRow> Vendors)
{
    public SubjectKey Subject => Changes[0].Subject;
}

/// <summary>
/// Creates the subjects that stand in for the unknown owners of many contact points: a company's existing opt-outs, or a vendor's. Each
/// costs one transaction; the rows of the contact points and of the feed are written together, those of one partition by one request.
/// </summary>
internal sealed class StandIns(ConsentStore consent, IdentifierIndex index, FeedWriter feed, IdentifierProtector protector)
{
    /// <param name="some">Different contact points that had no row a moment ago.</param>
    /// <param name="bounded">How many requests are made at once.</param>
    /// <returns>Those that were created. The others exist: their changes go the way of every other change.</returns>
    /// <exception cref="Platform.StoreUnavailableException">
    /// The store did not take all of them. Repeating the call creates the rest; what a subject that was created still lacks comes with its
    /// changes, as for every message that is delivered again.
    /// </exception>
    public async Task<IReadOnlyCollection<NewStandIn>> CreateAsync(IReadOnlyList<NewStandIn> some, ParallelOptions bounded)
    {
        var created = new ConcurrentBag<(NewStandIn StandIn, Taken Taken)>();
        await Parallel.ForEachAsync(some, bounded, async (one, cancel) =>
        {
            if (await consent.TryCreateAsync(one.Changes, Properties(one), cancel) is { } taken)
                created.Add((one, taken));
        });
        var all = created.ToArray();
        var permissions = await index.AddAsync(
            [.. all.Select(c => (c.StandIn.Identifier, c.StandIn.Subject, c.Taken.State.Consent))], bounded);
        await feed.AppendAsync(
            [.. all.Zip(permissions, (c, p) => new FeedNews(c.StandIn.Changes, c.Taken, [index.ToFeed(p)]))], bounded.CancellationToken);
        return [.. all.Select(c => c.StandIn)];
    }

    private IEnumerable<KeyValuePair<string, object>> Properties(NewStandIn one)
    {
        var row = ProfileRow.Write(one.Subject, Profile.Empty.With([one.Identifier], language: null), protector);
        foreach (var (vendor, confirmed) in one.Vendors)
            LongText.Write(row, VendorRow.PropertyOf(vendor), confirmed.ToString());
        return row.Where(p => p.Key is not ("PartitionKey" or "RowKey"));
    }
}
