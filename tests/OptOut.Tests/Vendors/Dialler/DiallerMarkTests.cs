using System.Text;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Dialler;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Dialler;

/// <summary>An agent marks a number in the dialler: <c>/webhooks/dialler/events</c>.</summary>
public sealed class DiallerMarkTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Path = "/webhooks/dialler/events";

    private OptOutHost? _host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private OptOutHost Host => _host!;

    private DiallerSandbox Dialler => Host.Sandbox.Find<DiallerSandbox>();

    public async ValueTask InitializeAsync() => _host = await OptOutHost.StartAsync(azurite, vendors: ["dialler"]);

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    [Fact]
    public async Task A_mark_in_the_dialler_stops_everything_everywhere()
    {
        var subject = await Host.PutSubjectAsync("mark-1", ["mark-1@example.com"], ["0470 66 00 01"], ["Kerkstraat 61, 9000 Gent"]);
        Assert.True(Dialler.Dial("+32470660001"));

        Assert.Equal(200, await Dialler.MarkAsync("+32470660001", cancellationToken: Cancel));

        var change = Assert.Single(await Host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.VendorWebhook, "dialler"),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor));
        Assert.Matches("^mark-[0-9a-f]{32} [0-9]+$", change.Evidence.Reference);
        foreach (var vendor in (string[])["sendgrid", "dialler"])
            await Host.ConfirmedAsync(subject, change.Id, vendor);
        Assert.Contains("mark-1@example.com", Host.OnSendGridsList());
        Assert.False(Dialler.Dial("+32470660001"));
        Assert.Equal((false, "stopped"), await Host.CheckAsync("sms", "0470660001"));
        Assert.Equal((false, "stopped"), await Host.CheckAsync("post", "Kerkstraat 61, 9000 Gent"));
    }

    [Fact]
    public async Task An_opt_out_recorded_by_an_agent_through_our_API_reaches_the_dialler()
    {
        var subject = await Host.PutSubjectAsync("mark-2", ["mark-2@example.com"], ["0470 66 00 02", "09 223 45 67"]);

        var answer = await Host.SendAsync(
            "POST",
            "/api/opt-outs",
            new StringContent("""{"identifier":{"phone":"0470660002"},"agent":"A-17","call":"C-1"}"""),
            OptOutHost.FunctionKey);

        Assert.Equal(200, answer.Status);
        await Host.ConfirmedAsync(subject, vendor: "dialler");
        await Host.ConfirmedAsync(subject);
        Assert.False(Dialler.Dial("+32470660002"));
        Assert.False(Dialler.Dial("+3292234567"));
        Assert.True(Dialler.Dial("+32470660099"));
    }

    [Fact]
    public async Task Calls_and_text_messages_to_one_number_are_two_channels()
    {
        var subject = await Host.PutSubjectAsync("mark-3", phone: ["0470 66 00 03"]);

        Assert.Equal(
            200,
            (await Host.SavePreferencesAsync("mark-3", Body("""{"channels":{"sms":{"newsletter":false,"offers":false}}}"""))).Status);
        await Host.LedgerAsync(subject, 1);
        await Host.QuietAsync();

        Assert.True(Dialler.Dial("+32470660003"));
        Assert.DoesNotContain(Dialler.Requests.All, r => r.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_who_allows_calls_again_can_be_called_until_a_later_mark()
    {
        var subject = await Host.PutSubjectAsync("mark-4", phone: ["0470 66 00 04"]);
        await Dialler.MarkAsync("+32470660004", cancellationToken: Cancel);
        await Host.ConfirmedAsync(subject, (await Host.LedgerAsync(subject, 1))[0].Change.Id, "dialler");

        await Host.SavePreferencesAsync("mark-4", Body("""{"channels":{"phone":{"newsletter":true,"offers":true}}}"""));
        await OptOutHost.UntilAsync(() => Task.FromResult(Dialler.Dial("+32470660004")));
        await Host.QuietAsync();

        Assert.Equal(200, await Dialler.MarkAsync("+32470660004", cancellationToken: Cancel));
        await Host.LedgerAsync(subject, 3);
        await Host.QuietAsync();
        Assert.False(Dialler.Dial("+32470660004"));
        Assert.Equal((false, "stopped"), await Host.CheckAsync("phone", "0470660004"));
    }

    [Fact]
    public async Task A_repeated_message_is_recorded_once_and_not_again_after_the_person_allows()
    {
        var subject = await Host.PutSubjectAsync("mark-5", phone: ["0470 66 00 05"]);
        const string Marks =
            """{"marks":[{"id":"M-5","number":"0470 66 00 05","at":"2026-11-20T09:00:00Z"},"""
            + """{"number":"0470 66 00 05","at":"2026-11-20T09:00:00Z"}]}""";

        Answer[] answers = [await PostAsync(Marks, "msg_5"), await PostAsync(Marks, "msg_5")];
        await Host.LedgerAsync(subject, 1);
        await Host.QuietAsync();
        await Host.SavePreferencesAsync("mark-5", Body("""{"channels":{"phone":{"newsletter":true,"offers":true}}}"""));
        var allowed = await Host.LedgerAsync(subject, 2);
        var late = await PostAsync(Marks, "msg_5", TimeProvider.System.GetUtcNow().AddDays(-3));
        await Host.QuietAsync();

        Assert.All([.. answers, late], a => Assert.Equal(200, a.Status));
        Assert.Equal("*,*", allowed[0].Change.Scope.ToString());
        Assert.True((await Host.CheckAsync("phone", "0470660005")).Allowed);
    }

    [Fact]
    public async Task An_unreadable_mark_does_not_affect_the_others_and_is_logged()
    {
        var answer = await PostAsync(
            """{"marks":[7,null,{"number":"nobody"},{"id":"jan@example.com","number":"0470 66 00 06","at":"yesterday"},"""
                + """{"id":"M 0470660007","number":"0470 66 00 07"}]}""",
            "msg_6");

        Assert.Equal(200, answer.Status);
        Assert.Equal("msg_6 3", await ReferenceAsync("+32470660006"));
        Assert.Equal("msg_6 4", await ReferenceAsync("+32470660007"));
        Assert.Contains(Host.Logs.Lines, l => l.Contains("dialler sent 3 events that could not be read", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Host.Logs.Lines, l => l.Contains("470660006", StringComparison.Ordinal) || l.Contains("nobody", StringComparison.Ordinal));

        foreach (var unreadable in (string[])["", "[]", "{}", """{"marks":{}}""", "{\"marks\":[", "\u0000"])
            Assert.Equal(200, (await PostAsync(unreadable, "msg_7")).Status);
    }

    [Fact]
    public async Task A_message_that_is_unsigned_wrongly_signed_or_too_large_changes_nothing()
    {
        var subject = await Host.PutSubjectAsync("mark-8", phone: ["0470 66 00 08"]);
        await Host.QuietAsync();
        const string Marks = """{"marks":[{"id":"M-8","number":"0470 66 00 08"}]}""";
        var before = await Host.EverythingAsync();

        Answer[] refused =
        [
            await Host.SendAsync("POST", Path, Body(Marks)),
            await PostAsync(Marks, "msg_8", change: r => r.Headers.Remove("webhook-id")),
            await PostAsync(Marks, "msg_8", change: r => r.Headers.Remove("webhook-timestamp")),
            await PostAsync(Marks, "msg_8", change: r => r.Headers.Remove("webhook-signature")),
            await PostAsync(Marks, "msg_8", change: r => Set(r, "webhook-id", "msg_9")),
            await PostAsync(Marks, "msg_8", change: r => Set(r, "webhook-timestamp", "1")),
            await PostAsync(Marks, "msg_8", change: r => Set(r, "webhook-signature", "v1,AAAA")),
            await PostAsync(Marks, "msg_8", change: r => Set(r, "webhook-signature", new string('v', 5000))),
            await PostAsync(Marks, "msg_8", change: r => r.Content = Body(Marks + " ")),
        ];

        Assert.All(refused, a => Assert.Equal((401, ""), (a.Status, a.Body)));
        Assert.Equal(413, (await PostAsync(new string(' ', 10 * 1024 * 1024), "msg_8")).Status);
        Assert.Equal(before, await Host.EverythingAsync());
        Assert.Empty(await Host.LedgerAsync(subject));
    }

    [Fact]
    // More than are recorded at a time.
    public Task Many_marks_in_one_message_are_all_recorded() => RecordedAsync(40);

    [LongFact]
    public Task A_hundred_marks_in_one_message_are_all_recorded() => RecordedAsync(100);

    private async Task RecordedAsync(int count)
    {
        var marks = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"id":"M-{{i}}","number":"+3247067{{i:D4}}"}"""));

        // A dialler retries a message that is not accepted at once.
        await OptOutHost.UntilAsync(async () => (await PostAsync($$"""{"marks":[{{marks}}]}""", "msg_many")).Status == 200);

        await Host.QuietAsync();
        Assert.Equal((false, "stopped"), await Host.CheckAsync("phone", "+32470670000"));
        Assert.Equal((false, "stopped"), await Host.CheckAsync("phone", $"+3247067{count - 1:D4}"));
    }

    private async Task<string?> ReferenceAsync(string number)
    {
        Assert.True(PhoneNumber.TryParse(number, "BE", out var who));
        return Assert.Single(await Host.LedgerAsync(Host.Service<IdentifierProtector>().SubjectOf(who), 1)).Change.Evidence.Reference;
    }

    private async Task<Answer> PostAsync(string body, string id, DateTimeOffset? at = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = DiallerMarkSender.Sign(
            new Uri(Path, UriKind.Relative), Encoding.UTF8.GetBytes(body), id, at ?? TimeProvider.System.GetUtcNow());
        change?.Invoke(request);
        return await Host.SendAsync(request);
    }

    private static void Set(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.Add(header, value);
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");
}
