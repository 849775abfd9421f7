using System.Diagnostics;
using OptOut.Consent;
using OptOut.Tests.Platform.Telemetry;

namespace OptOut.Tests.Intake;

/// <summary>
/// What an opt-out costs before it is answered: a message for a mail client, and the store as well for a person who reads the result.
/// </summary>
public sealed class PublishThenAnswerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_one_click_makes_no_request_to_the_tables_and_a_page_that_shows_the_result_does()
    {
        using var telemetry = new CapturedTelemetry();
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("no-table", ["no-table@example.com"]);
        var token = await host.TokenAsync("no-table");
        await host.QuietAsync();

        var oneClick = await TableRequestsAsync(telemetry, host, token, "List-Unsubscribe=One-Click");

        // The message reaches the store all the same.
        Assert.Equal(Source.OneClick, Assert.Single(await host.LedgerAsync(subject, 1)).Change.Source);
        await host.QuietAsync();
        Assert.Empty(oneClick());
        var page = await TableRequestsAsync(telemetry, host, token, "choice=stop");
        await host.QuietAsync();
        Assert.NotEmpty(page());
    }

    [Fact]
    public async Task A_burst_on_one_link_makes_about_one_message_a_second_and_everybody_is_answered()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        var subject = await host.PutSubjectAsync("hammered", ["hammered@example.com"]);
        var token = await host.TokenAsync("hammered");
        await host.QuietAsync();
        var before = await PressesAsync();
        var begun = Stopwatch.GetTimestamp();

        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => host.OneClickAsync(token)));

        var seconds = (int)Stopwatch.GetElapsedTime(begun).TotalSeconds;
        Assert.All(answers, a => Assert.Equal((200, ""), (a.Status, a.Body)));
        Assert.InRange(await PressesAsync() - before, 1, 2 + seconds);
        await host.ConfirmedAsync(subject);

        async Task<int> PressesAsync() => (await host.SentAsync()).Count(m => !m.ApplicationProperties.ContainsKey("only"));
    }

    [Fact]
    public async Task While_the_bus_is_unavailable_every_press_of_a_burst_waits_in_the_outbox()
    {
        await using var host = await OptOutHost.StartAsync(azurite);
        string[] people = [.. Enumerable.Range(0, 40).Select(i => $"outbox-{i}")];
        var tokens = await Task.WhenAll(people.Select(person => host.TokenAsync(person)));
        await host.StopBusAsync();

        var answers = await Task.WhenAll(tokens.Select(host.OneClickAsync));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(people.Length, host.Rows(host.Storage.Outbox));
        await host.StartBusAsync();
        await OptOutHost.UntilAsync(async () =>
        {
            await host.RunTimerAsync("SweepOutbox");
            return host.Rows(host.Storage.Outbox) == 0;
        });
        foreach (var person in people)
            await host.LedgerAsync(host.SubjectOf(person), 1);
    }

    // What the request's own code asked of the tables; the functions that the message goes to are left out.
    private static async Task<Func<List<string>>> TableRequestsAsync(
        CapturedTelemetry telemetry, OptOutHost host, string token, string form)
    {
        var (trace, parent) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/u/{token}") { Content = OptOutHost.Form(form) };
        request.Headers.Add("traceparent", $"00-{trace}-{parent}-01");
        Activity.Current = null; // Otherwise the test client's own span would become the parent.
        Assert.InRange((await host.SendAsync(request)).Status, 200, 303);
        return () =>
        {
            var spans = telemetry.Spans.Where(s => s.TraceId == trace).ToDictionary(s => s.SpanId);
            Assert.Contains(spans.Values, s => s.GetTagItem("optout.source") is not null);
            return [.. spans.Values
                .Where(s => s.Source.Name.StartsWith("Azure.Data.Tables", StringComparison.Ordinal) && !IsBehindTheBus(s, spans))
                .Select(s => s.OperationName)];
        };
    }

    private static bool IsBehindTheBus(Activity span, Dictionary<ActivitySpanId, Activity> spans)
    {
        for (var above = span; above is not null; above = spans.GetValueOrDefault(above.ParentSpanId))
        {
            if (above.OperationName == "optout apply" || above.OperationName.StartsWith("optout push", StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
