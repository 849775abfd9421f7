using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OptOut.Tests.Api;

/// <summary>The API that the controller's own systems call, and its messages for invalid requests.</summary>
public sealed class ControllerApiTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private const string InvalidTitle = "The request was not accepted. Nothing was changed.";

    [Theory]
    [InlineData("PUT", "/api/subjects/1")]
    [InlineData("POST", "/api/links")]
    [InlineData("GET", "/api/check?channel=email")]
    public async Task Requests_without_a_valid_key_are_rejected(string method, string path)
    {
        Assert.Equal((401, ""), await host.SendAsync(method, path) is var none ? (none.Status, none.Body) : default);
        Assert.Equal((401, ""), await host.SendAsync(method, path, key: "wrong") is var wrong ? (wrong.Status, wrong.Body) : default);
    }

    [Fact]
    public async Task All_errors_of_a_subject_are_reported_at_once_by_position_and_without_the_values()
    {
        var before = await host.EverythingAsync();

        var answer = await Put(
            "bad-1", """{"identifiers":{"email":["good@example.com","bad one"],"phone":["12",null],"postal":["x"]},"language":"es"}""");

        Assert.Equal((400, "application/problem+json"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal(InvalidTitle, answer.Json["title"]!.GetValue<string>());
        AssertErrors(
            answer,
            ("language", "Give nl, fr, de or en, or leave it out."),
            ("identifiers.email", "Entry 2 is not an e-mail address."),
            ("identifiers.phone", "Entry 1 is not a phone number; write it as +32470123456 or as dialled in BE."),
            ("identifiers.phone", "Entry 2 is not a phone number; write it as +32470123456 or as dialled in BE."),
            ("identifiers.postal", "Entry 1 is not a postal address; give street, number, postcode and town in one line."));
        Assert.DoesNotContain("bad one", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("", "body", 1, 1)]
    [InlineData("[]", "body", 1, 2)]
    [InlineData("{\"identifiers\":{\"email\":\"jan@example.com\"}}", "identifiers.email", 1, 42)]
    [InlineData("{\"identifiers\":{\"email\":[\"jan@example.com\"],}}", "identifiers", 1, 45)]
    [InlineData("{\"identifiers\":{}}\n{", "body", 2, 1)]
    [InlineData("{\"identifers\":{}}", "identifers", 1, 15)]
    [InlineData("{\"identifiers\":{\"email\":[\"\\ud800\"]}}", "identifiers.email[0]", 1, 34)]
    public async Task An_unreadable_body_is_rejected_with_the_position_and_without_its_content(string body, string field, int line, int at)
    {
        var answer = await Put("bad-2", body);

        Assert.Equal(400, answer.Status);
        AssertErrors(
            answer,
            (
                field,
                $"Not the JSON that this call expects, at line {line}, byte {at}: look for a wrong "
                    + "type, a missing or unknown property, or a stray comma."));
        Assert.DoesNotContain("jan@example.com", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_null_body_an_oversized_body_and_an_overlong_number_are_rejected()
    {
        AssertErrors(await Put("bad-3", "null"), ("body", "The body is null; give a JSON object."));
        AssertErrors(await Put(new string('9', 201), "{}"), ("id", "The customer number has 201 characters; the maximum is 200."));
        var large = await Put("bad-4", $"{{\"language\":\"{new string('x', 300_000)}\"}}");
        Assert.Equal(
            (413, "The body is larger than 262144 bytes; send it in parts."), (large.Status, large.Json["detail"]!.GetValue<string>()));
    }

    [Fact]
    public async Task More_identifiers_than_one_person_may_have_are_rejected()
    {
        var answer = await Put(
            "bad-5",
            new JsonObject
            {
                ["identifiers"] = new JsonObject
                {
                    ["email"] = new JsonArray([.. Enumerable.Range(0, 101).Select(i => JsonValue.Create($"m{i}@example.com"))]),
                },
            }.ToJsonString());

        Assert.Equal(400, answer.Status);
        AssertErrors(
            answer,
            (
                "identifiers",
                "A subject can have at most 100 identifiers in total, and this would make 101: "
                    + "check that the customer number belongs to one person."));
    }

    [Fact]
    public async Task Putting_the_same_person_twice_gives_one_person_and_a_customer_number_may_contain_any_character()
    {
        const string Id = "Kl\u00e4nt 7/\u03b1?#%&~";

        var first = await host.PutSubjectAsync(Id, ["odd@example.com"]);

        Assert.Equal(first, await host.PutSubjectAsync(Id, ["odd@example.com"]));
        Assert.Equal(first, host.SubjectOf(Id));
        Assert.NotEqual(first, await host.PutSubjectAsync("another", ["odd@example.com"]));
    }

    [Fact]
    public async Task A_link_is_returned_in_every_form_that_a_message_needs()
    {
        var answer = await host.SendAsync(
            "POST",
            "/api/links",
            JsonContent.Create(new { subject = "links-1", channel = "email", topic = "offers", campaign = uint.MaxValue }),
            OptOutHost.FunctionKey);

        var url = answer.Json["url"]!.GetValue<string>();
        var token = url["https://optout.kruidtuin.example/u/".Length..];
        Assert.Equal($"u-{token}@optout.kruidtuin.example", answer.Json["mailto"]!.GetValue<string>());
        Assert.Equal(
            $"<{url}>, <mailto:u-{token}@optout.kruidtuin.example>", answer.Json["headers"]!["List-Unsubscribe"]!.GetValue<string>());
        Assert.Equal("List-Unsubscribe=One-Click", answer.Json["headers"]!["List-Unsubscribe-Post"]!.GetValue<string>());
        Assert.Single(answer.Json["warnings"]!.AsArray());
        Assert.DoesNotContain("links-1", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_errors_of_a_link_request_are_reported_at_once()
    {
        var before = await host.EverythingAsync();

        AssertErrors(
            await Post("""{"subject":" ","channel":"fax","topic":"nope"}"""),
            ("subject", "Give the customer number used in PUT /api/subjects/{id}."),
            ("channel", "Give the channel of the message: email, sms, phone or post."),
            ("topic", "Not in the catalogue. Give one of: newsletter, offers; or leave it out."));
        AssertErrors(
            await Post("{}"),
            ("subject", "Give the customer number used in PUT /api/subjects/{id}."),
            ("channel", "Give the channel of the message: email, sms, phone or post."));
        Assert.Equal(400, (await Post("""{"subject":"1","channel":"email","campaign":-1}""")).Status);
        Assert.Equal(400, (await Post("""{"subject":"1","channel":"email","campaign":4294967296}""")).Status);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task All_errors_of_a_check_are_reported_at_once()
    {
        AssertErrors(
            await Check("channel=fax&topic=nope&email=x", "jan@example.com"),
            (
                "email",
                "Not a parameter of this call. It accepts channel and topic; "
                    + "the identifier goes in the header OptOut-Identifier, never in the URL."),
            ("topic", "Not in the catalogue. Give one of: newsletter, offers; or leave it out to check marketing in general."),
            ("channel", "Give the channel you would send over: email, sms, phone or post."));
        AssertErrors(
            await Check("channel=email", null), ("OptOut-Identifier", "Give the email identifier in the header OptOut-Identifier."));
        AssertErrors(
            await Check("channel=sms", "jan@example.com"),
            ("OptOut-Identifier", "Give the phone identifier in the header OptOut-Identifier."));
        AssertErrors(
            await Check("channel=post", "x"), ("OptOut-Identifier", "Give the postal identifier in the header OptOut-Identifier."));
    }

    [Fact]
    public async Task An_unknown_identifier_has_no_objection()
    {
        var answer = await Check("channel=email&topic=offers", "nobody@example.com");

        Assert.Equal((200, """{"allowed":true,"reason":"no-objection","since":null}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_check_finds_an_identifier_in_any_spelling()
    {
        await host.PutSubjectAsync("check-1", ["caf\u00e9@M\u00fcnchen.example"], ["0470 99 88 77"], ["Kerkstraat 1, 9000 Gent"]);
        Assert.Equal(200, (await host.PressAsync(await host.TokenAsync("check-1"))).Status);

        Assert.Equal((false, "stopped"), await host.CheckAsync("email", " CAFE\u0301@xn--mnchen-3ya.EXAMPLE "));
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32 (0)470/99.88.77"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "0032470998877", "offers"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "KERKSTRAAT 1 - 9000 GENT"));
    }

    [Theory]
    [InlineData("50%25off@example.com")]
    [InlineData("50%off@example.com")]
    [InlineData("a%40b@example.com")]
    [InlineData("jan%2Bnews@example.com")]
    [InlineData("jan+news@example.com")]
    [InlineData("100%@example.com")]
    [InlineData("100%zz@example.com")]
    public async Task An_address_with_a_percent_sign_is_checked_as_itself_written_as_it_is_or_encoded_as_a_whole(string address)
    {
        await host.PutSubjectAsync(Convert.ToHexString(Encoding.UTF8.GetBytes(address)), [address]);
        Assert.Equal(200, (await host.SendAsync(
            "POST", "/unsubscribe", OptOutHost.Form($"email={Uri.EscapeDataString(address)}"))).Status);

        await OptOutHost.UntilAsync(async () => await host.CheckAsync("email", address) == (false, "stopped"));
        var answer = await CheckRaw("channel=email", address);

        Assert.Equal((200, false), (answer.Status, answer.Json["allowed"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task An_address_that_only_looks_like_a_stopped_one_when_decoded_is_not_stopped()
    {
        await host.PutSubjectAsync("percent-2", ["twice%25@example.com"]);
        Assert.Equal(200, (await host.PressAsync(await host.TokenAsync("percent-2"))).Status);

        Assert.False((await host.CheckAsync("email", "twice%25@example.com")).Allowed);
        foreach (var other in (string[])["twice%2525@example.com", "twice%@example.com"])
            Assert.True((await CheckRaw("channel=email", other)).Json["allowed"]!.GetValue<bool>());
    }

    [Fact]
    public async Task An_address_that_is_encoded_in_part_is_refused() => AssertErrors(
        await CheckRaw("channel=email", "caf%C3%A9@example.com"),
        ("OptOut-Identifier", "It is percent-encoded in part. Give it as it is, or encode all of it, with %40 for the @."));

    [Fact]
    public async Task A_number_in_a_range_that_the_library_does_not_know_is_registered_stopped_and_found()
    {
        await host.PutSubjectAsync("new-range", ["new-range@example.com"], ["+18612345678", "+3277123456789"]);
        Assert.Equal(200, (await host.PressAsync(await host.TokenAsync("new-range"))).Status);

        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+18612345678"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "+3277123456789"));
    }

    [Theory]
    [InlineData("jan@example.com")]
    [InlineData("JAN@example.com")]
    [InlineData("jan%40example.com")]
    [InlineData("jan\uFF20example.com")]
    [InlineData("+32470123456")]
    [InlineData("+32 470 12 34 56")]
    public async Task A_customer_number_that_is_an_address_or_a_telephone_number_is_refused_everywhere(string id)
    {
        var before = await host.EverythingAsync();
        var (path, text) = ($"/api/subjects/{Uri.EscapeDataString(id)}", JsonSerializer.Serialize(id));

        Answer[] answers =
        [
            await Put(id, """{"identifiers":{"email":["jan@example.com"]}}"""),
            await host.SendAsync("GET", $"{path}/preferences", key: OptOutHost.FunctionKey),
            await host.SendAsync("PUT", $"{path}/preferences", Json("""{"everything":"stop"}"""), OptOutHost.FunctionKey),
            await host.SendAsync("GET", $"{path}/proof", key: OptOutHost.FunctionKey),
            await Post($$"""{"subject":{{text}},"channel":"email"}"""),
            await host.SendAsync("POST", "/api/codes", Json($$"""{"subjects":["C-1",{{text}}]}"""), OptOutHost.FunctionKey),
            await host.SendAsync(
                "POST", "/api/opt-outs", Json($$"""{"subject":{{text}},"agent":"A-17","call":"C-1"}"""), OptOutHost.FunctionKey),
        ];

        Assert.All(answers, a =>
        {
            Assert.Equal(400, a.Status);
            Assert.Contains("is an e-mail address or a telephone number", a.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("example.com", a.Body, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("470", a.Body, StringComparison.Ordinal);
        });
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task Health_needs_no_key_and_reports_each_dependency()
    {
        var answer = await host.SendAsync("GET", "/api/health");

        Assert.Equal((200, """{"status":"ok","tables":"ok","bus":"ok"}"""), (answer.Status, answer.Body));
    }

    private static void AssertErrors(Answer answer, params (string Field, string Error)[] expected)
    {
        Assert.Equal(400, answer.Status);
        Assert.Equal(InvalidTitle, answer.Json["title"]!.GetValue<string>());
        Assert.Equal(
            expected, answer.Json["errors"]!.AsObject().SelectMany(f => f.Value!.AsArray().Select(e => (f.Key, e!.GetValue<string>()))));
    }

    private Task<Answer> Put(string id, string json) =>
        host.SendAsync("PUT", $"/api/subjects/{Uri.EscapeDataString(id)}", Json(json), OptOutHost.FunctionKey);

    private Task<Answer> Post(string json) => host.SendAsync("POST", "/api/links", Json(json), OptOutHost.FunctionKey);

    private async Task<Answer> Check(string query, string? identifier)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/check?{query}");
        request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
        if (identifier is not null)
            request.Headers.Add("OptOut-Identifier", Uri.EscapeDataString(identifier));
        return await host.SendAsync(request);
    }

    private async Task<Answer> CheckRaw(string query, string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/check?{query}");
        request.Headers.Add("x-functions-key", OptOutHost.FunctionKey);
        Assert.True(request.Headers.TryAddWithoutValidation("OptOut-Identifier", header));
        return await host.SendAsync(request);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
