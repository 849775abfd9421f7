using Azure.Data.Tables;
using OptOut.Local;
using OptOut.Local.Commands;
using OptOut.Records;
using OptOut.Records.Backup;
using OptOut.Tests.CommandLine;

namespace OptOut.Tests.Records.Backup;

/// <summary>
/// A restore that cannot give back what was there writes nothing, and says why; one that was killed is finished by another run.
/// </summary>
public sealed class RestoreRefusalTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Name = "2026-05-01/120000";

    private const string IsMixed =
        $" has rows that the backup {Name} does not have, for example other/row. A restore does not overwrite and does not mix.";

    private BackedUpStore _store = null!, _other = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await BackedUpStore.CreateAsync(azurite);
        _other = await BackedUpStore.CreateAsync(azurite);
        foreach (var i in Enumerable.Range(1, 20))
            await _store.StopAsync(i, "*,*");
        await _store.BackUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task A_part_that_was_altered_by_one_byte()
    {
        var blob = _store.Storage.Backup.GetBlobClient($"{Name}/consent/00000.ndjson.gz");
        var bytes = (await blob.DownloadContentAsync(Cancel)).Value.Content.ToArray();
        bytes[^9] ^= 1;
        await blob.UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, Cancel);

        await RefusedAsync(
            $"consent/00000.ndjson.gz of the backup {Name} was altered: its SHA-256 is not the one in the manifest. Choose another backup, "
                + "or an earlier version of the blob.");
    }

    [Fact]
    public async Task A_part_that_is_gone()
    {
        await _store.Storage.Backup.DeleteBlobAsync($"{Name}/references/00000.ndjson.gz", cancellationToken: Cancel);

        await RefusedAsync(
            $"references/00000.ndjson.gz of the backup {Name} was altered: it is missing. Choose another backup, or an earlier version "
                + "of the blob.");
    }

    [Fact]
    public async Task A_count_that_does_not_agree_with_the_manifest()
    {
        await ForgeAsync(manifest => manifest.Replace("\"rows\": 60,", "\"rows\": 61,", StringComparison.Ordinal));

        await RefusedAsync(
            $"consent/00000.ndjson.gz of the backup {Name} was altered: it has 60 rows, and the manifest says 61. Choose another backup, "
                + "or an earlier version of the blob.");
    }

    [Fact]
    public async Task No_manifest()
    {
        await _store.Storage.Backup.DeleteBlobAsync($"{Name}/manifest.json", cancellationToken: Cancel);

        await RefusedAsync("There is no complete backup in the container backup.");
        await RefusedAsync($"{Name} is not a complete backup: it has no manifest. There is no other.", Name);
    }

    [Fact]
    public async Task A_name_that_is_not_a_backup() =>
        await RefusedAsync($"2026-05-02/043000 is not a complete backup: it has no manifest. Complete are {Name}.", "2026-05-02/043000");

    [Fact]
    public async Task A_newer_format()
    {
        await ForgeAsync(manifest => manifest.Replace("\"format\": 1,", "\"format\": 2,", StringComparison.Ordinal));

        await RefusedAsync(
            $"The backup {Name} has format 2, and this version reads format 1: restore it with the version that wrote it.");
    }

    [Fact]
    public async Task A_manifest_that_is_none()
    {
        await ForgeAsync(_ => "{}");

        await RefusedAsync($"The manifest of the backup {Name} cannot be read: it was altered. Choose another backup.");
    }

    [Fact]
    public async Task Another_hash_secret()
    {
        await using var other = await BackedUpStore.CreateAsync(azurite, ("OptOut:Data:HashSecret", OptOutSettings.DataSecret));

        var refused = await Assert.ThrowsAsync<RestoreRefusedException>(() => other.RestoreAsync(_store));

        Assert.Equal(
            $"The backup {Name} was made with another OptOut:Data:HashSecret: with this one, no row of it could be found.",
            refused.Message);
    }

    [Theory]
    [InlineData("1", "No contact point can be decrypted: the keys in OptOut:Data:Keys have other secrets.")]
    [InlineData("2", "cannot be decrypted. The ciphertext is truncated, or its key id is not in OptOut:Data:Keys: restore the key.")]
    public async Task Another_data_key(string id, string message)
    {
        await using var other = await BackedUpStore.CreateAsync(
            azurite, ("OptOut:Data:Keys:0:Secret", OptOutSettings.LinkSecret), ("OptOut:Data:Keys:0:Id", id));

        var refused = await Assert.ThrowsAsync<RestoreRefusedException>(() => other.RestoreAsync(_store));

        Assert.EndsWith(message, refused.Message, StringComparison.Ordinal);
        Assert.Empty(await BackedUpStore.LinesAsync(other.Storage.Consent));
    }

    [Theory]
    [InlineData("consent", IsMixed)]
    [InlineData("codes", IsMixed)]
    [InlineData("identifiers", " has rows, and a restore rebuilds it from nothing.")]
    [InlineData("feed", " has rows, and a restore rebuilds it from nothing.")]
    public async Task A_table_with_rows_that_the_backup_does_not_have(string table, string why)
    {
        var tables = LostWorld.Tables(_other.Storage);
        await tables.Single(t => t.Name == table).AddEntityAsync(new TableEntity("other", "row"), Cancel);

        var refused = await Assert.ThrowsAsync<RestoreRefusedException>(() => _other.RestoreAsync(_store));

        Assert.Equal($"The table {table}{why} Copy what you want to keep, delete the table, and run it again.", refused.Message);
        Assert.Equal(1, (await Task.WhenAll(tables.Select(t => BackedUpStore.LinesAsync(t)))).Sum(lines => lines.Length));
    }

    [Fact]
    public async Task A_row_that_has_changed_since()
    {
        await _other.RestoreAsync(_store);
        await _other.StopAsync(7, "post,*");

        var refused = await Assert.ThrowsAsync<RestoreRefusedException>(() => _other.RestoreAsync(_store));

        Assert.StartsWith(
            $"The table consent has rows that the backup {Name} does not have, for example ", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("writing consent", 9)]
    [InlineData("writing references", 3)]
    [InlineData("rebuilding contact points", 12)]
    [InlineData("rebuilding contact points", 60)]
    public async Task A_restore_that_was_killed_is_finished_by_another_run(string during, long after)
    {
        await Assert.ThrowsAsync<SimulatedKillException>(() => _other.RestoreAsync(_store, onProgress: (what, done, _) =>
        {
            if (what == during && done >= after)
                throw new SimulatedKillException();
        }));

        await _other.RestoreAsync(_store);
        await _other.RestoreAsync(_store);

        foreach (var (table, without) in (IEnumerable<(Func<StorageAccount, TableClient>, string[])>)
            [(s => s.Consent, []), (s => s.References, []), (s => s.Identifiers, ["Ciphertext", "Version"])])
        {
            Assert.Equal(
                await BackedUpStore.LinesAsync(table(_store.Storage), without),
                await BackedUpStore.LinesAsync(table(_other.Storage), without));
        }
    }

    [Fact]
    public async Task The_command_prints_what_it_does_and_what_it_refuses()
    {
        using var output = new StringWriter { NewLine = "\n" };
        foreach (var table in LostWorld.Tables(_store.Storage))
            await table.DeleteAsync(Cancel);

        Assert.Equal(0, await Restore.RunAsync(_store.Settings, Line.Read("restore"), output, Cancel));

        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal("  verifying consent: 1 of 60 rows", lines[0]);
        Assert.Contains("  writing consent: 60 of 60 rows", lines);
        Assert.Equal(
            [
                $"Restored {Name}: 80 rows, 20 subjects with 20 contact points.",
                "What changed after 2026-05-01 12:00:00 UTC is not in it. infra-bicep/README.md, \"Restore\", says what comes back by "
                    + "itself, and what to check now.",
            ],
            lines[^3..^1]);
        Assert.Matches(
            @"\ASet OptOut__Storage__RestoredAt=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ before anything uses the tables: a page from "
                + @"before must not undo a Stop that it never showed\.\z",
            lines[^1]);
        Assert.Equal(20, (await BackedUpStore.LinesAsync(_store.Storage.Identifiers)).Length / 2);

        var refused = await Assert.ThrowsAsync<CannotStartException>(
            () => Restore.RunAsync(_store.Settings, Line.Read("restore", "yesterday"), output, Cancel));
        Assert.Equal($"yesterday is not a complete backup: it has no manifest. Complete are {Name}.", refused.Message);
        var settings = _store.Settings.Where(s => !s.Key.StartsWith("OptOut:Data", StringComparison.Ordinal));
        var keyless = await Assert.ThrowsAsync<CannotStartException>(
            () => Restore.RunAsync(settings, Line.Read("restore"), output, Cancel));
        Assert.Contains(
            "The keys are read from the environment: OptOut__Data__HashSecret", keyless.Message, StringComparison.Ordinal);
    }

    private async Task RefusedAsync(string message, string? name = null)
    {
        Assert.Equal(message, (await Assert.ThrowsAsync<RestoreRefusedException>(() => _other.RestoreAsync(_store, name))).Message);
        Assert.All(
            await Task.WhenAll(LostWorld.Tables(_other.Storage).Select(t => BackedUpStore.LinesAsync(t))), lines => Assert.Empty(lines));
    }

    private async Task ForgeAsync(Func<string, string> change)
    {
        var blob = _store.Storage.Backup.GetBlobClient($"{Name}/manifest.json");
        var json = (await blob.DownloadContentAsync(Cancel)).Value.Content.ToString();
        Assert.NotEqual(json, change(json));
        await blob.UploadAsync(BinaryData.FromString(change(json)), overwrite: true, Cancel);
    }

    private sealed class SimulatedKillException : Exception;
}
