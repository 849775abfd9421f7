using Microsoft.Extensions.Time.Testing;
using OptOut.Emulators.Sandbox;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Vendors;
using static OptOut.Tests.Vendors.SendGrid.SandboxedSendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

public sealed class SendGridOutcomeTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_rate_limit_is_transient_with_the_wait_that_SendGrid_requests()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.RateLimit, ResetSeconds: 42));

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal(TimeSpan.FromSeconds(42), outcome.RetryAfter);
        Assert.Equal("SendGrid is rate limiting POST asm/suppressions/global (429).", outcome.Reason);
        Assert.Empty(it.OnGlobal());
    }

    [Theory]
    [InlineData(-30, 0)]
    [InlineData(86_400, 3_600)]
    public async Task A_rate_limit_reset_from_a_wrong_clock_is_kept_between_zero_and_one_hour(int reset, int expected)
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.RateLimit, ResetSeconds: reset));

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal(TimeSpan.FromSeconds(expected), outcome.RetryAfter);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(408)]
    public async Task A_temporary_SendGrid_error_is_transient_and_not_retried_by_the_adapter(int status)
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: status));

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal($"SendGrid answered POST asm/suppressions/global with {status}.", outcome.Reason);
        Assert.Null(outcome.RetryAfter);
        Assert.Single(it.Account.Requests.All);
    }

    [Fact]
    public async Task An_error_that_requests_a_wait_passes_it_on()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 503, RetryAfterSeconds: 7));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*")).RetryAfter);
    }

    [Fact]
    public async Task A_page_from_an_intermediary_confirms_nothing()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Garbage));

        var added = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));
        var removed = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("-", confirmed: "*"));
        var mailed = Assert.IsType<VendorOutcome.Transient>(
            await it.Mail.SendAsync(SendGridMailTests.Confirmation, TestContext.Current.CancellationToken));

        Assert.Equal(
            "POST asm/suppressions/global was answered with 200, where SendGrid answers 201: something in between may have answered.",
            added.Reason);
        Assert.Equal(
            "DELETE asm/groups/101/suppressions/{email} was answered with 200, where "
                + "SendGrid answers 204: something in between may have answered.",
            removed.Reason);
        Assert.Equal(
            "POST mail/send was answered with 200, where SendGrid answers 202: something in between may have answered.", mailed.Reason);
    }

    [Fact]
    public async Task A_timeout_is_transient()
    {
        await using var it = await StartAsync(settings: [KeyValuePair.Create("OptOut:SendGrid:Timeout", (string?)"00:00:00.2")]);
        it.Account.Failures.Set(new(SandboxFailureKind.Latency, Milliseconds: 20_000));

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal("SendGrid did not answer POST asm/suppressions/global within 0.2 s.", outcome.Reason);
    }

    [Fact]
    public async Task The_callers_cancellation_is_thrown()
    {
        await using var it = await StartAsync();
        it.Account.Failures.Set(new(SandboxFailureKind.Latency, Milliseconds: 20_000));
        using var caller = TimeProvider.System.Limit(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            it.Vendor.PushAsync(new VendorPush(Jan, OptOut.Consent.StopSet.Everything, null), caller.Token));
    }

    [Fact]
    public async Task A_failed_connection_is_transient()
    {
        await using var it = await StartAsync(_time, [KeyValuePair.Create("OptOut:SendGrid:BaseAddress", (string?)"http://127.0.0.1:1")]);

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal("SendGrid could not be reached for POST asm/suppressions/global: ConnectionError.", outcome.Reason);
    }

    [Theory]
    [InlineData(nameof(SandboxFailureKind.Garbage))]
    [InlineData(nameof(SandboxFailureKind.HalfBody))]
    public async Task An_unreadable_list_of_groups_fails_the_push_before_any_group_is_changed(string kind)
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(Enum.Parse<SandboxFailureKind>(kind), Containing: "GET /v3/asm/groups"));

        Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("offers"));

        Assert.Empty(it.Account.GroupEntries);
        Assert.DoesNotContain(it.Account.Requests.All, r => r.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(nameof(SandboxFailureKind.Garbage))]
    [InlineData(nameof(SandboxFailureKind.HalfBody))]
    [InlineData(nameof(SandboxFailureKind.RateLimit))]
    public async Task An_unreadable_page_fails_the_pull_and_is_not_read_as_an_empty_list(string kind)
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(Enum.Parse<SandboxFailureKind>(kind)));

        foreach (var list in it.Vendor.Pulls)
        {
            var failed = Assert.IsType<VendorPull.Failed>(Assert.Single(await it.PullAsync(list, _time.Start)));
            Assert.IsType<VendorOutcome.Transient>(failed.Outcome);
        }
    }

    [Fact]
    public async Task The_reason_for_an_unknown_key_names_the_setting()
    {
        await using var it = await StartAsync(_time, [KeyValuePair.Create("OptOut:SendGrid:ApiKey", (string?)"SG.revoked")]);

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "SendGrid does not accept the key in OptOut:SendGrid:ApiKey (POST asm/suppressions/global, 401); "
                + "give a valid one, of the region of OptOut:SendGrid:BaseAddress. SendGrid reported: authorization required",
            outcome.Reason);
    }

    [Fact]
    public async Task The_reason_for_a_key_without_the_scope_names_the_setting_and_the_scope()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 403, Message: "access forbidden"));

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "The key in OptOut:SendGrid:ApiKey is not allowed to make this call (POST asm/suppressions/global, 403); "
                + "give it the scope asm.suppressions.global.create. SendGrid reported: access forbidden",
            outcome.Reason);
    }

    [Fact]
    public async Task Removing_a_one_letter_address_leaves_the_reason_readable()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 400, Message: "an invalid address: a@example.com"));

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: Email("a@example.com")));

        Assert.Equal(
            "SendGrid answered POST asm/suppressions/global with 400. SendGrid reported: an invalid address: [...]", outcome.Reason);
    }

    [Fact]
    public async Task Any_other_refusal_quotes_SendGrid_without_personal_data()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 400,
            Message: "email address \"jan\" (jan.peeters+x/y@example.com, JAN.PEETERS+X/Y, "
                + "jan.peeters%2Bx%2Fy%40example.com, other@example.org) is invalid"));

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "SendGrid answered POST asm/suppressions/global with 400. SendGrid reported: "
                + "email address [...] ([...], [...], [...], [...] is invalid",
            outcome.Reason);
    }
}
