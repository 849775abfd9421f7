using System.Diagnostics;
using OptOut.Consent;
using OptOut.Tests.Platform.Telemetry;

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

    /// <summary>
    /// Service Bus bills each message that is sent, that is delivered and that is completed. A function is executed for the request and for
    /// each batch, and nothing else is on the bus, so each batch has one message.
    /// </summary>
    [Fact]
    public async Task The_same_costs_nine_operations_of_the_bus_four_executions_and_one_call_for_each_list_of_the_vendor()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("one", ["one@example.com"]);
        var token = await host.TokenAsync("one");
        await host.QuietAsync();
        host.Sandbox.SendGrid.Requests.Clear();
        var before = (await host.SentAsync()).Count;
        var (trace, parent) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        using var request =
            new HttpRequestMessage(HttpMethod.Post, $"/u/{token}") { Content = OptOutHost.Form("List-Unsubscribe=One-Click") };
        request.Headers.Add("traceparent", $"00-{trace}-{parent}-01");
        Activity.Current = null; // Otherwise the test client's own span would become the parent.

        Assert.Equal(200, (await host.SendAsync(request)).Status);

        await host.ConfirmedAsync(subject);
        await OptOutHost.UntilAsync(() => Task.FromResult(host.Sandbox.SendGrid.Mails.Count == 1));
        await host.QuietAsync();
        Activity[] spans = [];
        await OptOutHost.UntilAsync(() =>
        {
            spans = [.. telemetry.Spans.Where(s => s.TraceId == trace && s.Source.Name.StartsWith("OptOut", StringComparison.Ordinal))];
            return Task.FromResult(spans.Any(s => s.OperationName == "optout mail"));
        });
        var (messages, batches) = (
            (await host.SentAsync()).Skip(before).ToArray(), spans.SelectMany(s => s.Links).Select(l => l.Context.SpanId).ToHashSet());
        Assert.Equal(3, messages.Length); // The change, then email and confirmation: 3 sent, 3 delivered, 3 completed.
        Assert.Equal(3, batches.Count); // And the request.

        // The global list, and the group of each topic. The groups are read once by each instance.
        var calls = host.Sandbox.SendGrid.Requests.All
            .Where(r => !r.Contains("mail/send", StringComparison.Ordinal) && r != "GET /v3/asm/groups")
            .ToArray();
        Assert.True(calls.Length <= 1 + 2, string.Join('\n', calls));
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
