using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Platform;
using OptOut.Reconciliation;
using OptOut.Reconciliation.Report;

namespace OptOut.Tests.Reconciliation;

public sealed class ReportTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Night = new(2026, 3, 2, 2, 0, 0, TimeSpan.Zero);

    private static readonly VendorReport NoFindings = new()
    {
        Vendor = "sendgrid",
        Channel = Channel.Email,
        Status = VendorRunStatus.Complete,
        Comparable = true,
        Started = Night,
        From = Night.AddDays(-1),
        Until = Night,
        Duration = TimeSpan.FromSeconds(83),
        Entries = 12_034,
        Agreement = 12_034,
        Stopped = 12_100,
        Lists = new Dictionary<string, int> { ["global"] = 12_000, ["group:101"] = 34 },
        TimeToStop = new TimeToStop(
            412, TimeSpan.FromMilliseconds(640), TimeSpan.FromSeconds(2.1), TimeSpan.FromSeconds(9), TimeSpan.FromMinutes(4)),
    };

    [Fact]
    public void A_night_without_findings_says_so_in_one_sentence() =>
        Assert.Equal("Every opt-out of the last day is honoured.", ReportOf(NoFindings).Verdict);

    [Fact]
    public void Repaired_differences_are_reported_and_need_no_attention()
    {
        var report = ReportOf(NoFindings with { Recorded = 2, PushedAgain = 1 });

        Assert.Equal(
            ("Every opt-out of the last day is honoured. 3 differences were found and repaired.", false),
            (report.Verdict, report.NeedsAttention));
    }

    [Fact]
    public void The_verdict_names_the_vendors_that_need_attention()
    {
        var report = ReportOf(
            NoFindings with { Failures = new Dictionary<string, int> { ["refused"] = 1 } },
            NoFindings with { Vendor = "twilio", Status = VendorRunStatus.Incomplete, Incomplete = "unavailable" },
            NoFindings with { Vendor = "printhouse" });

        Assert.Equal(("2 vendors need attention: sendgrid, twilio.", true), (report.Verdict, report.NeedsAttention));
    }

    [Fact]
    public void A_vendor_without_lists_is_reported_as_checked_by_confirmations_only() => Assert.Equal(
        "Every opt-out of the last day is honoured. For printhouse, only what was "
            + "confirmed could be checked, because there is no list to compare.",
        ReportOf(NoFindings, NoFindings with { Vendor = "printhouse", Comparable = false }).Verdict);

    [Fact]
    public void After_a_missed_night_the_verdict_states_when_the_period_began() => Assert.Equal(
        "Every opt-out since 27 February 2026 02:00 UTC is honoured.", ReportOf(NoFindings with { From = Night.AddDays(-3) }).Verdict);

    [Fact]
    public void A_run_that_compared_nothing_does_not_report_opt_outs_as_honoured()
    {
        Assert.Equal(("No vendor is set up, so nothing was compared.", true), (ReportOf().Verdict, ReportOf().NeedsAttention));
        Assert.Equal(
            "Not every vendor was compared: another run is working on sendgrid.",
            ReportOf(NoFindings with { Status = VendorRunStatus.Busy, Incomplete = "Another run is working on this vendor." }).Verdict);
    }

    [Fact]
    public async Task The_page_shows_the_verdict_before_the_details()
    {
        var html = await HtmlAsync(ReportOf(NoFindings with
        {
            Recorded = 1,
            Failures = new Dictionary<string, int> { ["SendGrid has no group 7 <b>"] = 3 },
            Subjects = [new SubjectNote("0123456789ABCDEFGHJKMNPQRS", SubjectEvent.StopRecorded)],
        }));

        Assert.Contains("<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Contains("<p class=\"verdict bad\">1 vendor needs attention: sendgrid.</p>", html, StringComparison.Ordinal);
        Assert.Contains("<li>3 not confirmed: SendGrid has no group 7 &lt;b&gt;</li>", html, StringComparison.Ordinal);
        Assert.Contains(
            "<tr><th scope=\"row\">Entries on the vendor&#x27;s lists compared</th><td class=\"n\">12,034</td></tr>",
            html,
            StringComparison.Ordinal);
        Assert.Contains(
            "<tr><th scope=\"row\">Stopped there and not here: recorded as a Stop</th><td class=\"n\">1</td></tr>",
            html,
            StringComparison.Ordinal);
        Assert.Contains("<tr><th scope=\"row\">95 of 100 within</th><td class=\"n\">2.1 s</td></tr>", html, StringComparison.Ordinal);
        Assert.Contains("<code>0123456789ABCDEFGHJKMNPQRS</code>", html, StringComparison.Ordinal);
        Assert.True(html.IndexOf("verdict bad", StringComparison.Ordinal) < html.IndexOf("<h2>", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_plain_text_has_the_same_content_as_the_page()
    {
        var text = ReportText.Render(ReportOf(NoFindings with { Recorded = 1, Notices = ["Look here."] }));

        Assert.StartsWith("1 vendor needs attention: sendgrid.\n\nRun ", text, StringComparison.Ordinal);
        Assert.Contains(
            "\nsendgrid: Complete: every list was read and everybody who opted out was checked (email).\n", text, StringComparison.Ordinal);
        Assert.Contains("\n- Time to stop: half within: 640 ms\n", text, StringComparison.Ordinal);
        Assert.EndsWith("! Look here.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_register_has_its_own_wording_in_the_report()
    {
        var report = ReportOf(
            NoFindings,
            NoFindings with
            {
                Vendor = "do-not-call",
                Channel = Channel.Phone,
                Register = true,
                Entries = 1_548_841,
                Known = 2_310,
                Suppressed = 812,
                Lifted = 40,
                Unreadable = 3,
                TimeToStop = null,
            });
        var (text, html) = (ReportText.Render(report), await HtmlAsync(report));

        Assert.Equal(("Every opt-out of the last day is honoured.", false), (report.Verdict, report.NeedsAttention));
        Assert.Contains(
            """

            do-not-call: Complete: the whole register was read (phone).
            - Contact points in the register: 1,548,841
            - Of these, known to us, customers or not: 2,310
            - New in it: marketing is blocked from now on: 812
            - No longer in it: the person's own choice counts again: 40
            - Lines that could not be read: 3
            - Working time: 1 min 23 s

            """.ReplaceLineEndings("\n"),
            text,
            StringComparison.Ordinal);
        Assert.Contains(
            "<tr><th scope=\"row\">Contact points in the register</th><td class=\"n\">1,548,841</td></tr>", html, StringComparison.Ordinal);
        Assert.Contains(
            "\n! 2,000 entries of the vendor's lists could not be read.",
            ReportText.Render(ReportOf(NoFindings with { Register = true, Unreadable = 2_000 })),
            StringComparison.Ordinal);
        Assert.Equal(report.ToJson(), ReconciliationReport.FromJson(report.ToJson()).ToJson());
    }

    [Fact]
    public void A_register_with_an_old_list_needs_attention_and_is_named_in_the_verdict() => Assert.Equal(
        ("1 vendor needs attention: robinson.", true),
        (
            ReportOf(NoFindings, NoFindings with { Vendor = "robinson", Register = true, Notices = ["The list is old."] }).Verdict,
            ReportOf(NoFindings with { Register = true, Notices = ["The list is old."] }).NeedsAttention));

    [Fact]
    public void A_report_survives_a_JSON_round_trip()
    {
        var report = ReportOf(NoFindings with
        {
            Failures = new Dictionary<string, int> { ["refused"] = 1 },
            Subjects = [new SubjectNote("A", SubjectEvent.PushedAgain)],
        });

        var json = report.ToJson();

        Assert.Equal(json, ReconciliationReport.FromJson(json).ToJson());
        Assert.Contains("\"channel\": \"Email\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_percentile_is_one_of_the_measured_times()
    {
        TimeSpan[] times = [.. Enumerable.Range(1, 200).Reverse().Select(i => TimeSpan.FromMilliseconds(i))];

        Assert.Equal(new TimeToStop(200, Ms(100), Ms(190), Ms(198), Ms(200)), TimeToStop.From(times));
        Assert.Equal(new TimeToStop(3, Ms(20), Ms(30), Ms(30), Ms(30)), TimeToStop.From([Ms(30), Ms(10), Ms(20)]));
        Assert.Equal(new TimeToStop(1, Ms(7), Ms(7), Ms(7), Ms(7)), TimeToStop.From([Ms(7)]));
        Assert.Null(TimeToStop.From([]));

        static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);
    }

    [Fact]
    public async Task The_report_is_stored_and_mailed_and_contains_nothing_personal()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        await host.AddCustomerAsync("an");
        await host.StopAsync("an");
        await host.ActAtSendGridAsync("bert");
        host.Time.Advance(TimeSpan.FromHours(1));

        var report = await host.ReconcileAsync();

        var blob = $"{report.Started.UtcDateTime:yyyy'/'MM'/'dd}/{report.RunId:D}";
        Assert.Equal(report.ToJson(), await host.ReportBlobAsync(blob + ".json"));
        Assert.Equal(report.ToJson(), await host.ReportBlobAsync("latest.json"));
        var html = await HtmlAsync(report);
        Assert.Equal(html, await host.ReportBlobAsync(blob + ".html"));
        Assert.Equal(html, await host.ReportBlobAsync("latest.html"));
        Assert.Equal("sent", report.Mail);
        var mail = Assert.Single(host.SendGrid.Mails);
        Assert.Equal(("dpo@kruidtuin.example", $"Opt-out report: {report.Verdict}"), (mail.To, mail.Subject));
        Assert.Contains("verdict good", mail.Html, StringComparison.Ordinal);
        var times = Assert.Single(report.Vendors).TimeToStop!;
        Assert.Equal(2, times.Count); // An's, and Bert's, whose groups were updated only by this run.
        // The clock moved forward by an hour between the two.
        Assert.True(times.P50 < TimeSpan.FromMinutes(59) && times.Max >= TimeSpan.FromMinutes(59));
        await host.AssertNoAddressesAsync();
    }

    [Fact]
    public async Task A_mail_that_cannot_be_sent_does_not_fail_the_run_and_is_sent_after_the_next_one()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite);
        host.SendGrid.Failures.Set(new SandboxFailure(SandboxFailureKind.Status, Status: 503, Containing: "mail/send"));

        var first = await host.ReconcileAsync();
        Assert.Equal("waiting for the next run: SendGrid answered POST mail/send with 503.", first.Mail);
        Assert.Equal("Every opt-out of the last day is honoured.", first.Verdict);

        host.SendGrid.Failures.Clear();
        var second = await host.ReconcileAsync();

        Assert.Equal("sent", second.Mail);
        Assert.Equal(2, host.SendGrid.Mails.Count);
        Assert.Contains(first.RunId.ToString("D"), host.SendGrid.Mails[0].PlainText, StringComparison.Ordinal);
        Assert.Contains(second.RunId.ToString("D"), host.SendGrid.Mails[1].PlainText, StringComparison.Ordinal);
    }

    [Fact]
    public void All_invalid_settings_are_reported_at_once_with_their_fix()
    {
        var result = new ReconciliationOptionsValidator().Validate(null, new ReconciliationOptions
        {
            PrivacyAddress = "nobody",
            MaxRemovals = -1,
            Parallelism = 0,
            Window = TimeSpan.Zero,
            Tries = 0,
            LongestWait = TimeSpan.FromDays(1),
            Lease = TimeSpan.Zero,
            UnusualStops = 0,
            UnusualShare = 2,
        });

        Assert.Equal(9, result.Failures!.Count());
        Assert.All(result.Failures!, f => Assert.Matches("^OptOut:Reconciliation:[A-Za-z]+ is .*; give ", f));
        Assert.All(result.Failures!, f => Assert.DoesNotContain("nobody", f, StringComparison.Ordinal));
        Assert.True(new ReconciliationOptionsValidator().Validate(
            null, new ReconciliationOptions { PrivacyAddress = "dpo@kruidtuin.example" }).Succeeded);
    }

    [Fact]
    public async Task Without_an_address_of_its_own_the_report_goes_to_the_controllers_privacy_address()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:PrivacyAddress", ""));

        var report = await host.ReconcileAsync();

        Assert.Equal("sent", report.Mail);
        Assert.Equal("privacy@kruidtuin.example", Assert.Single(host.SendGrid.Mails).To);
    }

    [Fact]
    public async Task Invalid_settings_prevent_startup()
    {
        await using var host = await ReconciliationHost.StartAsync(azurite, ("OptOut:Reconciliation:Tries", "99"));

        var thrown = Assert.Throws<OptionsValidationException>(() => host.Get<IStartupValidator>().Validate());

        Assert.Equal(["OptOut:Reconciliation:Tries is 99; give 1 to 20."], thrown.Failures);
    }

    private static async Task<string> HtmlAsync(ReconciliationReport report)
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        return await ReportPage.RenderAsync(new ComponentRenderer(services, NullLoggerFactory.Instance), report);
    }

    private static ReconciliationReport ReportOf(params VendorReport[] vendors) =>
        ReportVerdict.Create(Guid.Empty, Night, Night.AddSeconds(83), vendors);
}
