using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>
/// The tables in memory answer as Azurite does: the same generated scripts through the same client give the same statuses, error codes,
/// rows and refused tags.
/// </summary>
public sealed class MemoryTableTests(AzuriteFixture azurite)
{
    private const int Scripts = 6, Operations = 60;

    [Fact]
    public async Task Both_answer_generated_scripts_in_the_same_way()
    {
        var account = await azurite.NewAccountAsync();
        var real = new TableServiceClient(account, new TableClientOptions { Retry = { MaxRetries = 0 } });
        for (var seed = 1UL; seed <= Scripts; seed++)
        {
            var name = $"script{seed}";
            await real.CreateTableAsync(name, TestContext.Current.CancellationToken);
            var expected = await new TableScript(real.GetTableClient(name), new SeededNumbers(seed)).RunAsync(Operations);
            var actual = await new TableScript(InMemory(name), new SeededNumbers(seed)).RunAsync(Operations);
            Assert.Equal(expected, actual);
        }
    }

    private static TableClient InMemory(string name)
    {
        var transport = new MemoryTableTransport(
            new TableService(new FakeTimeProvider()), (request, _) => Task.FromResult(request.Execute().Response));
        var options = new TableClientOptions { Transport = transport, Retry = { MaxRetries = 0 } };
        return new TableServiceClient("UseDevelopmentStorage=true", options).GetTableClient(name);
    }
}
