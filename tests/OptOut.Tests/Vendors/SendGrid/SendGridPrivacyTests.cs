using Microsoft.Extensions.DependencyInjection;
using OptOut.Emulators.Sandbox;
using OptOut.Vendors.SendGrid;
using static OptOut.Tests.Vendors.SendGrid.SandboxedSendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridPrivacyTests
{
    private static readonly string[] Personal = ["jan.peeters", "jan%2e", "x/y", "x%2Fy", "Jan Peeters"];

    [Fact]
    public async Task Nothing_personal_is_in_any_log_trace_or_reason_however_SendGrid_fails()
    {
        await using var it = await StartAsync(settings: [KeyValuePair.Create("OptOut:SendGrid:Timeout", (string?)"00:00:00.3")]);
        var reasons = new List<string>();
        const string Echo =
            "no mail for \"Jan Peeters\" jan.peeters+x/y@example.com at /asm/suppressions/global/jan.peeters%2Bx%2Fy%40example.com";
        SandboxFailure?[] failures =
        [
            null,
            new(SandboxFailureKind.RateLimit),
            new(SandboxFailureKind.Latency, Milliseconds: 5_000),
            new(SandboxFailureKind.Garbage),
            new(SandboxFailureKind.HalfBody),
            .. new[] { 400, 401, 403, 404, 413, 422, 500, 503 }.Select(
                s => new SandboxFailure(SandboxFailureKind.Status, Status: s, Message: Echo)),
        ];

        foreach (var failure in failures)
        {
            // Adding and removing fail in turn: the address is in the body of one and in the path of the other.
            foreach (var method in new[] { "POST", "DELETE", "GET" })
            {
                it.Account.Failures.Clear();
                if (failure is not null)
                    it.Account.Failures.Set(failure with { Containing = method });
                reasons.Add($"{await it.PushAsync("*")}");
                reasons.Add($"{await it.PushAsync("-", confirmed: "*")}");
                reasons.Add($"{await it.Mail.SendAsync(SendGridMailTests.Confirmation, TestContext.Current.CancellationToken)}");
            }
        }

        Assert.Contains(it.Account.Requests.All, r => r.Contains("jan.peeters%2Bx%2Fy%40example.com", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r.Contains("SendGrid reported: no mail for [...]", StringComparison.Ordinal));
        Assert.Contains(it.Logs.Lines, l => l.Contains("DELETE asm/suppressions/global/{email}", StringComparison.Ordinal));
        foreach (var line in reasons.Concat(it.Logs.Lines).Concat(it.Activities))
            Assert.All(Personal, p => Assert.DoesNotContain(p, line, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_call_formatted_as_text_shows_only_its_route_template()
    {
        await using var it = await StartAsync();
        var api = it.Services.GetRequiredService<SendGridApi>();

        var call = api.Call(global::SendGrid.BaseClient.Method.GET, "x/{email}", "s", Jan, "jan.peeters");

        Assert.Equal("GET x/{email}", $"{call}");
    }
}
