using OptOut.Consent;
using OptOut.Records;

namespace OptOut.Tests.Records.Backup;

/// <summary>Numbers that were shown before a loss are not given again: what saw one of them has seen nothing since the restore.</summary>
public sealed class RestoredAtTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Restored = new(2026, 5, 2, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, true)] // In the backup.
    [InlineData(2, true)] // In the backup, announced only.
    [InlineData(3, true)] // Unknown since the restore.
    [InlineData(1, false)]
    public async Task A_page_from_before_the_loss_cannot_undo_a_Stop_from_after_the_restore(int number, bool isSet)
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await store.StopAsync(1, "email,*");
        await store.StopAsync(2);
        await store.BackUpAsync();

        // Lost: three more changes. A page shows the last number.
        var subject = await store.StopAsync(number, "post,*", "sms,*", "phone,*");
        var seen = (await store.Get<ConsentStore>().LoadAsync(subject, Cancel)).Number;
        await using var other = await BackedUpStore.CreateAsync(
            azurite, isSet ? [("OptOut:Storage:RestoredAt", "2026-05-02T08:00:00Z")] : []);
        await other.RestoreAsync(store);
        Assert.Equal(isSet ? Restored.ToUnixTimeSeconds() : 1, (await other.Get<ConsentStore>().LoadAsync(subject, Cancel)).Number);

        await other.StopAsync(number, "post,*", "sms,*", "phone,*", "email,newsletter");
        var allow = Change.Create(
            EventIds.Derive("allow"), subject, Scope.Parse("post,*"), Decision.Allow, Restored, Restored, Source.Portal, seen: seen);
        await other.Get<ConsentStore>().ApplyAsync(allow, Cancel);

        var state = await other.Get<ConsentStore>().LoadAsync(subject, Cancel);
        var ledger = await other.Get<ConsentStore>().LedgerAsync(subject, Cancel).ToListAsync(Cancel);
        Assert.Equal(isSet, state.Consent.IsStopped(Scope.Parse("post,*")));
        Assert.Null(Ledger.FirstBroken(subject, ledger, state.Head));
    }
}
