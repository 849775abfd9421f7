using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Links;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary>Which requests to <c>/u/{token}</c> may change something, and above all which may not.</summary>
public sealed class LinkRequestTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task Following_a_link_with_GET_HEAD_or_OPTIONS_changes_nothing()
    {
        var subject = await host.PutSubjectAsync("scan-1", ["scan-1@example.com"]);
        var token = await host.TokenAsync("scan-1");
        var before = await host.EverythingAsync();

        var get = await host.SendAsync("GET", $"/u/{token}");
        var getWithQuery = await host.SendAsync("GET", $"/u/{token}?List-Unsubscribe=One-Click&choice=stop");
        var head = await host.SendAsync("HEAD", $"/u/{token}");
        var options = await host.SendAsync("OPTIONS", $"/u/{token}");

        Assert.Equal((200, 200, 200, 204), (get.Status, getWithQuery.Status, head.Status, options.Status));
        Assert.Equal(("", "", "GET, HEAD, OPTIONS, POST"), (head.Body, options.Body, options.Headers["Allow"]));
        Assert.Equal(before, await host.EverythingAsync());
        Assert.Empty(await host.LedgerAsync(subject));
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "scan-1@example.com"));
    }

    [Fact]
    public async Task A_one_click_body_without_POST_changes_nothing()
    {
        var token = await host.TokenAsync("scan-2");
        var before = await host.EverythingAsync();

        foreach (var method in (string[])["GET", "HEAD", "OPTIONS"])
        {
            Assert.InRange((await host.SendAsync(method, $"/u/{token}", OptOutHost.Form("List-Unsubscribe=One-Click"))).Status, 200, 204);
        }

        foreach (var method in (string[])["PUT", "DELETE", "PATCH", "TRACE"])
        {
            Assert.Equal(
                404,
                (await host.SendAsync(
                    method, $"/u/{token}", method == "TRACE" ? null : OptOutHost.Form("List-Unsubscribe=One-Click"))).Status);
        }

        Assert.Equal(before, await host.EverythingAsync());
    }

    public static TheoryData<string, string?, string> NotOneClick => new()
    {
        { "empty", null, "" },
        { "empty, with a type", "application/x-www-form-urlencoded", "" },
        { "a scanner's field", "application/x-www-form-urlencoded", "url=https%3A%2F%2Fexample.com" },
        { "another value", "application/x-www-form-urlencoded", "List-Unsubscribe=Yes" },
        { "no value", "application/x-www-form-urlencoded", "List-Unsubscribe" },
        { "the value alone", "application/x-www-form-urlencoded", "One-Click" },
        { "both in one name", "application/x-www-form-urlencoded", "List-Unsubscribe%3DOne-Click" },
        { "a longer name", "application/x-www-form-urlencoded", "X-List-Unsubscribe=One-Click" },
        { "a longer value", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click-Not" },
        { "another choice", "application/x-www-form-urlencoded", "choice=keep" },
        { "JSON", "application/json", """{"List-Unsubscribe":"One-Click"}""" },
        { "XML", "application/xml", "<List-Unsubscribe>One-Click</List-Unsubscribe>" },
        { "a header in the body", "text/plain", "List-Unsubscribe: One-Click" },
        {
            "multipart without a boundary",
            "multipart/form-data",
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
        },
        {
            "multipart with an empty boundary",
            "multipart/form-data; boundary=",
            "--\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n----\r\n"
        },
        {
            "multipart with another boundary",
            "multipart/form-data; boundary=c",
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
        },
        {
            "multipart with another field",
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nOne-Click\r\n--b--\r\n"
        },
        {
            "multipart without a disposition",
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Type: text/plain\r\n\r\nOne-Click\r\n--b--\r\n"
        },
        {
            "multipart cut in the value",
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Cl"
        },
        { "multipart cut in the headers", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"List-Unsub" },
        {
            "multipart with too many headers",
            "multipart/form-data; boundary=b",
            $"--b\r\n{string.Concat(Enumerable.Range(0, 40).Select(i => $"X-{i}: 1\r\n"))}Content-Disposition: form-data; "
                + "name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
        },
        {
            "multipart with line feeds alone",
            "multipart/form-data; boundary=b",
            "--b\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\n\nOne-Click\n--b--\n"
        },
        {
            "multipart with line feeds alone, under another type",
            "text/plain",
            "--b\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\n\nOne-Click\n--b--\n"
        },
        { "JSON with another type", "application/x-www-form-urlencoded", """{"List-Unsubscribe":"One-Click"}""" },
        { "JSON over several lines", "text/plain", "{\r\n\"List-Unsubscribe\"=\"One-Click\"\r\n}" },
        { "two dashes", "text/plain", "--" },
        { "two dashes and a line end", "text/plain", "--\r\n" },
        { "white space", "text/plain", " \r\n\t" },
        { "only a byte order mark", "text/plain", "\u00EF\u00BB\u00BF" },
        { "a mail's header", "message/rfc822", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" },
        { "huge", "application/x-www-form-urlencoded", $"padding={new string('x', 20_000)}&List-Unsubscribe=One-Click" },
        { "binary", "application/octet-stream", "\u0001\u0002\u00ff=\u0000&&&===" },
    };

    [Theory]
    [MemberData(nameof(NotOneClick))]
    public async Task A_POST_that_does_not_state_what_it_wants_gets_400_with_the_confirm_page_and_changes_nothing(
        string what, string? type, string body)
    {
        var id = $"scanner {what}";
        var token = await host.TokenAsync(id);

        var answer = await host.SendAsync("POST", $"/u/{token}", Content(type, body));

        Assert.Equal((400, "text/html; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Contains("Nothing has changed yet.", answer.Body, StringComparison.Ordinal);
        Assert.Contains($"<form class=\"choice\" method=\"post\" action=\"/u/{token}\">", answer.Body, StringComparison.Ordinal);
        Assert.Equal((await host.SendAsync("GET", $"/u/{token}")).Body, answer.Body);
        Assert.Empty(await host.LedgerAsync(host.SubjectOf(id)));
        Assert.DoesNotContain(await host.SentAsync(), m => m.CorrelationId == host.SubjectOf(id).ToString());
    }

    public static TheoryData<string, string?, string> OneClick => new()
    {
        { "as in RFC 8058", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click" },
        { "with a charset", "application/x-www-form-urlencoded; charset=utf-8", "List-Unsubscribe=One-Click" },
        { "with a charset in quotes", "application/x-www-form-urlencoded; charset=\"us-ascii\"", "List-Unsubscribe=One-Click" },
        { "with an unknown charset", "application/x-www-form-urlencoded; charset=klingon", "List-Unsubscribe=One-Click" },
        { "in capitals", "APPLICATION/X-WWW-FORM-URLENCODED", "LIST-UNSUBSCRIBE=ONE-CLICK" },
        { "first of several", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&a=1&b=" },
        { "last of several", "application/x-www-form-urlencoded", "a=1&&b=&List-Unsubscribe=One-Click" },
        { "with a line end", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click\r\n" },
        { "percent-encoded", "application/x-www-form-urlencoded", "List%2DUnsubscribe=One%2dClick" },
        { "without a type", null, "List-Unsubscribe=One-Click" },
        { "multipart", "multipart/form-data; boundary=b", Multipart("b", "name=\"List-Unsubscribe\"", "One-Click") },
        {
            "multipart, the boundary in quotes",
            "multipart/form-data; boundary=\"a b:c\"",
            Multipart("a b:c", "name=\"List-Unsubscribe\"", "One-Click")
        },
        { "multipart, the name without quotes", "multipart/form-data; boundary=b", Multipart("b", "name=List-Unsubscribe", "One-Click") },
        {
            "multipart, with a charset",
            "multipart/form-data; charset=utf-8; boundary=b",
            Multipart("b", "name=\"List-Unsubscribe\"", "One-Click")
        },
        {
            "multipart, the charset last",
            "multipart/form-data; boundary=b; charset=utf-8",
            Multipart("b", "name=\"List-Unsubscribe\"", "One-Click")
        },
        { "multipart, in capitals", "Multipart/Form-Data; Boundary=b", Multipart("b", "Name=\"list-unsubscribe\"", "one-click") },
        {
            "multipart, after another field",
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" + Multipart("b", "name=\"List-Unsubscribe\"", "One-Click")
        },
        {
            "multipart, before a cut one",
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b\r\nContent-Disp"
        },
        {
            "multipart, with a preamble",
            "multipart/form-data; boundary=b",
            "This is a message in parts.\r\n" + Multipart("b", "name=\"List-Unsubscribe\"", "One-Click")
        },
        {
            "multipart, with a type of its own",
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n"
                + "One-Click\r\n--b--\r\n"
        },
    };

    [Theory]
    [MemberData(nameof(OneClick))]
    public async Task A_one_click_in_any_valid_form_is_recorded_and_gets_an_empty_response(string what, string? type, string body)
    {
        var id = $"client {what}";
        var token = await host.TokenAsync(id);

        var answer = await host.SendAsync("POST", $"/u/{token}", Content(type, body));

        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.DoesNotContain(answer.Headers.Keys, h => h is "Set-Cookie" or "Location" or "WWW-Authenticate");
        Assert.Equal(Source.OneClick, Assert.Single(await host.LedgerAsync(host.SubjectOf(id), 1)).Change.Source);
    }

    public static TheoryData<string, string?, string> OneClickUnderAnotherType => new()
    {
        { "as plain text", "text/plain; charset=utf-8", "List-Unsubscribe=One-Click" },
        { "as plain text, a line for each field", "text/plain", "a=1\r\nList-Unsubscribe=One-Click\r\n" },
        { "as bytes", "application/octet-stream", "List-Unsubscribe=One-Click" },
        { "as JSON", "application/json", "List-Unsubscribe=One-Click" },
        { "as a type that cannot be read", "x;;=", "List-Unsubscribe=One-Click" },
        { "as an empty type", "", "List-Unsubscribe=One-Click" },
        { "as UTF-7", "application/x-www-form-urlencoded; charset=utf-7", "List-Unsubscribe=One-Click" },
        { "in name as UTF-16", "application/x-www-form-urlencoded; charset=utf-16", "List-Unsubscribe=One-Click" },
        { "in UTF-16", "application/x-www-form-urlencoded; charset=utf-16", Utf16("List-Unsubscribe=One-Click", "\u00FF\u00FE") },
        { "after a byte order mark", "application/x-www-form-urlencoded", "\u00EF\u00BB\u00BFList-Unsubscribe=One-Click" },
        { "as multipart without a boundary", "multipart/form-data", "List-Unsubscribe=One-Click" },
        { "as multipart with an empty boundary", "multipart/form-data; boundary=", "List-Unsubscribe=One-Click&a=1" },
        { "as multipart with a boundary it does not have", "multipart/form-data; boundary=b", "a=1&list-unsubscribe=one-click" },
        { "multipart, of another kind", "multipart/mixed; boundary=b", Multipart("b", "name=\"List-Unsubscribe\"", "One-Click") },
        {
            "multipart, as urlencoded",
            "application/x-www-form-urlencoded",
            Multipart("----x 1", "name=\"List-Unsubscribe\"", "One-Click")
        },
        { "multipart, without a type", null, Multipart("b", "name=\"List-Unsubscribe\"", "one-click") },
        { "multipart, as JSON", "application/json; boundary=b", Multipart("b", "name=\"List-Unsubscribe\"", "One-Click") },
    };

    [Theory]
    [MemberData(nameof(OneClickUnderAnotherType))]
    public async Task The_right_field_under_a_wrong_content_type_is_recorded(string what, string? type, string body) =>
        await A_one_click_in_any_valid_form_is_recorded_and_gets_an_empty_response(what, type, body);

    [Fact]
    public async Task The_confirm_page_after_a_refused_POST_is_in_the_persons_language_and_its_button_works()
    {
        var subject = await host.PutSubjectAsync("refused", ["refused@example.com"], language: "fr");
        var token = await host.TokenAsync("refused");

        var refused = await host.SendAsync("POST", $"/u/{token}");

        Assert.Equal((400, "Se désinscrire"), (refused.Status, LinkPageTests.Words(refused.Body)[1]));
        Assert.Empty(await host.LedgerAsync(subject));
        Assert.Equal(200, (await host.PressAsync(token)).Status);
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task A_one_click_posted_to_a_step_of_the_link_records_nothing_and_reads_no_success()
    {
        var token = await host.TokenAsync("step");
        var press = await host.PressAsync(token);
        await host.LedgerAsync(host.SubjectOf("step"), 1);
        var before = await host.EverythingAsync();

        var statuses = new List<int>();
        foreach (var step in (string[])["preferences", "undo", "receipt", $"receipt?ref={LinkPageTests.ReferenceOn(press)}", "other"])
        {
            statuses.Add(
                (await host.SendAsync("POST", $"/u/{token}/{step}", OptOutHost.Form("List-Unsubscribe=One-Click"))).Status);
        }

        Assert.Equal([400, 404, 400, 400, 404], statuses);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task A_chunked_one_click_is_recorded()
    {
        var token = await host.TokenAsync("chunked");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/u/{token}")
        {
            Content = Content("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        };
        request.Headers.TransferEncodingChunked = true;

        Assert.Equal((200, ""), await host.SendAsync(request) is var answer ? (answer.Status, answer.Body) : default);
        await host.LedgerAsync(host.SubjectOf("chunked"), 1);
    }

    [Fact]
    public async Task A_mail_clients_button_pressed_many_times_records_one_entry_sends_one_mail_and_notifies_the_vendor()
    {
        var subject = await host.PutSubjectAsync("again", ["again@example.com"]);
        var token = await host.TokenAsync("again");

        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await host.OneClickAsync(token)).Status);
        await host.QuietAsync();

        await host.LedgerAsync(subject, 1);
        Assert.Single(host.Sandbox.SendGrid.Mails, m => m.To == "again@example.com");
        Assert.Contains("again@example.com", host.OnSendGridsList());
    }

    [Fact]
    public async Task A_link_signed_with_an_earlier_key_works()
    {
        var token = Sign("earlier", 6, OptOutSettings.OldLinkSecret);

        Assert.Equal((200, ""), await host.OneClickAsync(token) is var answer ? (answer.Status, answer.Body) : default);
        await host.LedgerAsync(host.SubjectOf("earlier"), 1);
    }

    [Fact]
    public async Task An_invalid_link_gets_the_public_form_with_the_same_bytes_for_every_cause_and_changes_nothing()
    {
        var subject = await host.PutSubjectAsync("forged", ["forged@example.com"]);
        var good = await host.TokenAsync("forged");
        var bytes = Base64Url.DecodeFromChars(good);
        string[] bad =
        [
            good[..^1],
            good[..20],
            "x",
            good + "A",
            good[..^1] + (good[^1] == 'A' ? 'B' : 'A'),
            (good[0] == 'A' ? 'B' : 'A') + good[1..],
            new string('A', LinkKeyRing.TokenLength),
            new string('!', LinkKeyRing.TokenLength),
            Uri.EscapeDataString(new string('\u00e9', LinkKeyRing.TokenLength)),
            "%20" + good[1..],
            Sign("forged", 5, OptOutSettings.LeakedLinkSecret),
            Sign("forged", 200, OptOutSettings.LinkSecret),
            Sign("forged", 7, OptOutSettings.OldLinkSecret),
            Base64Url.EncodeToString([.. bytes[..^16], .. new byte[16]]),
            new string('A', 5000),
        ];
        var before = await host.EverythingAsync();

        var answers = new List<Answer>();
        foreach (var token in bad)
        {
            answers.Add(await host.SendAsync("GET", $"/u/{token}"));
            answers.Add(await host.OneClickAsync(token));
            answers.Add(await host.PressAsync(token));
        }

        Assert.All(answers, a => Assert.Equal(404, a.Status));
        Assert.Single(answers.Select(a => a.Body).Distinct());
        Assert.Single(
            answers
                .Select(
                    a => string.Join('\n', a.Headers.Where(h => h.Key != "Date").OrderBy(h => h.Key).Select(h => $"{h.Key}: {h.Value}")))
                .Distinct());
        Assert.Equal(
            [
                "De Kruidtuin",
                "Unsubscribe from all marketing",
                "This link is incomplete or not valid. You can unsubscribe here all the same.",
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
            LinkPageTests.Words(answers[0].Body));
        Assert.Contains("<form method=\"post\" action=\"/unsubscribe?lang=", answers[0].Body, StringComparison.Ordinal);
        Assert.Equal(before, await host.EverythingAsync());
        Assert.Empty(await host.LedgerAsync(subject));
    }

    private string Sign(string id, int keyId, string secret)
    {
        using var ring = new LinkKeyRing(
            Options.Create(new LinkOptions { Keys = [new() { Id = keyId, Secret = secret, Use = LinkKeyUse.Sign }] }));
        return ring.Sign(new Link(host.SubjectOf(id), Channel.Email, 1, new DateTimeOffset(2024, 2, 29, 0, 0, 0, TimeSpan.Zero), 0));
    }

    private static HttpContent? Content(string? type, string body)
    {
        if (type is null && body.Length == 0)
            return null;
        var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static string Utf16(string text, string mark) => mark + string.Concat(text.Select(c => $"{c}\0"));

    private static string Multipart(string boundary, string name, string value) =>
        $"--{boundary}\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n--{boundary}--\r\n";
}
