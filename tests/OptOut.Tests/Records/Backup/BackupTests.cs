using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Evidence;
using OptOut.Platform;
using OptOut.Records;
using OptOut.Records.Backup;

namespace OptOut.Tests.Records.Backup;

/// <summary>What a backup contains, and how it is written.</summary>
public sealed class BackupTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_value_of_every_type_comes_back_as_it_was()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await using var other = await BackedUpStore.CreateAsync(azurite);
        await store.Storage.Outbox.AddEntityAsync(
            new TableEntity("types", "~\"'{}<>&é€\U0001F600")
            {
                ["Text"] = "\t\r\n \"\\u0041\" \u0001\u007f\u2028 é€\U0001F600 \uffff",
                ["Empty"] = "",
                ["Digits"] = "0123456789012345678901234567890",
                ["Moment_as_text"] = "2026-05-01T12:00:00Z",
                ["Int32"] = int.MinValue,
                ["Int64"] = long.MaxValue,
                ["Small"] = 7L,
                ["Flag"] = true,
                ["Half"] = 0.1 + 0.2,
                ["Whole"] = 3.0,
                ["Least_of_all"] = double.MinValue,
                ["Least"] = double.Epsilon,
                ["Moment"] = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567),
                ["Oldest"] = new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero),
                ["Id"] = new Guid("0198c5a4-7f3e-7c61-9d55-0123456789ab"),
                ["Bytes"] = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray(),
                ["None"] = Array.Empty<byte>(),
            },
            Cancel);
        var before = Assert.Single(await BackedUpStore.LinesAsync(store.Storage.Outbox));
        Assert.Contains("Small=Int64:7", before, StringComparison.Ordinal);

        await store.BackUpAsync();
        await other.RestoreAsync(store);

        Assert.Equal(before, Assert.Single(await BackedUpStore.LinesAsync(other.Storage.Outbox)));
    }

    [Fact]
    public async Task A_blob_is_written_once()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await store.StopAsync(1, "*,*");
        var (name, manifest, _) = await store.BackUpAsync();
        var backups = store.Get<BackupStore>();

        Assert.Equal("2026-05-01/120000", name);
        foreach (var part in manifest.Tables.SelectMany(t => t.Parts))
        {
            var content = (await backups.FindAsync(name, part.Name, Cancel))!;
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(
                () => backups.CreateAsync(name, part.Name, BinaryData.FromString("other"), Cancel));
            Assert.Equal("Another backup is being written to 2026-05-01/120000.", refused.Message);

            // The answer to a first attempt may have been lost.
            Assert.Equal(part.Sha256, await backups.CreateAsync(name, part.Name, content, Cancel));
            Assert.Equal(content.ToArray(), (await backups.FindAsync(name, part.Name, Cancel))!.ToArray());
        }

        // A second backup in the same second.
        await store.StopAsync(2, "*,*");
        await Assert.ThrowsAsync<InvalidOperationException>(store.BackUpAsync);
        Assert.Equal(manifest.ToJson(), (await backups.FindManifestAsync(name, Cancel))!.ToJson());
    }

    [Fact]
    public async Task A_table_is_read_page_by_page_and_cut_into_parts()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await using var other = await BackedUpStore.CreateAsync(azurite);
        foreach (var some in Enumerable.Range(0, 2500).Chunk(100))
        {
            await store.Storage.Codes.SubmitAsync(
                some.Select(i => new TableEntity("ABC", $"{i:D7}") { ["Number"] = i })
                    .Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)),
                Cancel);
        }

        store.Requests.Forget();
        var written = await store.Writer(maxRows: 1).RunAsync(Cancel);

        // A partition is never cut: a restore writes it in as few transactions as possible.
        Assert.Equal(3, store.Requests.Sent.Count(r => r == "GET codes"));
        Assert.Equal(2500, Assert.Single(written.Manifest.Tables.Single(t => t.Name == "codes").Parts).Rows);

        foreach (var i in Enumerable.Range(1, 5))
            await store.StopAsync(i, "*,*");
        store.Time.Advance(TimeSpan.FromDays(1));
        var next = (await store.Writer(maxRows: 6).RunAsync(Cancel)).Manifest.Tables.Single(t => t.Name == "consent");
        Assert.Equal([6, 6, 3], next.Parts.Select(p => p.Rows));
        Assert.Equal(["consent/00000.ndjson.gz", "consent/00001.ndjson.gz", "consent/00002.ndjson.gz"], next.Parts.Select(p => p.Name));

        other.Requests.Forget();
        await other.RestoreAsync(store);
        Assert.Equal(25, other.Requests.Sent.Count(r => r == "BATCH codes"));
        Assert.Equal(5, other.Requests.Sent.Count(r => r == "BATCH consent"));
        Assert.Equal(await BackedUpStore.LinesAsync(store.Storage.Codes), await BackedUpStore.LinesAsync(other.Storage.Codes));
        Assert.Equal(await BackedUpStore.LinesAsync(store.Storage.Consent), await BackedUpStore.LinesAsync(other.Storage.Consent));
    }

    [Fact]
    public async Task A_backup_that_did_not_come_to_its_end_is_none_and_the_next_begins_a_new_one()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await store.StopAsync(1, "*,*");
        await store.Storage.ExternalSuppressions.DeleteAsync(Cancel);

        await Assert.ThrowsAsync<StoreUnavailableException>(store.BackUpAsync);

        Assert.NotEmpty(await store.Storage.Backup.GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
        Assert.Empty(await store.Get<BackupStore>().NamesAsync(Cancel));
        store.Time.Advance(TimeSpan.FromSeconds(1));
        await store.Storage.EnsureTablesAsync(Cancel);
        Assert.Equal("2026-05-01/120001", (await store.BackUpAsync()).Name);
        Assert.Equal(["2026-05-01/120001"], await store.Get<BackupStore>().NamesAsync(Cancel));
    }

    [Fact]
    public async Task A_subject_that_changes_while_it_is_read_is_read_again()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await using var other = await BackedUpStore.CreateAsync(azurite);
        var subject = await store.StopAsync(1, [.. Enumerable.Range(0, 520).Select(i => $"email,t{i}")]);
        store.BetweenPages = () => store.StopAsync(1, "post,*");

        var written = await store.BackUpAsync();
        var restored = await other.RestoreAsync(store);

        Assert.Null(store.BetweenPages);
        Assert.Equal((0, (521 * 2) + 1L), (written.Manifest.Torn, written.Manifest.RowsOf("consent")));
        Assert.Empty(restored.Rebuilt.Broken);
        var state = await other.Get<ConsentStore>().LoadAsync(subject, Cancel);
        var entries = await other.Get<ConsentStore>().LedgerAsync(subject, Cancel).ToListAsync(Cancel);
        Assert.Equal(521, entries.Count);
        Assert.Null(Ledger.FirstBroken(subject, entries, state.Head));
    }

    [Fact]
    public async Task A_ledger_that_somebody_cut_is_backed_up_as_it_is_and_named_after_the_restore()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await using var other = await BackedUpStore.CreateAsync(azurite);
        await store.StopAsync(1, "*,*");
        var cut = await store.StopAsync(2, "email,*", "post,*");
        await store.Storage.Consent.DeleteEntityAsync(cut.ToString(), $"event~{cut}~0000000001", cancellationToken: Cancel);

        var written = await store.BackUpAsync();
        var restored = await other.RestoreAsync(store);

        Assert.Equal(1, written.Manifest.Torn);
        Assert.Equal([cut.ToString()], restored.Rebuilt.Broken);
        Assert.Equal(await BackedUpStore.LinesAsync(store.Storage.Consent), await BackedUpStore.LinesAsync(other.Storage.Consent));
    }

    [Fact]
    public async Task A_ledger_that_was_in_no_anchor_before_the_loss_is_in_the_first_one_after_the_restore()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await using var other = await BackedUpStore.CreateAsync(azurite);
        var subject = await store.StopAsync(1, "email,*", "post,*");
        await store.StopAsync(2);
        await store.BackUpAsync();
        await other.RestoreAsync(store);

        await other.Get<AnchorWriter>().RunAsync(Cancel);

        var head = (await other.Get<ConsentStore>().LoadAsync(subject, Cancel)).Head;
        Assert.Equal(
            [new AnchoredHead(subject, 2, head.Hash)], (await other.Get<AnchorStore>().FindAsync(1, Cancel))!.Value.Anchor.Heads);
    }

    [Fact]
    public async Task A_backup_of_tables_that_lost_rows_says_so_and_is_not_restored_by_itself()
    {
        await using var store = await BackedUpStore.CreateAsync(azurite);
        await using var other = await BackedUpStore.CreateAsync(azurite);
        foreach (var i in Enumerable.Range(1, 5))
            await store.StopAsync(i, "*,*");
        Assert.False((await store.BackUpAsync()).HasShrunk);
        var gone = new SubjectKey(5).ToString();
        foreach (var row in await store.Storage.Consent.QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {gone}"), cancellationToken: Cancel).ToListAsync(Cancel))
            await store.Storage.Consent.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Cancel);

        for (var night = 2; night <= 3; night++)
        {
            store.Time.Advance(TimeSpan.FromDays(1));
            Assert.True((await store.BackUpAsync()).HasShrunk, $"night {night}");
        }

        var refused = await Assert.ThrowsAsync<RestoreRefusedException>(() => other.RestoreAsync(store));
        Assert.Equal(
            "The newest backup, 2026-05-03/120000, has 12 rows of the table consent, and 2026-05-01/120000 has 15. "
                + "Name the one that you want.",
            refused.Message);
        await other.RestoreAsync(store, "2026-05-01/120000");
        Assert.Equal(15, (await BackedUpStore.LinesAsync(other.Storage.Consent)).Length);
    }
}
