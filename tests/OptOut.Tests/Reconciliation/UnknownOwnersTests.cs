using OptOut.Consent;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Identity;

namespace OptOut.Tests.Reconciliation;

/// <summary>A company begins with this product, and its vendor has thousands of opt-outs that nobody here knows.</summary>
public sealed class UnknownOwnersTests(AzuriteFixture azurite)
{
    private const int People = 1200;

    [Fact]
    public async Task Each_costs_at_most_three_table_requests_and_has_a_ledger_of_its_own()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        await host.PutSubjectAsync("known", ["known@example.com"]);
        string[] addresses = [.. Enumerable.Range(0, People).Select(i => $"early-{i}@example.com")];
        AddToSendGrid(host, ["known@example.com"]);
        host.TableRequests.Forget();
        Assert.True(await host.RunTimerAsync("Reconcile"));
        await host.QuietAsync();
        var without = Counted(host).Length;
        AddToSendGrid(host, addresses);
        host.TableRequests.Forget();

        Assert.True(await host.RunTimerAsync("Reconcile"));
        await host.QuietAsync();

        var requests = Counted(host);
        Assert.True(
            requests.Length - without is >= 2 * People and <= 3 * People, string.Join(", ", requests.CountBy(r => r).Append(new("without", without))));
        Assert.DoesNotContain(host.Sandbox.SendGrid.Mails, m => m.To.EndsWith("@example.com", StringComparison.Ordinal));
        foreach (var address in new[] { addresses[0], addresses[People - 1], "known@example.com" })
            Assert.Equal((false, "stopped"), await host.CheckAsync("email", address));
        var entry = Assert.Single(await host.LedgerAsync(StandIn(host, addresses[7]), 1)).Change;
        Assert.Equal((Scope.Everything, Source.Reconciliation, "sendgrid"), (entry.Scope, entry.Source, entry.Evidence.Vendor));
        await host.ConfirmedAsync(StandIn(host, addresses[7]), entry.Id);

        // A second night finds nothing to do.
        host.TableRequests.Forget();
        Assert.True(await host.RunTimerAsync("Reconcile"));
        Assert.DoesNotContain(Counted(host), r => !r.StartsWith("GET ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_vendor_of_the_channel_is_told_and_a_person_who_is_announced_later_takes_the_Stop_over()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["crm"]);
        AddToSendGrid(host, ["early@example.com", "late@example.com"]);

        Assert.True(await host.RunTimerAsync("Reconcile"));
        await host.QuietAsync();

        Assert.Superset(
            new HashSet<string>(["early@example.com", "late@example.com"], StringComparer.Ordinal),
            host.Sandbox.Find<CrmSandbox>().Entries.Select(e => e.Identifier).ToHashSet(StringComparer.Ordinal));
        await host.ConfirmedAsync(StandIn(host, "early@example.com"), vendor: "crm");
        var late = await host.PutSubjectAsync("late", ["late@example.com"]);
        Assert.Equal(Scope.Everything, Assert.Single(await host.LedgerAsync(late, 1)).Change.Scope);
    }

    private static void AddToSendGrid(OptOutHost host, string[] addresses) => host.Sandbox.SendGrid.AddGlobal(
        [.. addresses.Select(a => new SendGridEntry(a, TimeProvider.System.GetUtcNow().AddDays(-30).ToUnixTimeSeconds()))]);

    private static SubjectKey StandIn(OptOutHost host, string address)
    {
        Assert.True(EmailAddress.TryParse(address, out var who));
        return host.Service<IdentifierProtector>().SubjectOf(who);
    }

    // Without the run's lease.
    private static string[] Counted(OptOutHost host) =>
        [.. host.TableRequests.Sent.Where(r => r.Split(' ')[1] is "consent" or "identifiers" or "feed" or "references")];
}
