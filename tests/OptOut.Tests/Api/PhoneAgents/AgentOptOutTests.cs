using System.Text;
using OptOut.Consent;

namespace OptOut.Tests.Api.PhoneAgents;

/// <summary><c>POST /api/opt-outs</c>: a person opts out in a call, and the agent's screen records it.</summary>
public sealed class AgentOptOutTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task An_opt_out_in_a_call_stops_every_channel_with_one_entry_that_names_the_agent_and_the_call()
    {
        var subject = await host.PutSubjectAsync("agent-1", ["agent-1@example.com"], ["0470 77 00 01"], ["Kerkstraat 71, 9000 Gent"], "nl");

        var answer = await PostAsync("""{"identifier":{"phone":"0470/77.00.01"},"agent":"A-17","call":"C-2026-11-25-881"}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(["reference", "subjects", "recorded", "say"], answer.Json.AsObject().Select(p => p.Key));
        var change = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.PhoneAgent), (change.Scope, change.Decision, change.Source));
        Assert.Equal(new ChangeEvidence(Channel.Phone, Reference: "agent A-17, call C-2026-11-25-881"), change.Evidence);
        Assert.Equal(Reference.From(change), Text(answer, "reference"));
        Assert.Equal([subject.ToString()], Subjects(answer));
        Assert.Equal(change.At, answer.Json["recorded"]!.GetValue<DateTimeOffset>());
        Assert.Equal(
            "U bent uitgeschreven voor alle communicaties van De Kruidtuin, en dat geldt "
                + $"meteen. Uw referentienummer is {Reference.From(change)}.",
            Text(answer, "say"));

        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "agent-1@example.com", "offers"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "0470 77 00 01"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470 77 00 01", "newsletter"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "Kerkstraat 71, 9000 Gent"));
        await host.ConfirmedAsync(subject, change.Id);
        Assert.Contains("agent-1@example.com", host.OnSendGridsList());
        await host.QuietAsync();
        Assert.Single(
            host.Sandbox.SendGrid.Mails,
            m => m.To == "agent-1@example.com" && m.PlainText.Contains(Reference.From(change), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"identifier":{"phone":"0470770201"},"agent":"A","call":"twice-1"}""", "sms", "0470770201")]
    [InlineData(
        """{"identifier":{"email":"twice-2@example.com"},"agent":"A","call":"twice-2","at":"2026-11-20T10:00:00+01:00"}""",
        "email",
        "twice-2@example.com")]
    [InlineData(
        """{"identifier":{"postal":"Kerkstraat 73, 9000 Gent"},"scope":"post,offers","agent":"A","call":"twice-3"}""",
        "post",
        "Kerkstraat 73, 9000 Gent")]
    [InlineData("""{"subject":"twice-4","agent":"A","call":"twice-4"}""", null, null)]
    public async Task A_repeated_request_changes_nothing_and_gives_the_same_number(string body, string? channel, string? identifier)
    {
        var first = await PostAsync(body);
        await host.QuietAsync();
        var entries = await host.LedgerAsync(SubjectKey.Parse(Assert.Single(Subjects(first))), 1);

        Answer[] again = [await PostAsync(body), await PostAsync(body)];
        await host.QuietAsync();

        Assert.All(again, a => Assert.Equal((200, first.Body), (a.Status, a.Body)));
        Assert.Equal(entries, await host.LedgerAsync(entries[0].Change.Subject, 1));
        if (channel is not null)
            Assert.False((await host.CheckAsync(channel, identifier!, "offers")).Allowed);
    }

    [Fact]
    public async Task The_same_request_sent_five_times_at_once_is_recorded_once()
    {
        var subject = await host.PutSubjectAsync("agent-14", phone: ["0470770014"]);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 5).Select(_ => PostAsync("""{"identifier":{"phone":"0470770014"},"agent":"A-17","call":"impatient-1"}""")));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(
            Assert.Single(answers.Select(a => Text(a, "reference")).Distinct()),
            Reference.From(Assert.Single(await host.LedgerAsync(subject, 1)).Change));
        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task A_second_contact_point_from_the_same_call_is_stopped_under_the_same_number()
    {
        var known = await host.PutSubjectAsync("agent-2", ["agent-2@example.com"]);
        var phone = await PostAsync("""{"identifier":{"phone":"0470770002"},"agent":"A-17","call":"two-1"}""");

        var email = await PostAsync("""{"identifier":{"email":"agent-2@example.com"},"agent":"A-17","call":"two-1"}""");

        Assert.Equal((200, Text(phone, "reference")), (email.Status, Text(email, "reference")));
        Assert.NotEqual(Subjects(phone), Subjects(email));
        Assert.Equal([known.ToString()], Subjects(email));
        await host.LedgerAsync(known, 1);
        await host.LedgerAsync(SubjectKey.Parse(Subjects(phone)[0]), 1);
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470770002"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "agent-2@example.com"));
    }

    [Fact]
    public async Task One_request_stops_everyone_it_names_in_any_way()
    {
        var customer = await host.PutSubjectAsync("agent-3", ["agent-3@example.com"]);

        var answer = await PostAsync(
            """
            {"subject":"agent-3",
             "identifier":{"phone":"0470770003","email":"agent-3@example.com","postal":"Kerkstraat 74, 9000 Gent"},
             "agent":"A-17","call":"all-1"}
            """);

        Assert.Equal(3, Subjects(answer).Distinct().Count());
        Assert.Equal(customer.ToString(), Subjects(answer)[0]);
        foreach (var subject in Subjects(answer))
        {
            Assert.Equal(
                Text(answer, "reference"), Reference.From(Assert.Single(await host.LedgerAsync(SubjectKey.Parse(subject), 1)).Change));
        }

        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470770003"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "agent-3@example.com"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "Kerkstraat 74, 9000 Gent"));
    }

    [Fact]
    public async Task A_wider_scope_from_the_same_call_is_recorded_too_and_its_confirmation_waits_for_the_hour_to_end()
    {
        var subject = await host.PutSubjectAsync("agent-4", ["agent-4@example.com"], ["0470770004"], language: "en");
        var calls = await PostAsync("""{"identifier":{"phone":"0470770004"},"scope":"phone,*","agent":"A-17","call":"wider-1"}""");
        Assert.Equal(
            "De Kruidtuin has recorded your opt-out for: all marketing by telephone. It holds at once. "
                + $"Your reference number is {Text(calls, "reference")}.",
            Text(calls, "say"));
        Assert.True((await host.CheckAsync("email", "agent-4@example.com")).Allowed);

        var all = await PostAsync("""{"identifier":{"phone":"0470770004"},"agent":"A-17","call":"wider-1"}""");

        Assert.Equal((200, Text(calls, "reference")), (all.Status, Text(all, "reference")));
        Assert.Equal(["phone,*", "*,*"], (await host.LedgerAsync(subject, 2)).Select(e => e.Change.Scope.ToString()));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "agent-4@example.com"));
        await host.QuietAsync();
        var mail = Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "agent-4@example.com");
        Assert.Contains(Text(calls, "reference"), mail.PlainText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_narrower_scope_stops_only_that_scope()
    {
        await host.PutSubjectAsync("agent-5", ["agent-5@example.com"], ["0470770005"]);

        await PostAsync("""{"identifier":{"phone":"0470770005"},"scope":"*,offers","agent":"A-17","call":"narrow-1"}""");

        Assert.Equal((false, "stopped-topic"), await host.CheckAsync("email", "agent-5@example.com", "offers"));
        Assert.True((await host.CheckAsync("email", "agent-5@example.com", "newsletter")).Allowed);
        Assert.Equal((false, "stopped-topic"), await host.CheckAsync("phone", "0470770005", "offers"));
    }

    [Fact]
    public async Task A_number_that_several_people_share_stops_all_of_them()
    {
        var one = await host.PutSubjectAsync("agent-6a", phone: ["0470770006"]);
        var other = await host.PutSubjectAsync("agent-6b", phone: ["0470770006"]);

        var answer = await PostAsync("""{"identifier":{"phone":"0470770006"},"agent":"A-17","call":"shared-1"}""");

        Assert.Equal(new[] { one.ToString(), other.ToString() }.Order(), Subjects(answer).Order());
        await host.LedgerAsync(one, 1);
        await host.LedgerAsync(other, 1);
    }

    [Fact]
    public async Task An_unknown_number_is_stopped_and_later_applies_to_the_person_who_turns_out_to_own_it()
    {
        Assert.Equal(200, (await PostAsync("""{"identifier":{"phone":"+32 470 77 00 07"},"agent":"A-17","call":"unknown-1"}""")).Status);
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470770007"));

        await host.PutSubjectAsync("agent-7", ["agent-7@example.com"], ["0470770007"]);

        await OptOutHost.UntilAsync(async () => await host.CheckAsync("email", "agent-7@example.com") == (false, "stopped"));
    }

    [Fact]
    public async Task An_unregistered_customer_number_is_recorded_and_the_agent_is_asked_to_check_it()
    {
        var answer = await PostAsync("""{"subject":"agent-8","agent":"A-17","call":"stranger-1"}""");

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("Recorded, but this customer number is not registered yet", Text(answer, "notice"), StringComparison.Ordinal);
        await host.PutSubjectAsync("agent-8", ["agent-8@example.com"]);
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("email", "agent-8@example.com") == (false, "stopped"));
        Assert.Null((await PostAsync("""{"subject":"agent-8","agent":"A-17","call":"stranger-1"}""")).Json["notice"]);
    }

    [Fact]
    public async Task A_person_who_had_already_stopped_everything_gets_the_reference_number_of_the_call()
    {
        var subject = await host.PutSubjectAsync("agent-9", ["agent-9@example.com"], ["0470770009"]);
        await host.OneClickAsync(await host.TokenAsync("agent-9"));
        await host.LedgerAsync(subject, 1);

        var answer = await PostAsync("""{"identifier":{"phone":"0470770009"},"agent":"A-17","call":"already-1"}""");
        var again = await PostAsync("""{"identifier":{"phone":"0470770009"},"agent":"A-17","call":"already-2"}""");
        await host.QuietAsync();

        var change = (await host.LedgerAsync(subject, 2))[1].Change;
        Assert.Equal(Source.PhoneAgent, change.Source);
        Assert.Equal((200, Reference.From(change)), (answer.Status, Text(answer, "reference")));
        Assert.Equal(change.At, answer.Json["recorded"]!.GetValue<DateTimeOffset>());

        // One entry a minute at most: somebody who asks again is given the number that stands.
        Assert.Equal((200, Reference.From(change)), (again.Status, Text(again, "reference")));
    }

    [Fact]
    public async Task The_recorded_time_is_when_the_person_said_it_and_never_later_than_now()
    {
        var past = await PostAsync(
            """{"identifier":{"phone":"0470770010"},"agent":"A","call":"past-1","at":"2019-03-01T08:30:00+01:00"}""");
        var future = await PostAsync("""{"identifier":{"phone":"0470770011"},"agent":"A","call":"future-1","at":"2099-01-01T00:00Z"}""");

        Assert.Equal(new DateTimeOffset(2019, 3, 1, 7, 30, 0, TimeSpan.Zero), past.Json["recorded"]!.GetValue<DateTimeOffset>());
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0470770010"));
        Assert.InRange(
            future.Json["recorded"]!.GetValue<DateTimeOffset>(),
            TimeProvider.System.GetUtcNow().AddMinutes(-5),
            TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Repeating_a_call_after_an_Allow_does_not_stop_it_again_and_a_new_call_does()
    {
        const string Call = """{"identifier":{"phone":"0470770012"},"agent":"A-17","call":"late-1","at":"2026-11-20T10:00:00Z"}""";
        var subject = await host.PutSubjectAsync("agent-12", ["agent-12@example.com"], ["0470770012"]);
        await PostAsync(Call);
        await AllowEmailAsync("agent-12");
        Assert.True((await host.CheckAsync("email", "agent-12@example.com", "newsletter")).Allowed);

        Assert.Equal(200, (await PostAsync(Call)).Status);
        await host.QuietAsync();

        await host.LedgerAsync(subject, 2);
        Assert.True((await host.CheckAsync("email", "agent-12@example.com", "newsletter")).Allowed);

        // A dialler that reuses its call numbers: another time is another Stop.
        Assert.Equal(200, (await PostAsync("""{"identifier":{"phone":"0470770012"},"agent":"A-17","call":"late-1"}""")).Status);
        await host.LedgerAsync(subject, 3);
        Assert.False((await host.CheckAsync("email", "agent-12@example.com", "newsletter")).Allowed);
    }

    [Fact]
    public async Task A_moment_before_an_Allow_does_not_make_the_Stop_of_a_later_call_ineffective()
    {
        var subject = await host.PutSubjectAsync("agent-19", ["agent-19@example.com"], ["0470770019"]);
        await PostAsync("""{"identifier":{"phone":"0470770019"},"agent":"A-17","call":"at-1"}""");
        await AllowEmailAsync("agent-19");

        var answer = await PostAsync(
            """{"identifier":{"phone":"0470770019"},"agent":"A-17","call":"at-2","at":"2026-01-02T03:04:05Z"}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(Text(answer, "reference"), Reference.From((await host.LedgerAsync(subject, 3))[2].Change));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "agent-19@example.com", "newsletter"));
    }

    [Theory]
    [InlineData("fr", "Votre désinscription de toutes les communications envoyées par De Kruidtuin est "
        + "enregistrée, avec effet immédiat. Votre numéro de référence est {0}.")]
    [InlineData(
        "de-BE", "Sie sind von allen Mitteilungen von De Kruidtuin abgemeldet, und das gilt sofort. Ihre Referenznummer lautet {0}.")]
    public async Task The_agent_may_request_the_language_of_the_call(string language, string sentence)
    {
        await host.PutSubjectAsync($"say-{language}", phone: ["0470770013"], language: "nl");

        var answer = await PostAsync("""{"identifier":{"phone":"0470770013"},"agent":"A-17","call":"say-1"}""", $"?language={language}");

        Assert.Equal(string.Format(null, sentence, Text(answer, "reference")), Text(answer, "say"));
    }

    private async Task AllowEmailAsync(string id) => Assert.Equal(
        200, (await host.SavePreferencesAsync(id, Json("""{"channels":{"email":{"newsletter":true}}}"""))).Status);

    private Task<Answer> PostAsync(string body, string query = "") =>
        host.SendAsync("POST", $"/api/opt-outs{query}", Json(body), OptOutHost.FunctionKey);

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static string Text(Answer answer, string name) => answer.Json[name]!.GetValue<string>();

    private static string[] Subjects(Answer answer) => [.. answer.Json["subjects"]!.AsArray().Select(s => s!.GetValue<string>())];
}
