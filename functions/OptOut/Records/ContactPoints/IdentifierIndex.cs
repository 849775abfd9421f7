using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Records.Feed;

namespace OptOut.Records.ContactPoints;

/// <summary>
/// Keeps the table <c>identifiers</c> equal to what <c>consent</c> says. Projecting is level-triggered: it writes what is so now, however
/// often and in whatever order it is asked to. What a message brings is told to the feed by <c>apply</c>, once for the whole message; what
/// changes without one is told here, after it was written.
/// </summary>
internal sealed class IdentifierIndex(
    StorageAccount storage, SubjectRows subjects, ConsentStore consent, FeedWriter feed, IdentifierProtector protector)
{
    // https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
    private const int MaxTransaction = 100;

    /// <summary>The identifier's row and those of its owners; null when we never heard of it.</summary>
    public Task<OwnedRows?> ReadAsync(Identifier identifier, CancellationToken cancellationToken) =>
        ReadAsync(identifier.Kind, protector.Hash(identifier), cancellationToken);

    /// <summary>Whose identifier it is; empty when nobody's we know.</summary>
    public async Task<IReadOnlyList<SubjectKey>> SubjectsAsync(Identifier identifier, CancellationToken cancellationToken) =>
        await ReadAsync(identifier.Kind, protector.Hash(identifier), cancellationToken) is { } known ? [.. known.Owners.Keys] : [];

    /// <summary>What stands for an identifier, and whose it is; null when we never heard of it.</summary>
    public async Task<OwnedPermission?> FindAsync(Identifier identifier, CancellationToken cancellationToken) =>
        await ReadAsync(identifier.Kind, protector.Hash(identifier), cancellationToken) is { } known ? Open(known) : null;

    /// <summary>The same by the keyed hash, for a message that may not carry the identifier.</summary>
    public async Task<OwnedPermission?> FindByHashAsync(IdentifierKind kind, IdentifierHash hash, CancellationToken cancellationToken) =>
        await ReadAsync(kind, hash, cancellationToken) is { } known ? Open(known) : null;

    /// <summary>What stands for an identifier, by one point read; null when we never heard of it.</summary>
    public async Task<IdentifierPermission?> AnswerAsync(Identifier identifier, CancellationToken cancellationToken) =>
        await PointAsync(identifier, cancellationToken) is { } row ? Open(identifier, row) : null;

    /// <summary>What stands for each of the subject's identifiers on one channel, by one point read each.</summary>
    public async Task<IReadOnlyList<IdentifierPermission>> AnswersAsync(
        SubjectRecord subject, Channel channel, CancellationToken cancellationToken)
    {
        var identifiers = subject.Profile.Identifiers.Where(i => i.Channels.Contains(channel));
        return [.. (await Task.WhenAll(identifiers.Select(i => AnswerAsync(i, cancellationToken)))).OfType<IdentifierPermission>()];
    }

    /// <summary>What the other owners of an identifier want; null when there are none.</summary>
    public async Task<ContactAnswers?> OthersAsync(Identifier identifier, SubjectKey subject, CancellationToken cancellationToken)
    {
        var others = (await ReadAsync(identifier.Kind, protector.Hash(identifier), cancellationToken))?.Owners.Where(o => o.Key != subject).ToArray();
        return others is [var first, ..] ? others.Skip(1).Aggregate(first.Value, (all, o) => all.Union(o.Value)) : null;
    }

    /// <summary>Brings every identifier of the subject up to date, and leaves it to <c>apply</c> to tell the feed.</summary>
    /// <returns>What now stands for each.</returns>
    public async Task<IReadOnlyList<IdentifierPermission>> ProjectAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var profile = (await subjects.LoadAsync(subject, cancellationToken)).Profile;
        var permissions = new List<IdentifierPermission>(profile.Identifiers.Count);
        foreach (var identifier in profile.Identifiers)
            permissions.Add((await ProjectOneAsync(identifier, subject, former: null, cancellationToken)).Permission);
        return permissions;
    }

    /// <summary>Brings every identifier of the subject up to date, without a message that will tell the feed.</summary>
    public async Task RepairAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        foreach (var identifier in (await subjects.LoadAsync(subject, cancellationToken)).Profile.Identifiers)
            await TellAsync(subject, await ProjectOneAsync(identifier, subject, former: null, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Brings one identifier of an announced subject up to date. The feed is told whenever something is stopped, even if nothing changed:
    /// an earlier call may have saved the change and failed before that.
    /// </summary>
    /// <param name="identifier">The identifier.</param>
    /// <param name="subject">One of its owners.</param>
    /// <param name="read">Its rows as just read.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<IdentifierPermission> AnnounceAsync(
        Identifier identifier, SubjectKey subject, OwnedRows? read, CancellationToken cancellationToken)
    {
        var projected = await ProjectOneAsync(identifier, subject, former: null, cancellationToken, (read, IsRead: true));
        var isStopped = projected.Permission.Stops.Values.Any(s => !s.IsNothing);
        await TellAsync(subject, projected with { IsChanged = projected.IsChanged || isStopped }, cancellationToken);
        return projected.Permission;
    }

    /// <summary>
    /// The rows of the subject's identifiers, to be read before a Stop is stored: see <see cref="MergeAsync"/>.
    /// </summary>
    public async Task<IReadOnlyList<IdentifierRow?>> ReadAsync(SubjectRecord subject, CancellationToken cancellationToken) =>
        await Task.WhenAll(subject.Profile.Identifiers.Select(i => PointAsync(i, cancellationToken)));

    /// <summary>
    /// Brings every identifier up to date after a submission that only stops. A Stop makes nothing looser, so the other owners need not be
    /// read.
    /// </summary>
    /// <param name="subject">The subject as it was just stored.</param>
    /// <param name="read">
    /// The rows of its identifiers, read before that: a later state of the subject is then projected after they were read, and fails this
    /// write.
    /// </param>
    /// <param name="isRepeat">Whether it altered no answer. Then nothing is written for a known person.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<IReadOnlyList<IdentifierPermission>> MergeAsync(
        SubjectRecord subject, IReadOnlyList<IdentifierRow?> read, bool isRepeat, CancellationToken cancellationToken) =>
        await Task.WhenAll(subject.Profile.Identifiers.Zip(read, (i, row) => MergeOneAsync(subject, i, row, isRepeat, cancellationToken)));

    public FeedContactPoint ToFeed(IdentifierPermission permission) => new(
        permission.Identifier.Kind, protector.Hash(permission.Identifier), permission.Version, permission.Stops);

    /// <summary>
    /// Adds many identifiers that nobody is known to have, each with the subject that stands in for its owner: a request for each
    /// partition, not for each identifier.
    /// </summary>
    /// <returns>What now stands for each, in their order.</returns>
    public async Task<IReadOnlyList<IdentifierPermission>> AddAsync(
        IReadOnlyList<(Identifier Identifier, SubjectKey StandIn, ConsentState State)> many, ParallelOptions bounded)
    {
        var permissions = new IdentifierPermission[many.Count];
        var rows = many.Select((one, i) =>
        {
            var (hash, wants) = (protector.Hash(one.Identifier), ContactAnswers.Of(one.Identifier, one.State));
            var ciphertext = protector.Encrypt(one.Identifier.Value, IdentifierRow.Context(hash));
            var row = new IdentifierRow(one.Identifier.Kind, hash, wants, ciphertext, Version: 1, default);
            return (Index: i, One: one, Row: row, Entity: row.ToEntity());
        });
        await Parallel.ForEachAsync(
            rows.GroupBy(r => r.Entity.PartitionKey, StringComparer.Ordinal).SelectMany(partition => partition.Chunk(MaxTransaction / 2)),
            bounded,
            async (some, cancel) =>
            {
                try
                {
                    await storage.Identifiers.SubmitAsync(
                        some.SelectMany(r => (TableEntity[])[r.Entity, IdentifierRow.ToEntity(r.Row.Kind, r.Row.Hash, r.One.StandIn, r.Row.Answers)])
                            .Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)),
                        cancel);
                    foreach (var row in some)
                        permissions[row.Index] = Open(row.One.Identifier, row.Row);
                }
                catch (RequestFailedException e) when (e.Status == 409)
                {
                    // Somebody announced one of them meanwhile.
                    foreach (var row in some)
                        permissions[row.Index] = (await ProjectAsync(row.One.StandIn, cancel))[0];
                }
            });
        return permissions;
    }

    /// <summary>
    /// Takes a subject that stood in for an unknown person off the identifier, once its decisions have been copied to the person's own.
    /// </summary>
    public async Task ReplaceOwnerAsync(Identifier identifier, SubjectKey former, SubjectKey owner, CancellationToken cancellationToken) =>
        await TellAsync(owner, await ProjectOneAsync(identifier, owner, former, cancellationToken), cancellationToken);

    /// <summary>
    /// The identifiers of <see cref="Partitions"/> that follow one another, in the order of the hash: most partitions are nearly empty, and
    /// a question costs more than a row.
    /// </summary>
    /// <param name="first">The first partition.</param>
    /// <param name="last">The last one, inclusive.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<OwnedPermission> ScanAsync(
        string first, string last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OwnedRows? current = null;
        await foreach (var entity in storage.Identifiers.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey le {last}"), cancellationToken: cancellationToken))
        {
            if (IdentifierRow.OwnerOf(entity) is { } owner)
            {
                current!.Owners.Add(owner, ContactAnswers.Read(entity));
                continue;
            }

            if (current is not null)
                yield return Open(current);
            current = new OwnedRows(IdentifierRow.From(entity), []);
        }

        if (current is not null)
            yield return Open(current);
    }

    /// <summary>The partitions that hold a kind of identifier: 4,096.</summary>
    public static IEnumerable<string> Partitions(IdentifierKind kind) => IdentifierRow.Partitions(kind);

    private async Task<IdentifierPermission> MergeOneAsync(
        SubjectRecord subject, Identifier identifier, IdentifierRow? row, bool isRepeat, CancellationToken cancellationToken)
    {
        // A stand-in may have been replaced by the person.
        if (row is null || subject.Subject == protector.SubjectOf(identifier))
            return (await ProjectOneAsync(identifier, subject.Subject, former: null, cancellationToken)).Permission;
        if (isRepeat)
            return Open(identifier, row);

        while (true)
        {
            var own = ContactAnswers.Of(identifier, subject.State.Consent);
            var next = row with { Answers = row.Answers.Union(own), Version = row.Version + 1 };
            if (await TryWriteAsync(next, isNew: false, subject.Subject, own, former: null, cancellationToken))
                return Open(identifier, next);

            // Another owner was quicker. The row first, the state after, as above: hundreds of owners may stop at once, so none reads the
            // others.
            if (await PointAsync(identifier, cancellationToken) is not { } now)
                return (await ProjectOneAsync(identifier, subject.Subject, former: null, cancellationToken)).Permission;
            (row, subject) = (now, await subjects.LoadAsync(subject.Subject, cancellationToken));
        }
    }

    private async Task<Projected> ProjectOneAsync(
        Identifier identifier,
        SubjectKey subject,
        SubjectKey? former,
        CancellationToken cancellationToken,
        (OwnedRows? Rows, bool IsRead) first = default)
    {
        var hash = protector.Hash(identifier);
        for (; ; first = default)
        {
            // The row first, the state after: a state newer than the row then either is in what we write, or has made its own write, which
            // fails ours.
            var known = first.IsRead ? first.Rows : await ReadAsync(identifier.Kind, hash, cancellationToken);
            var own = ContactAnswers.Of(identifier, (await subjects.LoadAsync(subject, cancellationToken)).State.Consent);
            if (known is not null && former is null && await IsReplacedAsync(subject, identifier, known, cancellationToken))
                return new Projected(Open(identifier, known.Row), IsChanged: false);

            var next = new IdentifierRow(
                identifier.Kind,
                hash,
                (known?.Owners ?? []).Where(o => o.Key != subject && o.Key != former).Aggregate(own, (all, o) => all.Union(o.Value)),
                known?.Row.Ciphertext ?? protector.Encrypt(identifier.Value, IdentifierRow.Context(hash)),
                (known?.Row.Version ?? 0) + 1,
                known?.Row.Tag ?? default);
            if (known is not null
                && known.Row.Answers.Equals(next.Answers)
                && known.Owners.TryGetValue(subject, out var before)
                && before.Equals(own)
                && (former is null || !known.Owners.ContainsKey(former.Value)))
            {
                return new Projected(Open(identifier, known.Row), IsChanged: false);
            }

            var leaving = former is { } one && known?.Owners.ContainsKey(one) == true ? former : null;
            if (await TryWriteAsync(next, known is null, subject, own, leaving, cancellationToken))
            {
                var isChanged = known is null
                    ? next.Answers.Stops.Values.Any(s => !s.IsNothing)
                    : !next.Answers.HasStopsOf(known.Row.Answers);
                return new Projected(Open(identifier, next), isChanged);
            }
        }
    }

    private Task TellAsync(SubjectKey subject, Projected projected, CancellationToken cancellationToken) =>
        projected.IsChanged ? feed.AppendAsync(subject, ToFeed(projected.Permission), cancellationToken) : Task.CompletedTask;

    // The identifier's row is written even if it stays the same: its version then tells everybody who read the owners that one has changed.
    private async Task<bool> TryWriteAsync(
        IdentifierRow row, bool isNew, SubjectKey owner, ContactAnswers wants, SubjectKey? former, CancellationToken cancellationToken)
    {
        var actions = new List<TableTransactionAction>
        {
            isNew
                ? new(TableTransactionActionType.Add, row.ToEntity())
                : new(TableTransactionActionType.UpdateReplace, row.ToEntity(), row.Tag),
            new(TableTransactionActionType.UpsertReplace, IdentifierRow.ToEntity(row.Kind, row.Hash, owner, wants)),
        };
        if (former is { } leaving)
            actions.Add(new(TableTransactionActionType.Delete, IdentifierRow.ToEntity(row.Kind, row.Hash, leaving, wants), ETag.All));
        try
        {
            await storage.Identifiers.SubmitAsync(actions, cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            // Another projection was quicker.
            return false;
        }
    }

    // A late message about a subject that stood in for an unknown person must not put it back beside the person who has taken its decisions
    // over: nobody could ever allow anything for it again. One such person is enough: an owner who came later had nothing to take over.
    private async Task<bool> IsReplacedAsync(SubjectKey subject, Identifier identifier, OwnedRows known, CancellationToken cancellationToken)
    {
        if (known.Owners.ContainsKey(subject) || known.Owners.Count == 0 || subject != protector.SubjectOf(identifier))
            return false;
        foreach (var (_, stop) in (await consent.LoadAsync(subject, cancellationToken)).Consent.StandingStops)
        {
            if (!await known.Owners.Keys.ToAsyncEnumerable().AnyAsync(
                async (owner, cancel) => await consent.HasAsync(owner, EventIds.Adopted(owner, stop), cancel), cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private OwnedPermission Open(OwnedRows known) => new(
        new Identifier(known.Row.Kind, protector.Decrypt(known.Row.Ciphertext, IdentifierRow.Context(known.Row.Hash))),
        known.Row.Answers,
        known.Row.Version,
        [.. known.Owners.Keys]);

    private static IdentifierPermission Open(Identifier identifier, IdentifierRow row) => new(identifier, row.Answers, row.Version);

    private async Task<IdentifierRow?> PointAsync(Identifier identifier, CancellationToken cancellationToken)
    {
        var (partition, row) = IdentifierRow.Key(identifier.Kind, protector.Hash(identifier));
        var entity = await storage.Identifiers.GetEntityIfExistsAsync<TableEntity>(partition, row, cancellationToken: cancellationToken);
        return entity.HasValue ? IdentifierRow.From(entity.Value!) : null;
    }

    // The identifier's row comes first, so no owner can have been written after it was read without its version telling so.
    private async Task<OwnedRows?> ReadAsync(IdentifierKind kind, IdentifierHash hash, CancellationToken cancellationToken)
    {
        OwnedRows? known = null;
        await foreach (var entity in storage.Identifiers.QueryAsync<TableEntity>(
            IdentifierRow.Filter(kind, hash), cancellationToken: cancellationToken))
        {
            if (IdentifierRow.OwnerOf(entity) is { } owner)
                known!.Owners.Add(owner, ContactAnswers.Read(entity));
            else
                known = new OwnedRows(IdentifierRow.From(entity), []);
        }

        return known;
    }

    /// <param name="IsChanged">Whether what the identifier may receive became another by this very write.</param>
    private sealed record Projected(IdentifierPermission Permission, bool IsChanged);
}

/// <summary>The rows of one identifier.</summary>
/// <param name="Owners">What each owner wants.</param>
internal sealed record OwnedRows(IdentifierRow Row, Dictionary<SubjectKey, ContactAnswers> Owners);
