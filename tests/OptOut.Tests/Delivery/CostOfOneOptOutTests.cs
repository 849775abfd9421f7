using OptOut.Consent;

namespace OptOut.Tests.Delivery;

/// <summary>What one opt-out costs, counted on the real clients. Each of these is paid for a million times a month.</summary>
public sealed class CostOfOneOptOutTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_one_click_of_a_known_person_with_one_address_and_one_vendor()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("one", ["one@example.com"]);
        var token = await host.TokenAsync("one");
        await host.QuietAsync();
        host.TableRequests.Forget();

        await host.OneClickAsync(token);
        await host.QuietAsync();

        var sent = host.TableRequests.Sent.Where(r => !r.EndsWith("outbox", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["one@example.com"], host.OnSendGridsList());
        Assert.True(sent.Length <= 12, string.Join('\n', sent));
        Assert.Equal(Scope.Everything, Assert.Single(await host.LedgerAsync(subject)).Change.Scope);
    }

    [Fact]
    public async Task Announcing_a_person_with_one_address_who_has_stopped_nothing()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        host.TableRequests.Forget();

        await host.PutSubjectAsync("new", ["new@example.com"]);

        var sent = host.TableRequests.Sent.Where(r => !r.EndsWith("outbox", StringComparison.Ordinal)).ToArray();
        Assert.True(sent.Length <= 5, string.Join('\n', sent));
        Assert.Empty(await host.SentAsync());
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "new@example.com"));
    }
}
