using System.Diagnostics;
using OptOut.Consent;

namespace OptOut.Tests.Platform.Telemetry;

/// <summary>One trace from the request over the bus to the vendor, so that an operator can follow an opt-out that is late.</summary>
public sealed class TraceTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task One_trace_runs_from_the_request_over_the_bus_to_the_vendor_and_the_confirmation_mail()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("trace-1", ["trace-1@example.com"]);
        await host.QuietAsync();
        var token = await host.TokenAsync("trace-1");
        var (trace, parent) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());

        using var request =
            new HttpRequestMessage(HttpMethod.Post, $"/u/{token}") { Content = OptOutHost.Form("List-Unsubscribe=One-Click") };
        request.Headers.Add("traceparent", $"00-{trace}-{parent}-01");
        // Otherwise the test client's own span would become the parent.
        Activity.Current = null;
        Assert.Equal(200, (await host.SendAsync(request)).Status);
        await host.ConfirmedAsync(subject);
        await OptOutHost.UntilAsync(() => Task.FromResult(host.Sandbox.SendGrid.Mails.Count == 1));
        await host.QuietAsync();
        await OptOutHost.UntilAsync(() => Task.FromResult(telemetry.Spans.Any(s => s.TraceId == trace && s.OperationName == "optout mail")));

        var spans = telemetry.Spans.Where(s => s.TraceId == trace).ToList();
        Assert.Equal(
            [
                "OptOut.Local.Functions Link",
                "OptOut optout apply",
                "OptOut optout push sendgrid",
                "OptOut SendGrid POST asm/suppressions/global",
            ],
            Path(spans, "SendGrid POST asm/suppressions/global"));
        Assert.Equal(
            ["OptOut optout apply", "OptOut optout mail", "OptOut SendGrid POST mail/send"],
            Path(spans, "SendGrid POST mail/send")[^3..]);

        // A batch has messages of many traces, so its span is linked.
        foreach (var (name, function) in new[] { ("optout apply", "Apply"), ("optout push sendgrid", "PushEmail"), ("optout mail", "Confirm") })
        {
            var batch = Assert.Single(spans.Single(s => s.OperationName == name).Links).Context.SpanId;
            await OptOutHost.UntilAsync(() => Task.FromResult(telemetry.Spans.Any(s => s.SpanId == batch && s.OperationName == function)));
        }

        // An exporter skips what is not recorded: a call that succeeded is not worth its price.
        Assert.All(spans.Where(s => s.Kind == ActivityKind.Client && s.Source.Name == "OptOut"), call => Assert.False(call.Recorded));
        Assert.All(spans.Where(s => s.OperationName.StartsWith("optout ", StringComparison.Ordinal)), span => Assert.True(span.Recorded));

        var push = spans.Single(s => s.OperationName == "optout push sendgrid");
        Assert.Equal(
            [$"optout.vendor=sendgrid", $"optout.subject={subject}", "optout.attempt=1", "optout.outcome=confirmed"],
            push.TagObjects.Select(t => $"{t.Key}={t.Value}"));
        var link = spans.Single(s => s is { OperationName: "Link", Source.Name: "OptOut.Local.Functions" });
        Assert.Equal(
            (ActivityKind.Server, "/u/{token}", 200),
            (link.Kind, link.GetTagItem("http.route"), link.GetTagItem("http.response.status_code")));
        Assert.Equal(
            (subject.ToString(), "OneClick", true),
            (link.GetTagItem("optout.subject"), link.GetTagItem("optout.source"), link.GetTagItem("optout.durable")));
    }

    [Fact]
    public async Task A_call_to_a_vendor_with_an_address_in_its_URL_has_a_span_for_its_operation_and_none_with_the_URL()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("trace-2", ["trace-2@example.com"]);
        await host.OneClickAsync(await host.TokenAsync("trace-2"));
        await host.ConfirmedAsync(subject);

        await host.SavePreferencesAsync("trace-2", new StringContent("""{"channels":{"email":{"newsletter":true,"offers":true}}}"""));
        await OptOutHost.UntilAsync(() => Task.FromResult(host.OnSendGridsList().Length == 0));
        await host.QuietAsync();

        // If two handlers push at the same time there is more than one call, and the second finds nothing to delete.
        var calls = telemetry.Spans
            .Where(s => s.OperationName == "SendGrid DELETE asm/suppressions/global/{email}" && IsOf(s, telemetry, subject))
            .ToList();
        Assert.Contains(calls, c => c.Kind == ActivityKind.Client && Equals(c.GetTagItem("http.response.status_code"), 204));
        Assert.All(calls, call => Assert.DoesNotContain(telemetry.Spans, s => s.ParentSpanId == call.SpanId && s.TraceId == call.TraceId));
        var server = host.Service<ActivitySource>();
        Assert.DoesNotContain(telemetry.Texts(server), t => t.Contains("trace-2", StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsOf(Activity call, CapturedTelemetry telemetry, SubjectKey subject) =>
        telemetry.Spans.Any(s => s.TraceId == call.TraceId && Equals(s.GetTagItem("optout.subject"), subject.ToString()));

    // The sources and names of the spans from the request down to the span with this name.
    private static List<string> Path(IEnumerable<Activity> spans, string name)
    {
        var all = spans.ToList();
        var path = new List<string>();
        for (var span = all.First(s => s.OperationName == name); span is not null; span = all.Find(s => s.SpanId == span.ParentSpanId))
            path.Insert(0, $"{span.Source.Name} {span.OperationName}");
        return path;
    }
}
