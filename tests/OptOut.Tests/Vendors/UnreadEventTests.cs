using System.Text;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Records;

namespace OptOut.Tests.Vendors;

/// <summary>What a verified webhook brings and nobody understands is in the next report, once.</summary>
public sealed class UnreadEventTests(AzuriteFixture azurite)
{
    private const string Heading = "Webhook events that were not understood";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_report_shows_per_vendor_what_nobody_understood_and_asks_to_look_into_it()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);
        var twilio = host.Sandbox.Find<TwilioSandbox>();
        Assert.Equal(200, (await twilio.ReceiveAsync("messenger:1234567", "STOP", cancellationToken: Cancel)).Status);
        Assert.Equal(200, (await twilio.ReceiveAsync("8686", "Win a car", cancellationToken: Cancel)).Status);
        Assert.Equal(200, (await twilio.ReceiveAsync("messenger:7654321", "STOP", cancellationToken: Cancel)).Status);
        Assert.Equal(
            200,
            await host.Sandbox.Find<CrmSandbox>().ActAsync("opted-out-again", "jan@example.com", "email", cancellationToken: Cancel));

        await host.RunTimerAsync("Reconcile");

        var report = await ReportAsync(host, "json");
        Assert.Contains(
            "2 webhook events could not be read: see which vendors sent them.",
            report["verdict"]!.GetValue<string>(),
            StringComparison.Ordinal);
        Assert.True(report["needsAttention"]!.GetValue<bool>());
        Assert.Equal(
            [("crm", 0, 1), ("twilio", 2, 0)],
            report["unreadEvents"]!.AsArray().Select(
                e => (e!["vendor"]!.GetValue<string>(), e["unreadable"]!.GetValue<int>(), e["unknown"]!.GetValue<int>())));
        Assert.Contains(Heading, await TextAsync(host, "html"), StringComparison.Ordinal);
        Assert.DoesNotContain("1234567", await TextAsync(host, "html"), StringComparison.Ordinal);
        Assert.DoesNotContain(await host.BlobsAsync(), b => b.Name.Contains("/unread/", StringComparison.Ordinal));

        await host.RunTimerAsync("Reconcile");

        Assert.Empty((await ReportAsync(host, "json"))["unreadEvents"]!.AsArray());
        Assert.DoesNotContain(Heading, await TextAsync(host, "html"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_counted_by_two_instances_at_once_are_added_up_and_only_what_was_shown_is_taken_off()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["twilio"]);
        var tally = host.Service<WebhookEventTally>();
        using var other = new WebhookEventTally(
            host.Service<StorageAccount>(),
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<WebhookEventTally>.Instance);

        await Task.WhenAll(tally.AddAsync("twilio", 1, 0, Cancel), other.AddAsync("twilio", 2, 3, Cancel));
        await tally.AddAsync("twilio", 4, 0, Cancel);
        var shown = await tally.ReadAsync(Cancel);
        Assert.Equal((7, 3), (Assert.Single(shown).Unreadable, shown[0].Unknown));

        await other.AddAsync("twilio", 0, 1, Cancel);
        await other.ReadAsync(Cancel);
        await tally.ClearAsync(shown, Cancel);

        var left = Assert.Single(await tally.ReadAsync(Cancel));
        Assert.Equal(("twilio", 0, 1), (left.Vendor, left.Unreadable, left.Unknown));
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> ReportAsync(OptOutHost host, string format) =>
        System.Text.Json.Nodes.JsonNode.Parse(await TextAsync(host, format))!;

    private static async Task<string> TextAsync(OptOutHost host, string format) => Encoding.UTF8.GetString(
        (await host.BlobsAsync()).Single(b => b.Name.EndsWith($"reports/latest.{format}", StringComparison.Ordinal)).Content);
}
