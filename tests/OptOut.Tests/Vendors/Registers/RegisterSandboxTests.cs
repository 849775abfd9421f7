using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Reconciliation;
using OptOut.Records;
using OptOut.Vendors;
using OptOut.Vendors.Registers;

namespace OptOut.Tests.Vendors.Registers;

/// <summary>From the registration of a person to the answer of the check, through the real endpoints.</summary>
public sealed class RegisterSandboxTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registered_contact_point_is_suppressed_on_its_channel_after_the_nightly_run()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: ["registers"]);
        var subject = await host.PutSubjectAsync("listed", phone: ["+32470444401"], postal: ["Kerkstraat 12, 9000 Gent"]);
        await ActAsync(host, "add", "do-not-call", "0470 44 44 01");
        await ActAsync(host, "add", "robinson", "Kerkstraat;12;;9000;Gent");

        var report = await host.Service<Reconciler>().RunAsync(Cancel);

        Assert.Equal(
            [("do-not-call", 1, 1), ("robinson", 1, 1)],
            report.Vendors.Where(v => v.Register).Select(v => (v.Vendor, v.Suppressed, v.Known)).Order());
        Assert.False(report.NeedsAttention, report.Verdict);
        Assert.Equal((false, "register"), await host.CheckAsync("phone", "+32470444401"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("sms", "+32470444401"));
        Assert.Equal((false, "register"), await host.CheckAsync("post", "Kerkstraat 12, 9000 Gent"));

        // Nothing is ever pushed to a register, so none ever confirmed anything.
        await host.OneClickAsync(await host.TokenAsync("listed"));
        await host.LedgerAsync(subject, 1);
        await host.QuietAsync();
        var row = await host.Service<SubjectRows>().LoadAsync(subject, TestContext.Current.CancellationToken);
        Assert.NotNull(row.Tag);
        Assert.Null(row.Vendor("do-not-call"));
        Assert.Null(row.Vendor("robinson"));
    }

    [Fact]
    public async Task Mistakes_in_a_registers_settings_are_reported()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OptOut:Registers:do-not-call:MaxAge"] = "00:00:01",
            ["OptOut:Registers:do-not-cal:Files:Columns:Phone"] = "1",
        }).Build();
        await using var services = new ServiceCollection().AddLogging().AddOptOut(configuration).BuildServiceProvider();

        var options = services.GetRequiredService<IOptionsMonitor<RegisterOptions>>();

        var failures = Assert.Throws<OptionsValidationException>(() => options.Get("do-not-call")).Failures.ToArray();
        Assert.Equal(2, failures.Length);
        Assert.All(failures, f => Assert.StartsWith("OptOut:Registers:do-not-call:", f, StringComparison.Ordinal));
        Assert.Contains(
            "give do-not-call or robinson",
            Assert.Single(Assert.Throws<OptionsValidationException>(() => options.Get("do-not-cal")).Failures),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_section_there_is_no_register() => Assert.DoesNotContain(
        new ServiceCollection().AddOptOut(new ConfigurationBuilder().Build()),
        s => s.ServiceType == typeof(IVendor) && s.ImplementationFactory is not null);

    private static async Task ActAsync(OptOutHost host, string action, string register, string entry)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(
            new Uri(host.Sandbox.BaseAddress, $"/sandbox/registers/{action}"), new { register, entry }, Cancel);
        answer.EnsureSuccessStatusCode();
    }
}
