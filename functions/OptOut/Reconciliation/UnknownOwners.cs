using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Reconciliation;

/// <summary>Somebody whom only a vendor knows, with what its lists say.</summary>
internal sealed record UnknownOwner(Identifier Identifier, IReadOnlyList<IdentifierStop> Stops);

/// <summary>
/// Records the Stops of people whom only a vendor knows, many at once: a company that begins with this product has hundreds of thousands of
/// them. The vendor gets first what it still lacks, so that one write holds the Stop and the vendor's confirmation.
/// </summary>
internal sealed class UnknownOwners(
    StandIns standIns,
    ChangeIntake intake,
    VendorRetryPolicy retryPolicy,
    IEnumerable<IVendor> vendors,
    IdentifierProtector protector,
    TimeProvider time)
{
    // A transaction takes 100 rows. Who has more entries goes the way of everybody else.
    private const int MaxStops = 16;

    /// <returns>Those that are recorded; the others exist meanwhile. Null if the other vendors could not be told.</returns>
    /// <exception cref="Platform.StoreUnavailableException">The store did not take all of them: the run does it again.</exception>
    public async Task<IReadOnlyCollection<NewStandIn>?> RecordAsync(
        IVendor vendor, IReadOnlyList<UnknownOwner> owners, ParallelOptions bounded)
    {
        UnknownOwner[] some = [.. owners.Where(o => o.Stops.Count <= MaxStops)];
        var prepared = new NewStandIn[some.Length];
        await Parallel.ForAsync(0, some.Length, bounded, async (i, cancel) => prepared[i] = await PrepareAsync(vendor, some[i], cancel));
        var created = await standIns.CreateAsync(prepared, bounded);
        var told = await Task.WhenAll(created.SelectMany(one => OthersOn(vendor, one.Identifier)
            .Select(channel => intake.PublishAsync(SubjectMessage.From(one.Changes).PassedOn(channel.Name(), [])))));
        return told.Contains(false) ? null : created;
    }

    private async Task<NewStandIn> PrepareAsync(IVendor vendor, UnknownOwner owner, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        Change[] changes = [.. owner.Stops.Select(s => s.For(protector.SubjectOf(owner.Identifier), now))];
        var stops = SubjectState.Start(changes[0].Subject).Take(SubjectState.InOrder(changes)).State.Consent.Stops(vendor.Channel);
        var outcome = vendor.ListsFor(stops).Except(owner.Stops.Select(s => s.Evidence.Reference)).Any()
            ? await retryPolicy.PushAsync(vendor, new VendorPush(owner.Identifier, stops, Confirmed: null), cancellationToken)
            : new VendorOutcome.Confirmed();
        var push = new PendingPush(vendor, inTime: false)
        {
            Outcome = outcome,
            Pushed = outcome is VendorOutcome.Rejected ? [] : new() { [protector.Hash(owner.Identifier)] = stops },
        };
        push.Begin();
        var row = push.ToRow(SubjectMessage.From(changes), time.GetUtcNow());
        return new NewStandIn(
            owner.Identifier, changes, new Dictionary<string, VendorRow>(StringComparer.Ordinal) { [vendor.Name] = row });
    }

    private IEnumerable<Channel> OthersOn(IVendor vendor, Identifier identifier) => vendors
        .Where(v => v.AcceptsPushes && v.Name != vendor.Name && identifier.Channels.Contains(v.Channel))
        .Select(v => v.Channel)
        .Distinct();
}
