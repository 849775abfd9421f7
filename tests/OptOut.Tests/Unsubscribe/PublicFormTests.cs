using OptOut.Acknowledgement;
using OptOut.Consent;
using static OptOut.Tests.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Unsubscribe;

/// <summary><c>/unsubscribe</c>, for whoever has no working link.</summary>
public sealed class PublicFormTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task The_form_asks_for_an_address_or_a_number_and_changes_nothing()
    {
        var before = await host.EverythingAsync();

        var get = await host.SendAsync("GET", "/unsubscribe?email=jan@example.com");
        var head = await host.SendAsync("HEAD", "/unsubscribe");

        Assert.Equal((200, 200, ""), (get.Status, head.Status, head.Body));
        Assert.Equal(
            [
                "De Kruidtuin",
                "Unsubscribe with your address",
                "Give your e-mail address or telephone number and you will get no more marketing.",
                "E-mail address",
                "Telephone number",
                "Stop all communications",
                "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.",
                "Privacy statement",
            ],
            Words(get.Body));
        Assert.DoesNotContain("jan@example.com", get.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("", "Give an e-mail address or a telephone number.")]
    [InlineData("email=&phone=", "Give an e-mail address or a telephone number.")]
    [InlineData("email=+++", "Give an e-mail address or a telephone number.")]
    [InlineData("email=jan", "This is not a whole e-mail address. Write it like name@example.com.")]
    [InlineData("email=jan&phone=0470123456", "This is not a whole e-mail address. Write it like name@example.com.")]
    [InlineData("phone=12", "This is not a whole telephone number. Write it like 0470 12 34 56 or +32 470 12 34 56.")]
    [InlineData("email=jan%40example.com&phone=12", "This is not a whole telephone number. Write it like 0470 12 34 56 or +32 470 12 34 56.")]
    public async Task What_cannot_be_read_is_said_beside_the_field_with_what_was_typed_kept_and_nothing_changed(string form, string error)
    {
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(form));

        Assert.Equal(400, answer.Status);
        Assert.Contains(error, Words(answer.Body));
        Assert.Contains("role=\"alert\" id=\"error\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("aria-describedby=\"error\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task What_was_typed_is_shown_again_as_text_and_not_as_markup()
    {
        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"));

        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("<script", answer.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"&quot;&gt;&lt;script&gt;", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json", "{\"email\":\"jan@example.com\"}")]
    [InlineData("multipart/form-data", "email=jan@example.com")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disp")]
    [InlineData("application/x-www-form-urlencoded", null)]
    public async Task A_body_that_is_no_form_or_far_too_long_is_asked_again(string type, string? body)
    {
        var content = new StringContent(body ?? $"email=jan%40example.com&x={new string('x', 40_000)}");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/unsubscribe") { Content = content };
        request.Headers.TransferEncodingChunked = body is null;

        var answer = await host.SendAsync(request);

        Assert.Equal(400, answer.Status);
        Assert.Contains("Give an e-mail address or a telephone number.", Words(answer.Body));
    }

    [Fact]
    public async Task An_address_nobody_gave_us_is_stopped_all_the_same_and_confirmed()
    {
        var answer = await host.SendAsync("POST", "/unsubscribe?lang=en", OptOutHost.Form("email=Stranger%40Example.com"));

        Assert.Equal(200, answer.Status);
        var words = Words(answer.Body);
        Assert.Equal(
            [
                "De Kruidtuin",
                "You are unsubscribed",
                "No more marketing will be sent to what you entered. It holds at once.",
                "You will still get what belongs to your contract, such as invoices and messages about your order.",
            ],
            words[..4]);
        Assert.Matches("^Your reference number: [0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$", words[4]);
        var change = Assert.Single(await host.LedgerAsync(host.StandInFor("stranger@example.com"), 1)).Change;
        Assert.Equal((Scope.Everything, Source.PublicPage, words[4][^14..]), (change.Scope, change.Source, Reference.Of(change)));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "stranger@example.com"));
        await host.ConfirmedAsync(change.Subject);
        Assert.Contains("stranger@example.com", host.OnSendGridsList());
    }

    [Fact]
    public async Task A_known_address_stops_everything_for_the_person_and_the_answer_tells_nobody_that_it_is_known()
    {
        var subject = await host.PutSubjectAsync("public-1", ["known@example.com"], ["+32470000001"]);

        var known = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=known%40example.com&phone="));
        var unknown = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=unknown%40example.com&phone="));

        await host.LedgerAsync(subject, 1);
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "+32470000001"));
        Assert.Equal((200, 200), (known.Status, unknown.Status));
        Assert.Equal(Words(known.Body)[..4], Words(unknown.Body)[..4]);
        Assert.Equal(known.Body.Length, unknown.Body.Length);
    }

    [Fact]
    public async Task A_Stop_from_before_anybody_knew_whose_address_it_was_holds_for_the_whole_person_once_they_are_known()
    {
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=early%40example.com"));
        var standIn = host.StandInFor("early@example.com");
        var stop = Assert.Single(await host.LedgerAsync(standIn, 1)).Change;
        await host.QuietAsync();

        var subject = await host.PutSubjectAsync("public-4", ["early@example.com"], ["+32470000004"]);
        await host.PutSubjectAsync("public-4", ["early@example.com"], ["+32470000004"]);

        var adopted = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal((Scope.Everything, Decision.Stop, Source.Import, stop.At), (adopted.Scope, adopted.Decision, adopted.Source, adopted.At));
        Assert.Equal($"recorded for {standIn} before the person was known", adopted.Evidence.Reference);
        Assert.Equal((false, "stopped"), await host.CheckAsync("sms", "+32470000004"));
        await host.QuietAsync();
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "early@example.com");
    }

    [Fact]
    public async Task An_address_and_a_number_of_two_people_stop_both()
    {
        var first = await host.PutSubjectAsync("public-2", ["public-2@example.com"]);
        var second = await host.PutSubjectAsync("public-3", phone: ["+32470000003"]);

        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=public-2%40example.com&phone=0470+00+00+03"))).Status);

        await host.LedgerAsync(first, 1);
        await host.LedgerAsync(second, 1);
    }
}
