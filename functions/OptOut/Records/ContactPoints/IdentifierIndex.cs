using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>What stands for an identifier, opened.</summary>
/// <param name="Moments">When each answer was decided, by channel.</param>
/// <param name="At">When the latest decision was made that it rests on, whatever that was about.</param>
internal sealed record IdentifierPermission(
    Identifier Identifier,
    IReadOnlyList<SubjectKey> Subjects,
    IReadOnlyDictionary<Channel, StopSet> Stops,
    IReadOnlyDictionary<Channel, DecisionMoments> Moments,
    DateTimeOffset? At)
{
    /// <summary>When the answer to this question was decided; null when nobody decided about it.</summary>
    public DateTimeOffset? DecidedAt(Channel channel, Topic? topic) => Moments.GetValueOrDefault(channel)?.For(topic);

    /// <summary>When what is stopped on the channel was decided last; null when nothing is.</summary>
    public DateTimeOffset? StoppedAt(Channel channel) => Stops.GetValueOrDefault(channel) switch
    {
        null => null,
        { General: true } => DecidedAt(channel, null),
        var stops => stops.Exceptions.Max(topic => DecidedAt(channel, topic)),
    };
}

/// <summary>
/// Keeps the table <c>identifiers</c> equal to what <c>consent</c> says. Projecting is level-triggered: it writes what is so now, however
/// often and in whatever order it is asked to.
/// </summary>
internal sealed class IdentifierIndex(
    StorageAccount storage, ConsentStore consent, ProfileStore profiles, Feed feed, IdentifierProtector protector)
{
    /// <summary>Whose identifier it is; empty when nobody's we know.</summary>
    public async Task<IReadOnlyList<SubjectKey>> SubjectsAsync(Identifier identifier, CancellationToken cancellationToken) =>
        (await FindAsync(identifier.Kind, protector.Hash(identifier), cancellationToken))?.Subjects ?? [];

    /// <summary>What stands for an identifier; null when we never heard of it.</summary>
    public async Task<IdentifierPermission?> FindAsync(Identifier identifier, CancellationToken cancellationToken) =>
        await FindAsync(identifier.Kind, protector.Hash(identifier), cancellationToken) is { } row
            ? new IdentifierPermission(identifier, row.Subjects, row.Stops, row.Moments, row.At)
            : null;

    /// <summary>The same by the keyed hash, for a message that may not carry the identifier.</summary>
    public async Task<IdentifierPermission?> FindByHashAsync(
        IdentifierKind kind, IdentifierHash hash, CancellationToken cancellationToken) =>
        await FindAsync(kind, hash, cancellationToken) is { } row ? Open(row) : null;

    /// <summary>Brings every identifier of the subject up to date.</summary>
    /// <returns>What now stands for each.</returns>
    public async Task<IReadOnlyList<IdentifierPermission>> ProjectAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var profile = await profiles.LoadAsync(subject, cancellationToken);
        var permissions = new List<IdentifierPermission>(profile.Identifiers.Count);
        foreach (var identifier in profile.Identifiers)
        {
            permissions.Add(
                await ProjectAsync(identifier, owners => WithAsync(subject, identifier, owners, cancellationToken), cancellationToken));
        }

        return permissions;
    }

    // A late message about a subject that stood in for an unknown person must not put it back beside the person who has taken its decisions
    // over: nobody could ever allow anything for it again.
    private async Task<IReadOnlyList<SubjectKey>> WithAsync(
        SubjectKey subject, Identifier identifier, IReadOnlyList<SubjectKey> owners, CancellationToken cancellationToken)
    {
        if (owners.Contains(subject))
            return owners;
        if (owners.Count == 0 || subject != protector.SubjectOf(identifier))
            return [.. owners, subject];

        foreach (var (_, stop) in (await consent.LoadAsync(subject, cancellationToken)).Consent.StandingStops)
        {
            foreach (var owner in owners)
            {
                if (!await consent.HasAsync(owner, EventIds.Adopted(owner, stop), cancellationToken))
                    return [.. owners, subject];
            }
        }

        return owners;
    }

    /// <summary>
    /// Takes a subject that stood in for an unknown person off the identifier, once its decisions have been copied to the person's own.
    /// </summary>
    public Task ReplaceOwnerAsync(Identifier identifier, SubjectKey former, SubjectKey owner, CancellationToken cancellationToken) =>
        ProjectAsync(
            identifier,
            owners => Task.FromResult<IReadOnlyList<SubjectKey>>([.. owners.Where(o => o != former).Append(owner).Distinct()]),
            cancellationToken);

    /// <summary>
    /// The rows of <see cref="Partitions"/> that follow one another, in the order of the hash: most partitions are nearly empty, and a
    /// question costs more than a row.
    /// </summary>
    /// <param name="first">The first partition.</param>
    /// <param name="last">The last one, inclusive.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<IdentifierPermission> ScanAsync(
        string first, string last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entity in storage.Identifiers.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey le {last}"), cancellationToken: cancellationToken))
        {
            yield return Open(IdentifierRow.From(entity));
        }
    }

    /// <summary>The partitions that hold a kind of identifier: 4,096.</summary>
    public static IEnumerable<string> Partitions(IdentifierKind kind) => IdentifierRow.Partitions(kind);

    private async Task<IdentifierPermission> ProjectAsync(
        Identifier identifier, Func<IReadOnlyList<SubjectKey>, Task<IReadOnlyList<SubjectKey>>> own, CancellationToken cancellationToken)
    {
        var hash = protector.Hash(identifier);
        var told = false;
        while (true)
        {
            // The row first, the states after: a state newer than the row then either is in what we write, or has made its own write, which
            // fails ours.
            var known = await FindAsync(identifier.Kind, hash, cancellationToken);
            var owners = await own(known?.Subjects ?? []);
            var permission = await CombineAsync(identifier, owners, cancellationToken);
            var stops = permission.Stops;
            if (known is not null && owners.SequenceEqual(known.Subjects) && SameStops(stops, known.Stops) && permission.At == known.At
                && SameMoments(permission.Moments, known.Moments))
            {
                // What we told the feed before we lost the race may stand behind what the winner told it, and be older.
                if (told)
                    await feed.AppendAsync(known, cancellationToken);
                return permission;
            }

            var row = new IdentifierRow(
                identifier.Kind,
                hash,
                owners,
                stops,
                permission.Moments,
                permission.At,
                protector.Encrypt(identifier.Value, IdentifierRow.Context(hash)),
                default);

            // The feed before the row: a crash between leaves the row stale, so the next projection writes both again.
            if (told || (known is null ? stops.Values.Any(s => !s.IsNothing) : !SameStops(stops, known.Stops)))
            {
                await feed.AppendAsync(row, cancellationToken);
                told = true;
            }

            try
            {
                if (known is null)
                    await storage.Identifiers.AddEntityAsync(row.ToEntity(), cancellationToken);
                else
                    await storage.Identifiers.UpdateEntityAsync(row.ToEntity(), known.Tag, TableUpdateMode.Replace, cancellationToken);
                return permission;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another projection was quicker: look again.
            }
        }
    }

    private async Task<IdentifierPermission> CombineAsync(
        Identifier identifier, IReadOnlyList<SubjectKey> owners, CancellationToken cancellationToken)
    {
        var states = new List<ConsentState>(owners.Count);
        foreach (var owner in owners)
            states.Add((await consent.LoadAsync(owner, cancellationToken)).Consent);
        return new IdentifierPermission(
            identifier,
            owners,
            identifier.Channels.ToDictionary(c => c, c => states.Aggregate(StopSet.Nothing, (stops, s) => stops.Union(s.Stops(c)))),
            identifier.Channels.ToDictionary(c => c, c => DecisionMoments.From(c, states)),
            states.SelectMany(s => identifier.Channels.Select(s.DecidedAt)).Max());
    }

    private IdentifierPermission Open(IdentifierRow row) => new(
        new Identifier(row.Kind, protector.Decrypt(row.Ciphertext, IdentifierRow.Context(row.Hash))),
        row.Subjects,
        row.Stops,
        row.Moments,
        row.At);

    private static bool SameStops(IReadOnlyDictionary<Channel, StopSet> a, IReadOnlyDictionary<Channel, StopSet> b) =>
        a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out var other) && p.Value.Equals(other));

    private static bool SameMoments(
        IReadOnlyDictionary<Channel, DecisionMoments> a, IReadOnlyDictionary<Channel, DecisionMoments> b) =>
        a.Count == b.Count && a.All(p => b.TryGetValue(p.Key, out var other) && p.Value.Equals(other));

    private async Task<IdentifierRow?> FindAsync(IdentifierKind kind, IdentifierHash hash, CancellationToken cancellationToken)
    {
        var (partition, row) = IdentifierRow.Key(kind, hash);
        var entity = await storage.Identifiers.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return entity.HasValue ? IdentifierRow.From(entity.Value!) : null;
    }
}
