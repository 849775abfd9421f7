using System.Text;
using OptOut.Consent;

namespace OptOut.Tests.Api.Portal;

/// <summary>The controller's portal reads the preferences of the person who has logged in, and records what the person chooses.</summary>
public sealed class PreferencesApiTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string AllTrue =
        """{"email":{"newsletter":true,"offers":true},"sms":{"newsletter":true,"offers":true}"""
        + ""","phone":{"newsletter":true,"offers":true},"post":{"newsletter":true,"offers":true}}""";

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    public async Task Requests_without_a_valid_key_are_rejected(string method)
    {
        var before = await host.EverythingAsync();

        Assert.Equal(401, (await host.SendAsync(method, "/api/subjects/key-1/preferences", Json("""{"everything":"stop"}"""))).Status);
        Assert.Equal(
            401, (await host.SendAsync(method, "/api/subjects/key-1/preferences", Json("""{"everything":"stop"}"""), "wrong")).Status);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task An_unknown_person_has_no_objection_and_reading_changes_nothing()
    {
        var before = await host.EverythingAsync();

        var answer = await GetAsync("read-1");

        Assert.Equal((200, "no-store"), (answer.Status, answer.Headers["Cache-Control"]));
        Assert.Equal(
            ["subject", "known", "stoppedEverything", "general", "channels", "warning", "link", "unsubscribe"],
            answer.Json.AsObject().Select(p => p.Key));
        Assert.Equal(host.SubjectOf("read-1").ToString(), Text(answer, "subject"));
        Assert.False(answer.Json["stoppedEverything"]!.GetValue<bool>());
        Assert.Equal("""{"email":true,"sms":true,"phone":true,"post":true}""", answer.Json["general"]!.ToJsonString());
        Assert.Equal(AllTrue, answer.Json["channels"]!.ToJsonString());
        Assert.DoesNotContain("read-1", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task The_links_are_the_persons_own_and_the_button_on_their_page_stops_everything()
    {
        var subject = await host.PutSubjectAsync("links", ["portal-links@example.com"]);
        var answer = await GetAsync("links");
        var unsubscribe = new Uri(Text(answer, "unsubscribe"));

        Assert.Equal($"{unsubscribe}/preferences", Text(answer, "link"));
        Assert.StartsWith("https://optout.kruidtuin.example/u/", unsubscribe.AbsoluteUri, StringComparison.Ordinal);
        var page = await host.SendAsync("GET", new Uri(Text(answer, "link")).AbsolutePath);
        Assert.Equal(200, page.Status);
        Assert.Contains($"action=\"{unsubscribe.AbsolutePath}/preferences\"", page.Body, StringComparison.Ordinal);
        Assert.Empty(await host.LedgerAsync(subject));
        Assert.Equal(200, (await host.PressAsync(unsubscribe.Segments[^1])).Status);

        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.UnsubscribePage, ChangeEvidence.None),
            (change.Scope, change.Decision, change.Source, change.Evidence));
        Assert.True((await GetAsync("links")).Json["stoppedEverything"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_link_for_a_message_includes_the_preference_page()
    {
        var answer = await host.SendAsync(
            "POST", "/api/links", Json("""{"subject":"links-2","channel":"email"}"""), OptOutHost.FunctionKey);

        Assert.Equal($"{Text(answer, "url")}/preferences", Text(answer, "preferences"));
    }

    [Fact]
    public async Task Stopping_everything_is_one_entry_from_the_portal_and_reaches_every_channel()
    {
        var subject = await host.PutSubjectAsync("stop-1", ["portal-stop@example.com"], ["0470 55 66 01"], ["Kerkstraat 7, 9000 Gent"]);

        var answer = await PutAsync("stop-1", """{"everything":"stop","reference":"portal session 81"}""");

        Assert.Equal((200, "no-store"), (answer.Status, answer.Headers["Cache-Control"]));
        Assert.True(answer.Json["stoppedEverything"]!.GetValue<bool>());
        Assert.Equal("""{"email":false,"sms":false,"phone":false,"post":false}""", answer.Json["general"]!.ToJsonString());
        Assert.Equal(AllTrue.Replace("true", "false", StringComparison.Ordinal), answer.Json["channels"]!.ToJsonString());
        var entry = Assert.Single(await host.LedgerAsync(subject, 1));
        Assert.Equal((Scope.Everything, Decision.Stop, Source.Portal), (entry.Change.Scope, entry.Change.Decision, entry.Change.Source));
        Assert.Equal(new ChangeEvidence(Reference: "portal session 81"), entry.Change.Evidence);
        AssertRecorded(answer, changed: true, Reference.From(entry.Change), entry);

        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "portal-stop@example.com", "offers"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "0470 55 66 01"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470 55 66 01"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "Kerkstraat 7, 9000 Gent"));
        await host.ConfirmedAsync(subject, entry.Change.Id);
        Assert.Contains("portal-stop@example.com", host.OnSendGridsList());
        await host.QuietAsync();
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "portal-stop@example.com");
    }

    [Theory]
    [InlineData("""{"everything":"stop"}""", 1)]
    [InlineData("""{"channels":{"email":{"newsletter":false}}}""", 1)]
    [InlineData("""{"channels":{"email":{"newsletter":false,"offers":true},"post":{"offers":false}}}""", 2)]
    [InlineData("""{"channels":{"sms":{"newsletter":false,"offers":false}}}""", 1)]
    public async Task A_repeated_call_changes_nothing_and_gives_the_same_number(string body, int entries)
    {
        var id = $"twice-{body.GetHashCode(StringComparison.Ordinal):x}";
        var subject = await host.PutSubjectAsync(id, [$"{id}@example.com"]);

        var first = await PutAsync(id, body);
        await host.QuietAsync();
        var second = await PutAsync(id, body);
        await host.QuietAsync();

        var last = (await host.LedgerAsync(subject, entries))[^1];
        AssertRecorded(first, changed: true, Reference.From(last.Change), last);
        AssertRecorded(second, changed: false, Reference.From(last.Change), last);
        Assert.Equal(first.Json["channels"]!.ToJsonString(), second.Json["channels"]!.ToJsonString());
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == $"{id}@example.com");
    }

    [Fact]
    public async Task Only_what_is_named_changes()
    {
        var subject = await host.PutSubjectAsync("cells-1", ["portal-cells@example.com"], ["0470 55 66 02"]);
        Assert.Equal(200, (await PutAsync("cells-1", """{"channels":{"sms":{"offers":false}}}""")).Status);

        var answer = await PutAsync("cells-1", """{"channels":{"email":{"newsletter":false},"phone":{"newsletter":true}}}""");

        Assert.Equal(
            """{"email":{"newsletter":false,"offers":true},"sms":{"newsletter":true,"offers":false}"""
                + ""","phone":{"newsletter":true,"offers":true},"post":{"newsletter":true,"offers":true}}""",
            answer.Json["channels"]!.ToJsonString());
        Assert.Equal("""{"email":true,"sms":true,"phone":true,"post":true}""", answer.Json["general"]!.ToJsonString());
        Assert.False(answer.Json["stoppedEverything"]!.GetValue<bool>());
        Assert.Equal(["sms,offers Stop Portal", "email,newsletter Stop Portal"], Lines(await host.LedgerAsync(subject, 2)));
        Assert.Equal((false, "stopped-topic"), await host.CheckAsync("email", "portal-cells@example.com", "newsletter"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "portal-cells@example.com", "offers"));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("phone", "0470 55 66 02", "offers"));
        Assert.Equal((false, "stopped-topic"), await host.CheckAsync("sms", "0470 55 66 02", "offers"));
    }

    [Fact]
    public async Task A_person_who_stopped_everything_may_allow_one_topic_and_only_that_topic_again()
    {
        var subject = await host.PutSubjectAsync("again-1", ["portal-again@example.com"]);
        await host.OneClickAsync(await host.TokenAsync("again-1"));
        await host.LedgerAsync(subject, 1);

        var answer = await PutAsync("again-1", """{"channels":{"email":{"newsletter":true}}}""");

        Assert.Equal(["*,* Stop OneClick", "email,newsletter Allow Portal"], Lines(await host.LedgerAsync(subject, 2)));
        Assert.False(answer.Json["stoppedEverything"]!.GetValue<bool>());
        Assert.Equal("""{"newsletter":true,"offers":false}""", answer.Json["channels"]!["email"]!.ToJsonString());
        Assert.Equal("""{"newsletter":false,"offers":false}""", answer.Json["channels"]!["sms"]!.ToJsonString());
        Assert.Equal((true, "allowed"), await host.CheckAsync("email", "portal-again@example.com", "newsletter"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "portal-again@example.com"));
    }

    [Fact]
    public async Task Allowing_something_needs_the_version_that_the_person_saw()
    {
        var subject = await host.PutSubjectAsync("seen-1", ["portal-seen@example.com"]);
        await PutAsync("seen-1", """{"everything":"stop"}""");
        const string Body = """{"channels":{"email":{"newsletter":true},"sms":{"offers":false}}}""";

        var without = await PutAsync("seen-1", Body, null);
        var any = await PutAsync("seen-1", Body, "*");

        Assert.All([without, any], answer =>
        {
            Assert.Equal((428, "A header is missing. Nothing was changed."), (answer.Status, Text(answer, "title")));
            Assert.Contains("If-Match", Text(answer, "detail"), StringComparison.Ordinal);
        });
        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task A_version_that_is_not_the_current_one_gets_the_current_preferences_and_records_nothing()
    {
        var subject = await host.PutSubjectAsync("seen-2", ["portal-stale@example.com"]);
        await host.PutSubjectAsync("seen-3", ["portal-other@example.com"]);
        var first = (await GetAsync("seen-2")).Headers["ETag"];
        await PutAsync("seen-2", """{"everything":"stop"}""");
        var now = (await GetAsync("seen-2")).Headers["ETag"];
        Assert.NotEqual(first, now);

        foreach (var tag in (string[])[first, (await GetAsync("seen-3")).Headers["ETag"], $"\"{subject}.99\"", "\"x\"", "W/\"x\""])
        {
            var stale = await PutAsync("seen-2", """{"channels":{"email":{"newsletter":true},"sms":{"offers":false}}}""", tag);

            Assert.Equal((412, now), (stale.Status, stale.Headers["ETag"]));
            Assert.True(stale.Json["stoppedEverything"]!.GetValue<bool>());
        }

        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);
        Assert.Equal(200, (await PutAsync("seen-2", """{"channels":{"email":{"newsletter":true}}}""", now)).Status);
    }

    [Fact]
    public async Task A_body_that_only_stops_needs_no_version_and_an_old_one_does_not_prevent_it()
    {
        var subject = await host.PutSubjectAsync("seen-4", ["portal-stops@example.com"]);
        var first = (await GetAsync("seen-4")).Headers["ETag"];

        Assert.Equal(200, (await PutAsync("seen-4", """{"channels":{"email":{"newsletter":false}}}""", null)).Status);
        Assert.Equal(200, (await PutAsync("seen-4", """{"channels":{"sms":{"newsletter":false}}}""", first)).Status);

        Assert.Equal(["email,newsletter Stop Portal", "sms,newsletter Stop Portal"], Lines(await host.LedgerAsync(subject, 2)));
    }

    [Fact]
    public async Task Switching_off_every_topic_of_a_channel_stops_the_channel_for_later_topics_too()
    {
        var subject = await host.PutSubjectAsync("whole-1", ["portal-whole@example.com"]);

        var answer = await PutAsync("whole-1", """{"channels":{"email":{"newsletter":false,"offers":false}}}""");

        Assert.Equal("""{"email":false,"sms":true,"phone":true,"post":true}""", answer.Json["general"]!.ToJsonString());
        Assert.Equal(["email,* Stop Portal"], Lines(await host.LedgerAsync(subject, 1)));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "portal-whole@example.com"));
    }

    [Fact]
    public async Task Switching_off_every_topic_of_every_channel_is_the_consolidated_opt_out()
    {
        var answer = await PutAsync("whole-2", $$"""{"channels":{{AllTrue.Replace("true", "false", StringComparison.Ordinal)}}}""");

        Assert.True(answer.Json["stoppedEverything"]!.GetValue<bool>());
        Assert.Equal(["*,* Stop Portal"], Lines(await host.LedgerAsync(host.SubjectOf("whole-2"), 1)));
    }

    [Fact]
    public async Task Allowing_every_topic_of_a_channel_allows_that_channel_and_no_other()
    {
        await host.PutSubjectAsync("whole-4", ["portal-yes@example.com"], ["0470 55 66 04"]);
        await PutAsync("whole-4", """{"everything":"stop"}""");

        var answer = await PutAsync("whole-4", """{"channels":{"email":{"newsletter":true,"offers":true}}}""");

        Assert.Equal("""{"email":true,"sms":false,"phone":false,"post":false}""", answer.Json["general"]!.ToJsonString());
        Assert.Equal(["*,* Stop Portal", "email,* Allow Portal"], Lines(await host.LedgerAsync(host.SubjectOf("whole-4"), 2)));
        Assert.Equal((true, "allowed"), await host.CheckAsync("email", "portal-yes@example.com"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "0470 55 66 04", "newsletter"));
    }

    [Fact]
    public async Task Saving_the_current_preferences_records_nothing_and_returns_no_reference()
    {
        var before = await host.EverythingAsync();

        var answer = await PutAsync("whole-3", $$"""{"channels":{{AllTrue}}}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["subject", "known", "stoppedEverything", "general", "channels", "warning", "link", "unsubscribe", "recorded"],
            answer.Json.AsObject().Select(p => p.Key));
        Assert.Equal(["changed", "ledger"], answer.Json["recorded"]!.AsObject().Select(p => p.Key));
        Assert.False(answer.Json["recorded"]!["changed"]!.GetValue<bool>());
        Assert.Equal(0, answer.Json["recorded"]!["ledger"]!["sequence"]!.GetValue<long>());
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task A_choice_made_before_the_first_address_applies_to_the_address_that_comes_later()
    {
        await PutAsync("early 1/\u00e9", """{"everything":"stop"}""");

        var subject = await host.PutSubjectAsync("early 1/\u00e9", ["portal-early@example.com"]);

        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "portal-early@example.com"));
        await OptOutHost.UntilAsync(async () => await Task.FromResult(host.OnSendGridsList().Contains("portal-early@example.com")));
        await host.LedgerAsync(subject, 1);
    }

    [Theory]
    [InlineData("{}", "body", "Give \"everything\":\"stop\", or \"channels\" with what changes.")]
    [InlineData(
        """{"everything":"allow"}""",
        "everything",
        "The only value is \"stop\". In channels, name what the person wants to receive again by channel and topic.")]
    [InlineData(
        """{"everything":"stop","channels":{"email":{"offers":true}}}""",
        "everything",
        "Give everything or channels, not both: stopping everything has no exceptions.")]
    [InlineData("""{"channels":{}}""", "channels", "Name at least one channel: email, sms, phone, post.")]
    [InlineData("""{"channels":{"email":{}}}""", "channels.email", "Name at least one topic, as in {\"newsletter\":false}.")]
    [InlineData("""{"channels":{"email":null}}""", "channels.email", "Name at least one topic, as in {\"newsletter\":false}.")]
    [InlineData(
        """{"everything":"stop","reference":""}""",
        "reference",
        "Give 1 to 200 printable ASCII characters without personal data (so no @), or leave it out.")]
    [InlineData(
        """{"everything":"stop","reference":"jan@example.com"}""",
        "reference",
        "Give 1 to 200 printable ASCII characters without personal data (so no @), or leave it out.")]
    [InlineData(
        """{"everything":"stop","reference":"caf\u00e9"}""",
        "reference",
        "Give 1 to 200 printable ASCII characters without personal data (so no @), or leave it out.")]
    [InlineData(
        """{"channels":{"email":{"offers":"no"}}}""",
        "channels.email.offers",
        "Not the JSON that this call expects, at line 1, byte 36: look for a wrong type, a missing or unknown property, or a stray comma.")]
    [InlineData(
        """{"channels":{"email":{"offers":true,"offers":false}}}""",
        "channels.email.offers",
        "Not the JSON that this call expects, at line 1, byte 51: look for a wrong type, a missing or unknown property, or a stray comma.")]
    [InlineData(
        """{"everyting":"stop"}""",
        "everyting",
        "Not the JSON that this call expects, at line 1, byte 14: look for a wrong type, a missing or unknown property, or a stray comma.")]
    [InlineData("null", "body", "The body is null; give a JSON object.")]
    public async Task An_invalid_body_is_rejected_with_its_fix_and_changes_nothing(string body, string field, string error)
    {
        var before = await host.EverythingAsync();

        AssertErrors(await PutAsync("wrong-1", body), (field, error));
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task All_errors_are_reported_at_once_and_what_may_be_an_address_is_not_repeated()
    {
        var answer = await PutAsync(
            new string('7', 201),
            """{"reference":"a\nb","channels":{"fax":{"offers":true},"email":{"oferts":true,"jan@example.com":false}"""
                + ""","jan@example.com":{"offers":false}}}""");

        AssertErrors(
            answer,
            ("id", "The customer number has 201 characters; the maximum is 200."),
            ("reference", "Give 1 to 200 printable ASCII characters without personal data (so no @), or leave it out."),
            ("channels.fax", "Not a channel of the catalogue. Give one of: email, sms, phone, post."),
            ("channels.email.oferts", "Not a topic of this channel. Give one of: newsletter, offers."),
            ("channels.email.?", "Not a topic of this channel. Give one of: newsletter, offers."),
            ("channels.?", "Not a channel of the catalogue. Give one of: email, sms, phone, post."));
        Assert.DoesNotContain("jan@example.com", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overlong_customer_number_is_rejected_when_reading_too() =>
        AssertErrors(await GetAsync(new string('7', 201)), ("id", "The customer number has 201 characters; the maximum is 200."));

    private static void AssertRecorded(Answer answer, bool changed, string reference, LedgerEntry end)
    {
        var recorded = answer.Json["recorded"]!;
        Assert.Equal(
            (changed, reference, end.Sequence, end.Hash),
            (
                recorded["changed"]!.GetValue<bool>(),
                recorded["reference"]!.GetValue<string>(),
                recorded["ledger"]!["sequence"]!.GetValue<long>(),
                recorded["ledger"]!["hash"]!.GetValue<string>()));
    }

    private static void AssertErrors(Answer answer, params (string Field, string Error)[] expected)
    {
        Assert.Equal(400, answer.Status);
        Assert.Equal("The request was not accepted. Nothing was changed.", Text(answer, "title"));
        Assert.Equal(
            expected, answer.Json["errors"]!.AsObject().SelectMany(f => f.Value!.AsArray().Select(e => (f.Key, e!.GetValue<string>()))));
    }

    private static IEnumerable<string> Lines(IEnumerable<LedgerEntry> ledger) =>
        ledger.Select(e => $"{e.Change.Scope} {e.Change.Decision} {e.Change.Source}");

    private static string Text(Answer answer, string name) => answer.Json[name]!.GetValue<string>();

    private Task<Answer> GetAsync(string id) =>
        host.SendAsync("GET", $"/api/subjects/{Uri.EscapeDataString(id)}/preferences", key: OptOutHost.FunctionKey);

    private Task<Answer> PutAsync(string id, string body) =>
        host.SavePreferencesAsync(id, Json(body));

    private async Task<Answer> PutAsync(string id, string body, string? ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/subjects/{id}/preferences") { Content = Json(body) };
        request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await host.SendAsync(request);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
