using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Messaging;
using OptOut.Records;

namespace OptOut.Tests.Delivery;

/// <summary>A vendor that takes half a minute for every call, beside one that is healthy.</summary>
public sealed class SlowVendorTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_others_of_its_channel_are_confirmed_while_it_is_slow_and_it_is_brought_up_to_date_afterwards()
    {
        await using var host = await OptOutHost.StartAsync(
            azurite,
            vendors: ["postmark"],
            settings: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["OptOut:FanOut:Patience"] = "00:00:00.300",
                ["OptOut:FanOut:PushesAtOnce"] = "2",
                ["OptOut:FanOut:FirstRetry"] = "00:00:00.100",
                ["OptOut:Postmark:Timeout"] = "00:00:02",
            });
        var slow = host.Sandbox.Find<PostmarkSandbox>();
        string[] people = [.. Enumerable.Range(0, 20).Select(i => $"slow-{i}")];
        foreach (var person in people)
            await host.PutSubjectAsync(person, [$"{person}@example.com"]);
        var tokens = await Task.WhenAll(people.Select(person => host.TokenAsync(person)));
        slow.Failures.Set(new SandboxFailure(SandboxFailureKind.Latency, Milliseconds: 30_000));

        await Task.WhenAll(tokens.Select(host.OneClickAsync));

        await OptOutHost.UntilAsync(() => Task.FromResult(host.OnSendGridsList().Length == people.Length));
        Assert.Empty(slow.Entries);
        await OptOutHost.UntilAsync(async () => await RetriesAsync(host) >= people.Length);
        var row = (await host.Service<VendorRows>().LoadAsync(host.SubjectOf("slow-19"), "postmark", Cancel))!;
        Assert.Equal(VendorStatus.Waiting, row.Status);

        slow.Failures.Clear();
        await OptOutHost.UntilAsync(
            () => Task.FromResult(slow.Entries.Select(e => e.Email).Distinct(StringComparer.Ordinal).Count() == people.Length));
        foreach (var person in people)
            await host.ConfirmedAsync(host.SubjectOf(person), vendor: "postmark");
        await host.QuietAsync();
    }

    [Fact]
    public async Task Four_vendors_of_a_channel_cost_as_many_table_requests_as_one()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["postmark", "mailgun", "crm"]);
        await host.PutSubjectAsync("many-vendors", ["many-vendors@example.com"]);
        var token = await host.TokenAsync("many-vendors");
        await host.QuietAsync();
        host.TableRequests.Forget();

        await host.OneClickAsync(token);
        await host.QuietAsync();

        // Four vendors cost what one costs: see CostOfOneOptOutTests.
        var sent = host.TableRequests.Sent.Where(r => !r.EndsWith("outbox", StringComparison.Ordinal)).ToArray();
        Assert.True(sent.Length <= 13, string.Join('\n', sent));
        foreach (var vendor in new[] { "sendgrid", "postmark", "mailgun", "crm" })
            await host.ConfirmedAsync(host.SubjectOf("many-vendors"), vendor: vendor);
    }

    private static async Task<int> RetriesAsync(OptOutHost host) => (await host.SentAsync())
        .Where(m => m.ApplicationProperties.GetValueOrDefault("only") is Topology.VendorRetry)
        .Select(m => m.CorrelationId)
        .Distinct(StringComparer.Ordinal)
        .Count();
}
