using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using OptOut.Consent;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.PublicForm;

/// <summary><c>/unsubscribe</c>, for people without a working link.</summary>
public sealed class PublicFormTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    // 8 KB of spaces took half a second to parse.
    [Theory]
    [InlineData(0, "fr")]
    [InlineData(8_000, "en")]
    public async Task A_list_of_languages_that_no_browser_sends_is_not_read(int spaces, string language)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/unsubscribe");
        request.Headers.TryAddWithoutValidation("Accept-Language", $"fr,{new string(' ', spaces)}x");

        Assert.Contains($"<html lang=\"{language}\"", (await host.SendAsync(request)).Body, StringComparison.Ordinal);
    }

    // .NET refuses to decode UTF-7.
    [Theory]
    [InlineData("/unsubscribe", "application/x-www-form-urlencoded; charset=utf-7", "email=jan%40example.com")]
    [InlineData("/unsubscribe", "application/x-www-form-urlencoded; charset=unicode-1-1-utf-7", "email=jan%40example.com")]
    [InlineData(
        "/unsubscribe",
        "multipart/form-data; boundary=b",
        "--b\r\nContent-Disposition: form-data; name=\"email\"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\njan@example.com\r\n--b--\r\n")]
    [InlineData("/q", "application/x-www-form-urlencoded; charset=utf-7", "code=00000-00000")]
    public async Task A_form_in_UTF_7_is_answered_400_and_not_500(string path, string type, string body)
    {
        var form = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        form.Headers.TryAddWithoutValidation("Content-Type", type);

        Assert.Equal(400, (await host.SendAsync("POST", path, form)).Status);
        Assert.DoesNotContain(host.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_form_asks_for_contact_points_or_a_code_and_changes_nothing()
    {
        var before = await host.EverythingAsync();

        var get = await host.SendAsync("GET", "/unsubscribe?email=jan@example.com");
        var head = await host.SendAsync("HEAD", "/unsubscribe");

        Assert.Equal((200, 200, ""), (get.Status, head.Status, head.Body));
        Assert.Equal(
            [
                "De Kruidtuin",
                "Unsubscribe from all marketing",
                "Where does our marketing reach you? One field is enough. We stop sending marketing there at once.",
                "E-mail address",
                "Telephone number",
                "Landline or mobile.",
                "Postal address",
                "Street, number, postcode and town, as they stand on our letter.",
                "Code from a letter or leaflet",
                "Ten letters and digits. Capitals and spaces make no difference.",
                "Leave this field empty",
                "Stop all communications",
                "See or change your choices",
                "We e-mail you your personal link. It shows what marketing you get from us, and lets you change it.",
                "E-mail address for the link",
                "Leave this field empty",
                "Send me my link",
                "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.",
                "Privacy statement",
            ],
            Words(get.Body));
        Assert.DoesNotContain("jan@example.com", get.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Theory]
    [InlineData("", "email", "Fill in at least one field: your e-mail address, telephone number, postal address or a code.")]
    [InlineData(
        "email=&phone=&postal=&code=",
        "email",
        "Fill in at least one field: your e-mail address, telephone number, postal address or a code.")]
    [InlineData("email=+++", "email", "Fill in at least one field: your e-mail address, telephone number, postal address or a code.")]
    [InlineData("email=jan", "email", "This is not a whole e-mail address. Write it like name@example.com.")]
    [InlineData(
        "email=jan&phone=0470123456&postal=Kerkstraat+12", "email", "This is not a whole e-mail address. Write it like name@example.com.")]
    [InlineData("phone=12", "phone", "This is not a whole telephone number. Write it like 0470 12 34 56 or +32 470 12 34 56.")]
    [InlineData(
        "email=wrong-beside%40example.com&phone=12",
        "phone",
        "This is not a whole telephone number. Write it like 0470 12 34 56 or +32 470 12 34 56.")]
    [InlineData(
        "email=wrong-beside%40example.com&postal=Gent",
        "postal",
        "This is not a whole postal address. Write it like Kerkstraat 12, 9000 Gent.")]
    [InlineData(
        "email=wrong-beside%40example.com&code=7K2M4",
        "code",
        "A code has ten letters and digits. Count them again on the letter or leaflet.")]
    [InlineData(
        "email=wrong-beside%40example.com&code=ABCDE-FGHJK",
        "code",
        "At least one character of this code is mistyped. Compare it with the letter or leaflet.")]
    [InlineData(
        "email=wrong-beside%40example.com&code=%21%21", "code", "This is not a code. A code has only letters and digits, ten in all.")]
    public async Task An_error_is_shown_above_the_form_and_beside_its_field_and_nothing_is_recorded(string form, string field, string error)
    {
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(form));

        Assert.Equal(400, answer.Status);
        var words = Words(answer.Body);
        var body = WebUtility.HtmlDecode(answer.Body).Replace('\u00a0', ' ');
        Assert.Contains("Nothing has been recorded yet", words);
        Assert.Equal(2, words.Count(w => w == error));
        Assert.Contains(
            "<div class=\"error-summary\" role=\"alert\" tabindex=\"-1\" id=\"errors\">", answer.Body, StringComparison.Ordinal);
        Assert.Contains("action=\"/unsubscribe?lang=en#errors\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"#{field}\">{error}</a>", body, StringComparison.Ordinal);
        Assert.Contains($"<p class=\"error\" id=\"{field}-error\">{error}</p>", body, StringComparison.Ordinal);
        Assert.Matches($"<(input|textarea) id=\"{field}\"[^>]* aria-invalid=\"true\" aria-describedby=\"{field}-error[ \"]", answer.Body);
        Assert.Single(Regex.Matches(answer.Body, "aria-invalid=\"true\" "));
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task All_invalid_fields_are_reported_at_once_and_keep_what_was_typed()
    {
        var answer = await host.SendAsync(
            "POST", "/unsubscribe?lang=nl", OptOutHost.Form("email=jan%40&phone=04x&postal=Kerk%0Astraat&code=12345"));

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            ["email", "phone", "postal", "code"], Regex.Matches(answer.Body, "<a href=\"#([a-z]+)\">").Select(m => m.Groups[1].Value));
        Assert.Equal(4, Regex.Count(answer.Body, "aria-invalid=\"true\""));
        Assert.Contains("value=\"jan@\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"04x\"", answer.Body, StringComparison.Ordinal);
        Assert.Contains(">Kerk\nstraat</textarea>", WebUtility.HtmlDecode(answer.Body), StringComparison.Ordinal);
        Assert.Contains("value=\"12345\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("lang=nl&", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("email=trapped%40example.com&message=Hello+dear")]
    [InlineData("email=trapped%40example.com&message=Hello+dear&ask=link")]
    public async Task A_form_with_the_honeypot_filled_in_is_rejected_and_nothing_is_recorded_or_sent(string form)
    {
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(form));

        Assert.Equal(400, answer.Status);
        Assert.Contains(
            "A hidden field was filled in, perhaps by your browser. Leave it empty and press the button once more.", Words(answer.Body));
        Assert.Contains("value=\"trapped@example.com\"", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Hello dear", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task The_honeypot_is_hidden_from_people_and_from_autofill()
    {
        var page = await host.SendAsync("GET", "/unsubscribe");

        Assert.Equal(
            2,
            Regex.Count(
                page.Body,
                "<p class=\"hp\" aria-hidden=\"true\">\\s*<label for=\"(stop|link)-message\">[^<]+</label>\\s*<input "
                    + "id=\"\\1-message\" name=\"message\" type=\"text\" autocomplete=\"off\" tabindex=\"-1\" />"));
    }

    [Fact]
    public async Task What_was_typed_is_escaped_when_it_is_shown_again()
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
    public async Task With_a_body_that_is_not_a_form_or_is_too_long_the_form_is_shown_again(string type, string? body)
    {
        var content = new StringContent(body ?? $"email=jan%40example.com&x={new string('x', 80_000)}");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/unsubscribe") { Content = content };
        request.Headers.TransferEncodingChunked = body is null;

        var answer = await host.SendAsync(request);

        Assert.Equal(400, answer.Status);
        Assert.Contains("Fill in at least one field: your e-mail address, telephone number, postal address or a code.", Words(answer.Body));
    }

    [Theory]
    [InlineData("email", 10_000)]
    [InlineData("phone", 10_000)]
    [InlineData("postal", 10_000)]
    [InlineData("code", 10_000)]
    [InlineData("postal", 16_000)]
    public async Task A_field_that_is_far_too_long_is_an_error_and_is_kept_like_any_other(string field, int length)
    {
        var typed = new string('7', length);

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"{field}={typed}"));

        Assert.Equal(400, answer.Status);
        Assert.Contains($"<a href=\"#{field}\">", answer.Body, StringComparison.Ordinal);
        Assert.Contains(typed, answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("email=a%40example.com&email=b%40example.com")]
    [InlineData("email=%00%00%40example.com")]
    [InlineData("email=%ED%A0%80%40example.com%0d%0aBcc%3ac%40example.com")]
    public async Task Two_addresses_in_one_field_and_invalid_characters_are_rejected(string form)
    {
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form(form));

        Assert.Equal(400, answer.Status);
        Assert.Contains("<a href=\"#email\">", answer.Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task An_unknown_address_is_stopped_and_confirmed()
    {
        var answer = await host.SendAsync("POST", "/unsubscribe?lang=en", OptOutHost.Form("email=Stranger%40Example.com"));

        Assert.Equal(200, answer.Status);
        var words = Words(answer.Body);
        Assert.Equal(
            [
                "De Kruidtuin",
                "You are unsubscribed",
                "No more marketing will be sent to what you entered. It holds at once.",
            ],
            words[..3]);
        Assert.Matches("^Recorded on [0-9]+ [A-Z][a-z]+ 20[0-9]{2} at [0-9]{2}:[0-9]{2}\\.$", words[3]);
        Assert.Equal("You will still get what belongs to your contract, such as invoices and messages about your order.", words[4]);
        Assert.Equal("Your reference number", words[5]);
        Assert.Matches("^[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}$", words[6]);
        var change = Assert.Single(await host.LedgerAsync(host.StandInFor("stranger@example.com"), 1)).Change;
        Assert.Equal((Scope.Everything, Source.PublicPage, words[6]), (change.Scope, change.Source, Reference.From(change)));
        await host.ConfirmedAsync(change.Subject);
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", "stranger@example.com"));
        Assert.Contains("stranger@example.com", host.OnSendGridsList());
    }

    [Fact]
    public async Task A_known_address_stops_everything_for_the_person_on_every_channel()
    {
        var subject = await host.PutSubjectAsync("public-1", ["known@example.com"], ["+32470000001"], ["Kerkstraat 1, 9000 Gent"]);

        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=known%40example.com&phone="))).Status);

        await host.LedgerAsync(subject, 1);
        await host.ConfirmedAsync(subject);
        Assert.Equal((false, "stopped"), await host.CheckAsync("phone", "+32470000001"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "Kerkstraat 1, 9000 Gent"));
        Assert.Contains("known@example.com", host.OnSendGridsList());
    }

    [Theory]
    [InlineData("Molenstraat 7\r\n9000 GENT")]
    [InlineData(" molenstraat 7, 9000 Gent ")]
    public async Task A_postal_address_stops_everything_for_the_person_who_lives_there(string typed)
    {
        var subject = await host.PutSubjectAsync(
            $"public-postal-{typed.Length}", [$"postal-{typed.Length}@example.com"], postal: ["Molenstraat 7, 9000 Gent"]);

        var answer = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"postal={Uri.EscapeDataString(typed)}"));

        Assert.Equal(200, answer.Status);
        await host.LedgerAsync(subject, 1);
        await host.ConfirmedAsync(subject);
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", "Molenstraat 7, 9000 Gent"));
        Assert.Equal((false, "stopped"), await host.CheckAsync("email", $"postal-{typed.Length}@example.com"));
    }

    [Fact]
    public async Task A_multipart_form_is_read_like_any_other()
    {
        using var form = new MultipartFormDataContent { { new StringContent("in-parts@example.com", Encoding.UTF8), "email" } };

        Assert.Equal(200, (await host.SendAsync("POST", "/unsubscribe", form)).Status);

        await host.LedgerAsync(host.StandInFor("in-parts@example.com"), 1);
    }

    [Fact]
    public async Task A_Stop_for_an_unknown_address_applies_to_the_whole_person_once_the_address_is_registered()
    {
        await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=early%40example.com"));
        var standIn = host.StandInFor("early@example.com");
        var stop = Assert.Single(await host.LedgerAsync(standIn, 1)).Change;
        await host.QuietAsync();

        var subject = await host.PutSubjectAsync("public-4", ["early@example.com"], ["+32470000004"]);
        await host.PutSubjectAsync("public-4", ["early@example.com"], ["+32470000004"]);

        var adopted = Assert.Single(await host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.Import, stop.At), (adopted.Scope, adopted.Decision, adopted.Source, adopted.At));
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

        Assert.Equal(
            200,
            (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=public-2%40example.com&phone=0470+00+00+03"))).Status);

        await host.LedgerAsync(first, 1);
        await host.LedgerAsync(second, 1);
    }
}
