using OptOut.Emulators.Sandbox;

namespace OptOut.Tests.Infrastructure;

/// <summary>Runs the smoke check, which follows a deployment, against the product.</summary>
public sealed class SmokeCheckTests(OptOutHost host, AzuriteFixture azurite) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task The_check_passes_for_a_working_deployment_and_stops_a_canary_at_the_vendor()
    {
        var (exit, output) = await CheckAsync(DeclaredFunctions.All.Select(f => f.Name), timeout: 20);

        Assert.True(exit == 0, output);
        Assert.Equal(
            [
                $"ok      all {DeclaredFunctions.All.Count} functions are there",
                "ok      the tables and the bus answer",
                "ok      a one-click opt-out stopped the canary",
                "ok      sendgrid confirmed it",
            ],
            output.Trim().Split('\n'));
        Assert.Contains(
            host.OnSendGridsList(),
            e => e.StartsWith("canary+", StringComparison.Ordinal) && e.EndsWith("@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_vendor_that_does_not_confirm_the_opt_out_is_named_with_the_reason()
    {
        await using var broken = await OptOutHost.StartAsync(azurite);
        broken.Sandbox.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 403, Containing: "suppressions"));

        var (exit, output) = await CheckAsync(DeclaredFunctions.All.Select(f => f.Name), timeout: 5, broken);

        Assert.Equal(1, exit);
        Assert.Contains("ok      a one-click opt-out stopped the canary", output, StringComparison.Ordinal);
        Assert.Contains("FAILED  not every vendor confirmed the opt-out", output, StringComparison.Ordinal);
        Assert.Contains("\"status\": \"rejected\"", output, StringComparison.Ordinal);
        Assert.Contains("OptOut:SendGrid:ApiKey", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_names_missing_and_unexpected_functions_and_stops()
    {
        var before = await host.EverythingAsync();

        var (exit, output) = await CheckAsync(
            DeclaredFunctions.All.Select(f => f.Name).Where(n => n != "Reconcile").Append("Forgotten"), timeout: 0);

        Assert.Equal(1, exit);
        Assert.Contains("FAILED  the deployed functions are not those of this source", output, StringComparison.Ordinal);
        Assert.Contains("missing:    Reconcile", output, StringComparison.Ordinal);
        Assert.Contains("unexpected: Forgotten", output, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    private Task<(int Exit, string Output)> CheckAsync(IEnumerable<string> deployed, int timeout, OptOutHost? other = null) =>
        OperatorScript.RunAsync(
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
                ["OPTOUT_SMOKE_PATIENCE"] = $"{timeout}",
            });
}
