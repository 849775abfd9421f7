using Azure;
using Azure.Data.Tables;
using Azure.Storage.Blobs;

namespace OptOut.Tests.Azurite;

/// <summary>The storage behaviour that the product relies on, tested through the real Azure clients.</summary>
public sealed class AzuriteTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly string _account = azurite.ConnectionString;

    [Fact]
    public async Task A_written_row_reads_back_unchanged()
    {
        var table = await NewTable();

        await table.AddEntityAsync(new TableEntity("p", "r") { ["Seen"] = 7L }, Cancel);

        var row = await table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel);
        Assert.Equal(7L, row.Value["Seen"]);
    }

    [Fact]
    public async Task An_update_with_a_stale_ETag_is_refused_and_changes_nothing()
    {
        var table = await NewTable();
        await table.AddEntityAsync(new TableEntity("p", "r") { ["Seen"] = 1L }, Cancel);
        var first = (await table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value;
        await table.UpdateEntityAsync(new TableEntity("p", "r") { ["Seen"] = 2L }, first.ETag, cancellationToken: Cancel);

        var stale = await Assert.ThrowsAsync<RequestFailedException>(() =>
            table.UpdateEntityAsync(new TableEntity("p", "r") { ["Seen"] = 3L }, first.ETag, cancellationToken: Cancel));

        Assert.Equal(412, stale.Status);
        Assert.Equal(2L, (await table.GetEntityAsync<TableEntity>("p", "r", cancellationToken: Cancel)).Value["Seen"]);
    }

    [Fact]
    public async Task An_entity_group_transaction_is_all_or_nothing()
    {
        var table = await NewTable();
        await table.AddEntityAsync(new TableEntity("p", "taken"), Cancel);

        var refused = await Assert.ThrowsAsync<TableTransactionFailedException>(() => table.SubmitTransactionAsync(
            [
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", "new")),
                new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", "taken")),
            ],
            Cancel));

        Assert.Equal((409, 1), (refused.Status, refused.FailedTransactionActionIndex));
        Assert.False((await table.GetEntityIfExistsAsync<TableEntity>("p", "new", cancellationToken: Cancel)).HasValue);
    }

    [Fact]
    public async Task Two_accounts_do_not_share_data()
    {
        await (await NewTable()).AddEntityAsync(new TableEntity("p", "r"), Cancel);

        var other = new TableServiceClient(await azurite.NewAccountAsync()).GetTableClient("rows");
        await other.CreateAsync(Cancel);

        Assert.False((await other.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel)).HasValue);
    }

    [Fact]
    public async Task An_upload_without_overwrite_leaves_an_existing_blob_unchanged()
    {
        var container = new BlobContainerClient(_account, "reports");
        await container.CreateAsync(cancellationToken: Cancel);
        var blob = container.GetBlobClient("today.json");
        await blob.UploadAsync(new BinaryData("1"), Cancel);

        var again = await Assert.ThrowsAsync<RequestFailedException>(() => blob.UploadAsync(new BinaryData("2"), Cancel));

        Assert.Equal(409, again.Status);
        Assert.Equal("1", (await blob.DownloadContentAsync(Cancel)).Value.Content.ToString());
    }

    private async Task<TableClient> NewTable()
    {
        var table = new TableServiceClient(_account).GetTableClient("rows");
        await table.CreateAsync(Cancel);
        return table;
    }
}
