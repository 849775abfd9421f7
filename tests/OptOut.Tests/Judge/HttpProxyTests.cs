using Azure;
using Azure.Data.Tables;
using OptOut.Judge.Faults;
using OptOut.Local.Hosting;

namespace OptOut.Tests.Judge;

/// <summary>
/// The genuine client of Azure Tables takes the proxy's errors for Azure's, and finds stored what the proxy says it stored.
/// </summary>
public sealed class HttpProxyTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private HttpProxy _proxy = null!;
    private TableClient _direct = null!, _proxied = null!;

    public async ValueTask InitializeAsync()
    {
        var storage = await azurite.NewAccountAsync();
        var real = new Uri(storage.Split(';').Single(p => p.StartsWith("TableEndpoint=", StringComparison.Ordinal))["TableEndpoint=".Length..]);
        var port = FreePort.Find();
        _proxy = await HttpProxy.StartAsync(port, () => [real.Port], keepConnections: true);
        _direct = new TableClient(storage, "rows");
        await _direct.CreateIfNotExistsAsync(Cancel);
        _proxied = new TableClient(
            storage.Replace(real.ToString(), new UriBuilder(real) { Port = port }.Uri.ToString(), StringComparison.Ordinal),
            "rows",
            new TableClientOptions { Retry = { MaxRetries = 0 } });
    }

    [Theory]
    [InlineData(nameof(Manner.Error500Before), 500, "InternalError", false)]
    [InlineData(nameof(Manner.Error500After), 500, "InternalError", true)]
    [InlineData(nameof(Manner.Error503Before), 503, "ServerBusy", false)]
    [InlineData(nameof(Manner.Error503After), 503, "ServerBusy", true)]
    [InlineData(nameof(Manner.Error409Before), 409, "TableBeingDeleted", false)]
    [InlineData(nameof(Manner.Error409After), 409, "EntityAlreadyExists", true)]
    public async Task An_insert_gets_the_error_and_is_stored_or_not(string manner, int status, string code, bool isStored)
    {
        Begin(manner);

        var error = await Assert.ThrowsAsync<RequestFailedException>(() => _proxied.AddEntityAsync(new TableEntity("p", "r'%2F"), Cancel));

        Assert.Equal((status, code), (error.Status, error.ErrorCode));
        Assert.Equal(isStored, (await _direct.GetEntityIfExistsAsync<TableEntity>("p", "r'%2F", cancellationToken: Cancel)).HasValue);
    }

    [Theory]
    [InlineData(nameof(Manner.Error409After), 409, "EntityAlreadyExists", 1, true)]
    [InlineData(nameof(Manner.Error412Before), 412, "UpdateConditionNotSatisfied", 0, false)]
    [InlineData(nameof(Manner.Error412After), 412, "UpdateConditionNotSatisfied", 0, true)]
    public async Task A_transaction_gets_the_error_of_one_operation(string manner, int status, string code, int operation, bool isStored)
    {
        await _direct.AddEntityAsync(new TableEntity("p", "first"), Cancel);
        var first = (await _direct.GetEntityAsync<TableEntity>("p", "first", cancellationToken: Cancel)).Value;
        Begin(manner);

        var error = await Assert.ThrowsAsync<TableTransactionFailedException>(() => _proxied.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.UpdateReplace, first, first.ETag),
                new(TableTransactionActionType.Add, new TableEntity("p", "second")),
            ],
            Cancel));

        Assert.Equal((status, code, operation), (error.Status, error.ErrorCode, error.FailedTransactionActionIndex));
        Assert.Equal(isStored, (await _direct.GetEntityIfExistsAsync<TableEntity>("p", "second", cancellationToken: Cancel)).HasValue);
    }

    [Theory]
    [InlineData(nameof(Manner.CutRequest), false)]
    [InlineData(nameof(Manner.LoseAnswer), true)]
    [InlineData(nameof(Manner.CutAnswer), true)]
    public async Task A_cut_connection_is_no_answer(string manner, bool isStored)
    {
        Begin(manner);

        // The client wraps what the broken connection threw; without retries it is a RequestFailedException without a status.
        var error = await Record.ExceptionAsync(() => _proxied.AddEntityAsync(new TableEntity("p", "r"), Cancel));

        Assert.True(error is RequestFailedException { Status: 0 } or IOException, $"It is {error}.");
        Assert.Equal(isStored, (await _direct.GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel)).HasValue);
    }

    public ValueTask DisposeAsync() => _proxy.DisposeAsync();

    private void Begin(string manner) =>
        _proxy.Troubles.Begin(new Trouble(TimeSpan.Zero, Link.Tables, "A", Enum.Parse<Manner>(manner), Share: 1, TimeSpan.Zero, Seed: 1));
}
