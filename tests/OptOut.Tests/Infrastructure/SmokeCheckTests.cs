using OptOut.Emulators.Sandbox;

namespace OptOut.Tests.Infrastructure;

/// <summary>The check after a deployment, run against the product.</summary>
public sealed class SmokeCheckTests(OptOutHost host, AzuriteFixture azurite) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task It_finds_a_deployment_sound_and_stops_a_canary_at_the_vendor()
    {
        var (exit, said) = await CheckAsync(DeclaredFunctions.All.Select(f => f.Name), patience: 20);

        Assert.True(exit == 0, said);
        Assert.Equal(
            [$"ok      all {DeclaredFunctions.All.Count} functions are there", "ok      the tables and the bus answer", "ok      a one-click opt-out stopped the canary", "ok      sendgrid confirmed it"],
            said.Trim().Split('\n'));
        Assert.Contains(host.OnSendGridsList(), e => e.StartsWith("canary+", StringComparison.Ordinal) && e.EndsWith("@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_vendor_that_does_not_take_the_opt_out_is_named_with_its_reason()
    {
        await using var broken = await OptOutHost.StartAsync(azurite);
        broken.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 403, Containing: "suppressions"));

        var (exit, said) = await CheckAsync(DeclaredFunctions.All.Select(f => f.Name), patience: 5, broken);

        Assert.Equal(1, exit);
        Assert.Contains("ok      a one-click opt-out stopped the canary", said, StringComparison.Ordinal);
        Assert.Contains("FAILED  not every vendor confirmed the opt-out", said, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"rejected\"", said, StringComparison.Ordinal);
        Assert.Contains("OptOut:SendGrid:ApiKey", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_names_the_functions_that_are_missing_and_goes_no_further()
    {
        var before = await host.EverythingAsync();

        var (exit, said) = await CheckAsync(DeclaredFunctions.All.Select(f => f.Name).Where(n => n != "Reconcile").Append("Forgotten"), patience: 0);

        Assert.Equal(1, exit);
        Assert.Contains("FAILED  the functions that run are not those of this source", said, StringComparison.Ordinal);
        Assert.Contains("missing:    Reconcile", said, StringComparison.Ordinal);
        Assert.Contains("unexpected: Forgotten", said, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    private Task<(int Exit, string Said)> CheckAsync(IEnumerable<string> deployed, int patience, OptOutHost? other = null) => OperatorScript.RunAsync(
        "smoke/check.sh",
        $"""
        case "$2 $3" in
        'function list') printf '%s\n' {string.Join(' ', deployed.Select(n => $"func/{n}"))} ;;
        'keys list') echo {OptOutHost.FunctionKey} ;;
        *) exit 2 ;;
        esac
        """,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AZURE_RESOURCE_GROUP"] = "rg",
            ["AZURE_FUNCTION_APP_NAME"] = "func",
            ["AZURE_FUNCTIONS_URL"] = (other ?? host).Client.BaseAddress!.ToString(),
            ["OPTOUT_CANARY_EMAIL"] = "canary@example.com",
            ["OPTOUT_SMOKE_PATIENCE"] = $"{patience}",
        });
}
