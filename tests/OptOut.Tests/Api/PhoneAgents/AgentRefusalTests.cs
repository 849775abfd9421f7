using System.Text;

namespace OptOut.Tests.Api.PhoneAgents;

/// <summary>Requests that the agent's endpoint rejects; the response says how to fix them.</summary>
public sealed class AgentRefusalTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string Agent = "Give the agent's number at the call centre: 1 to 60 printable ASCII characters.";
    private const string Call = "Give the dialler's unique number of this call: 1 to 120 printable ASCII characters.";
    private const string NotTheJson = "Not the JSON that this call expects, at line 1, byte ";

    [Fact]
    public async Task Requests_without_a_valid_key_are_rejected()
    {
        var before = await host.EverythingAsync();

        Assert.Equal(
            401,
            (await host.SendAsync(
                "POST", "/api/opt-outs", Body("""{"identifier":{"phone":"0470780001"},"agent":"A","call":"C"}"""))).Status);
        Assert.Equal(
            401,
            (await host.SendAsync(
                "POST", "/api/opt-outs", Body("""{"identifier":{"phone":"0470780001"},"agent":"A","call":"C"}"""), "wrong")).Status);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("""{"agent":"A","call":"C"}""", "identifier", "Say who it is: identifier with the number that was called, as in "
        + "{\"phone\":\"0470 12 34 56\"}, or subject with the customer number; or both.")]
    [InlineData("""{"identifier":{},"agent":"A","call":"C"}""", "identifier", "Name at least one: phone, email or postal.")]
    [InlineData(
        """{"identifier":{"phone":"0470 12"},"agent":"A","call":"C"}""",
        "identifier.phone",
        "Not a phone number; write it as +32470123456 or as dialled in BE.")]
    [InlineData(
        """{"identifier":{"email":"jan"},"agent":"A","call":"C"}""",
        "identifier.email",
        "Not an e-mail address; write it as name@example.com.")]
    [InlineData(
        """{"identifier":{"postal":"Gent"},"agent":"A","call":"C"}""",
        "identifier.postal",
        "Not a postal address; give street, number, postcode and town in one line.")]
    [InlineData("""{"subject":" ","agent":"A","call":"C"}""", "subject", "It is empty; give the customer number, or leave it out.")]
    [InlineData(
        """{"subject":"1","scope":"everything","agent":"A","call":"C"}""",
        "scope",
        "Give channel,topic with * for all, as in 'phone,*' or '*,offers'; or leave it out for everything, '*,*'.")]
    [InlineData(
        """{"subject":"1","scope":"fax,*","agent":"A","call":"C"}""",
        "scope",
        "Give channel,topic with * for all, as in 'phone,*' or '*,offers'; or leave it out for everything, '*,*'.")]
    [InlineData(
        """{"subject":"1","scope":"phone,prizes","agent":"A","call":"C"}""",
        "scope",
        "The topic is not in the catalogue. Give one of: newsletter, offers; or * for all.")]
    [InlineData("""{"subject":"1","call":"C"}""", "agent", Agent)]
    [InlineData("""{"subject":"1","agent":" ","call":"C"}""", "agent", Agent)]
    [InlineData("""{"subject":"1","agent":"Zo\u00eb","call":"C"}""", "agent", Agent)]
    [InlineData("""{"subject":"1","agent":"a\nb","call":"C"}""", "agent", Agent)]
    [InlineData(
        """{"subject":"1","agent":"jan@callcentre.example","call":"C"}""",
        "agent",
        "It looks like an e-mail address, and the ledger keeps it permanently. Give the agent's number at the call centre, without an @.")]
    [InlineData(
        """{"subject":"1","agent":"0470 12 34 56","call":"C"}""",
        "agent",
        "It contains a telephone number, and the ledger keeps it permanently. Give the agent's number at the call centre.")]
    [InlineData(
        """{"subject":"1","agent":"+32 (0)9 223 45 67","call":"C"}""",
        "agent",
        "It contains a telephone number, and the ledger keeps it permanently. Give the agent's number at the call centre.")]
    [InlineData("""{"subject":"1","agent":"A"}""", "call", Call)]
    [InlineData("""{"subject":"1","agent":"A","call":""}""", "call", Call)]
    [InlineData(
        """{"identifier":{"phone":"0470780002"},"agent":"A","call":"20261125-0470.780.002-1"}""",
        "call",
        "It contains a telephone number, and the ledger keeps it permanently. Give the dialler's unique number of this call.")]
    [InlineData(
        """{"subject":"1","agent":"A","call":"a84b4c76e66710@pc33.example"}""",
        "call",
        "It looks like an e-mail address, and the ledger keeps it permanently. "
            + "Give the dialler's unique number of this call, without an @.")]
    [InlineData(
        """{"subject":"1","agent":"A","call":"C","at":"yesterday"}""",
        "at",
        "Give the time with its offset, as in 2026-11-25T10:00:00+01:00 or 2026-11-25T09:00:00Z; or leave it out for now.")]
    [InlineData(
        """{"subject":"1","agent":"A","call":"C","at":"2026-11-25T10:00:00"}""",
        "at",
        "Give the time with its offset, as in 2026-11-25T10:00:00+01:00 or 2026-11-25T09:00:00Z; or leave it out for now.")]
    [InlineData(
        """{"subject":"1","agent":"A","call":"C","at":"1970-01-01T00:00:00Z"}""",
        "at",
        "It is before the year 2000: correct the clock of the system that sends it, or leave it out for now.")]
    [InlineData("null", "body", "The body is null; give a JSON object.")]
    public async Task An_invalid_request_is_rejected_with_its_fix_and_changes_nothing(string body, string field, string error)
    {
        var before = await host.EverythingAsync();

        AssertErrors(await PostAsync(body), (field, error));
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("""{"subject":"1","agent":"A","call":"C","decision":"allow"}""", "decision")]
    [InlineData("""{"subject":"1","agent":"A","call":"C","scope":"phone,*","scope":"sms,*"}""", "scope")]
    [InlineData("""{"identifier":"0470123456","agent":"A","call":"C"}""", "identifier")]
    [InlineData("""{"subject":"1","agent":17,"call":"C"}""", "agent")]
    public async Task Unknown_and_duplicate_properties_and_wrong_types_are_rejected_so_that_nothing_can_be_allowed(
        string body, string field)
    {
        var before = await host.EverythingAsync();
        var answer = await PostAsync(body);

        Assert.Equal(400, answer.Status);
        var (key, errors) = Assert.Single(answer.Json["errors"]!.AsObject());
        Assert.Equal(field, key);
        Assert.StartsWith(NotTheJson, errors![0]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task All_errors_are_reported_at_once_without_repeating_anything_personal()
    {
        var answer = await PostAsync(
            $$"""
            {"identifier":{"phone":"0470 99","email":"zoe lambrecht"},"subject":"{{new string('7', 201)}}",
             "scope":"zoe","agent":"zoe@example.com","call":"0470123456","at":"zoe"}
            """,
            "?language=es&zoe.lambrecht=1");

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            ["identifier.phone", "identifier.email", "subject", "scope", "agent", "call", "at", "language", "query"],
            answer.Json["errors"]!.AsObject().Select(e => e.Key));
        Assert.DoesNotContain("zoe", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("0470123456", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_number_that_is_all_digits_is_not_taken_for_a_telephone_number()
    {
        Assert.Equal(200, (await PostAsync("""{"identifier":{"phone":"0470780003"},"agent":"470123456","call":"1764061200.15"}""")).Status);
        Assert.Equal(200, (await PostAsync("""{"identifier":{"phone":"0470780003"},"agent":"00017","call":"00000000081"}""")).Status);
    }

    [Fact]
    public async Task An_oversized_body_is_rejected() =>
        Assert.Equal(413, (await PostAsync($$"""{"subject":"1","agent":"A","call":"{{new string('x', 300_000)}}"}""")).Status);

    [Fact]
    public async Task Personal_data_in_a_request_never_reaches_a_log_line()
    {
        await PostAsync(
            """{"subject":"klant-5561","identifier":{"phone":"0470 78 99 31","email":"quiet.agent@example.com"}"""
                + ""","agent":"A","call":"quiet-1"}""");
        await PostAsync(
            """{"subject":"klant-5561","identifier":{"phone":"0470 78 99 31 00","email":"quiet.agent"},"agent":"A","call":"quiet-2"}""");
        await host.QuietAsync();

        Assert.All(
            ["klant-5561", "470789931", "78 99 31", "quiet.agent"],
            personal => Assert.DoesNotContain(host.Logs.Lines, l => l.Contains(personal, StringComparison.OrdinalIgnoreCase)));
    }

    private static void AssertErrors(Answer answer, params (string Field, string Error)[] expected)
    {
        Assert.Equal(400, answer.Status);
        Assert.Equal(
            expected, answer.Json["errors"]!.AsObject().SelectMany(f => f.Value!.AsArray().Select(e => (f.Key, e!.GetValue<string>()))));
    }

    private Task<Answer> PostAsync(string body, string query = "") =>
        host.SendAsync("POST", $"/api/opt-outs{query}", Body(body), OptOutHost.FunctionKey);

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");
}
