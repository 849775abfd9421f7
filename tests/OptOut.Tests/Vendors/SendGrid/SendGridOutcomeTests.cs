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
    public async Task Too_many_calls_asks_for_the_wait_that_SendGrid_names()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.RateLimit, ResetSeconds: 42));

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal(TimeSpan.FromSeconds(42), outcome.RetryAfter);
        Assert.Equal("SendGrid has had too many calls of POST asm/suppressions/global (429).", outcome.Reason);
        Assert.Empty(it.OnGlobal());
    }

    [Theory]
    [InlineData(-30, 0)]
    [InlineData(86_400, 3_600)]
    public async Task A_reset_by_a_wrong_clock_parks_nothing_for_long(int reset, int expected)
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
    public async Task A_fault_of_SendGrids_own_is_worth_trying_again_later_and_is_not_tried_again_here(int status)
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: status));

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal($"SendGrid answered POST asm/suppressions/global with {status}.", outcome.Reason);
        Assert.Null(outcome.RetryAfter);
        Assert.Single(it.Account.Requests.All);
    }

    [Fact]
    public async Task A_fault_that_names_a_wait_is_given_it()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 503, RetryAfterSeconds: 7));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*")).RetryAfter);
    }

    [Fact]
    public async Task A_page_of_something_in_between_confirms_nothing()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Garbage));

        var added = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));
        var removed = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("-", confirmed: "*"));
        var mailed = Assert.IsType<VendorOutcome.Transient>(await it.Mail.SendAsync(SendGridMailTests.Confirmation, TestContext.Current.CancellationToken));

        Assert.Equal("Something answered POST asm/suppressions/global with 200, where SendGrid says 201.", added.Reason);
        Assert.Equal("Something answered DELETE asm/groups/101/suppressions/{email} with 200, where SendGrid says 204.", removed.Reason);
        Assert.Equal("Something answered POST mail/send with 200, where SendGrid says 202.", mailed.Reason);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_an_outcome()
    {
        await using var it = await StartAsync(settings: [KeyValuePair.Create("OptOut:SendGrid:Timeout", (string?)"00:00:00.2")]);
        it.Account.Failures.Set(new(SandboxFailureKind.Latency, Milliseconds: 20_000));

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal("SendGrid did not answer POST asm/suppressions/global within 0.2 s.", outcome.Reason);
    }

    [Fact]
    public async Task The_callers_cancellation_is_the_callers()
    {
        await using var it = await StartAsync();
        it.Account.Failures.Set(new(SandboxFailureKind.Latency, Milliseconds: 20_000));
        using var caller = TimeProvider.System.Limit(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            it.Vendor.PushAsync(new VendorPush(Jan, OptOut.Consent.StopSet.Everything, null), caller.Token));
    }

    [Fact]
    public async Task Nobody_at_the_address_is_worth_trying_again()
    {
        await using var it = await StartAsync(_time, [KeyValuePair.Create("OptOut:SendGrid:BaseAddress", (string?)"http://127.0.0.1:1")]);

        var outcome = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal("SendGrid could not be reached for POST asm/suppressions/global: ConnectionError.", outcome.Reason);
    }

    [Theory]
    [InlineData(nameof(SandboxFailureKind.Garbage))]
    [InlineData(nameof(SandboxFailureKind.HalfBody))]
    public async Task A_list_of_groups_that_cannot_be_read_stops_the_push_before_any_group(string kind)
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
    public async Task A_page_that_cannot_be_read_fails_the_pull_and_is_no_empty_list(string kind)
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
    public async Task A_key_that_SendGrid_does_not_know_names_the_setting()
    {
        await using var it = await StartAsync(_time, [KeyValuePair.Create("OptOut:SendGrid:ApiKey", (string?)"SG.revoked")]);

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "SendGrid does not know the key in OptOut:SendGrid:ApiKey (POST asm/suppressions/global, 401); give a valid one, of the region of OptOut:SendGrid:BaseAddress. SendGrid says: authorization required",
            outcome.Reason);
    }

    [Fact]
    public async Task A_key_without_the_scope_names_the_setting_and_the_scope()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 403, Message: "access forbidden"));

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "The key in OptOut:SendGrid:ApiKey may not do this (POST asm/suppressions/global, 403); give it the scope asm.suppressions.global.create. SendGrid says: access forbidden",
            outcome.Reason);
    }

    [Fact]
    public async Task An_address_of_one_letter_leaves_the_words_readable()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 400, Message: "an invalid address: a@example.com"));

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: Email("a@example.com")));

        Assert.Equal("SendGrid answered POST asm/suppressions/global with 400. SendGrid says: an invalid address: [...]", outcome.Reason);
    }

    [Fact]
    public async Task Any_other_refusal_gives_SendGrids_words_without_the_person()
    {
        await using var it = await StartAsync(_time);
        it.Account.Failures.Set(new(SandboxFailureKind.Status, Status: 400,
            Message: "email address \"jan\" (jan.peeters+x/y@example.com, JAN.PEETERS+X/Y, jan.peeters%2Bx%2Fy%40example.com, other@example.org) is invalid"));

        var outcome = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal("SendGrid answered POST asm/suppressions/global with 400. SendGrid says: email address [...] ([...], [...], [...], [...] is invalid", outcome.Reason);
    }
}
