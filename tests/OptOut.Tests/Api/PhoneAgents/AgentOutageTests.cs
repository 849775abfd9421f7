using System.Text;
using OptOut.Consent;

namespace OptOut.Tests.Api.PhoneAgents;

/// <summary>The response to the agent when the bus, the tables or both are unavailable: never a success that is not durable.</summary>
public sealed class AgentOutageTests(AzuriteFixture azurite)
{
    private const string ByPhone = """{"identifier":{"phone":"0470790001"},"agent":"A-17","call":"outage-1"}""";
    private const string ByCustomer = """{"subject":"outage","agent":"A-17","call":"outage-2"}""";

    [Fact]
    public async Task While_the_bus_is_unavailable_the_Stop_waits_in_the_outbox_and_applies_at_once()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("outage", ["agent-outage@example.com"], ["0470790001"]);
        await host.QuietAsync();
        await host.StopBusAsync();

        Assert.Equal(200, (await PostAsync(host, ByPhone)).Status);
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "agent-outage@example.com"));
        Assert.Equal(1, host.Rows(host.Storage.Outbox));

        await host.StartBusAsync();
        await SweptAsync(host);
        await host.ConfirmedAsync(subject);
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task While_the_tables_are_unavailable_a_customer_number_and_a_contact_point_are_accepted_on_the_bus()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("outage", ["agent-outage@example.com"], ["0470790001"]);
        await host.QuietAsync();
        await storage.StopAsync();

        var byCustomer = await PostAsync(host, ByCustomer);
        var byPhone = await PostAsync(host, ByPhone);

        Assert.Equal((200, 200), (byCustomer.Status, byPhone.Status));

        storage.StartAgain();

        // They are applied in any order. The second repeats the first within a minute, and has no entry of its own.
        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Contains(
            Reference.From(change), new[] { byCustomer, byPhone }.Select(a => a.Json["reference"]!.GetValue<string>()));
        await OptOutHost.UntilAsync(async () => (await host.Consent.LoadAsync(subject, TestContext.Current.CancellationToken)).Number == 2);
    }

    [Fact]
    public async Task While_both_are_unavailable_nothing_is_recorded_and_the_same_request_succeeds_later()
    {
        await using var storage = await CuttableStorage.StartAsync(azurite);
        await using var host = await OptOutHost.StartAsync(azurite, storage.ConnectionString);
        var subject = await host.PutSubjectAsync("outage", ["agent-outage@example.com"], ["0470790001"]);
        await host.QuietAsync();
        var before = await host.EverythingAsync();
        await host.StopBusAsync();
        await storage.StopAsync();

        Answer[] answers = [await PostAsync(host, ByCustomer), await PostAsync(host, ByPhone)];

        Assert.All(answers, a => Assert.Equal((503, "60"), (a.Status, a.Headers["Retry-After"])));
        storage.StartAgain();
        await host.StartBusAsync();
        Assert.Equal(before, await host.EverythingAsync());

        Assert.Equal(200, (await PostAsync(host, ByPhone)).Status);
        Assert.Equal(
            (Scope.Everything, Source.PhoneAgent),
            Assert.Single(await host.LedgerAsync(subject, 1)).Change is var c ? (c.Scope, c.Source) : default);
        await SweptAsync(host); // For a while after an outage, new changes go through the outbox.
        await host.ConfirmedAsync(subject);
    }

    private static Task SweptAsync(OptOutHost host) => OptOutHost.UntilAsync(async () =>
    {
        await host.RunTimerAsync("SweepOutbox");
        return host.Rows(host.Storage.Outbox) == 0;
    });

    private static Task<Answer> PostAsync(OptOutHost host, string body) =>
        host.SendAsync("POST", "/api/opt-outs", new StringContent(body, Encoding.UTF8, "application/json"), OptOutHost.FunctionKey);
}
