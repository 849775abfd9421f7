using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using OptOut.Api.Codes;
using OptOut.Api.ReadyTexts;
using OptOut.Company;
using OptOut.Links;
using OptOut.Replies.Sms;

namespace OptOut.Tests.Api.ReadyTexts;

/// <summary>
/// The texts with which every message offers the opt-out. The files in <c>Golden</c> contain them exactly as they are pasted.
/// </summary>
public sealed class ReadyTextTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    public static TheoryData<string> Codes => ["nl", "fr", "de", "en"];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task The_texts_match_the_golden_files(string code)
    {
        var answer = await GetAsync(code);

        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        Assert.Equal(
            await File.ReadAllTextAsync(
                Path.Combine(AppContext.BaseDirectory, "Api", "ReadyTexts", "Golden", $"{code}.txt"),
                TestContext.Current.CancellationToken),
            Written(answer.Json));
    }

    [Theory]
    [InlineData("nl", "Ik schrijf me uit voor alle communicaties", "Ik pas mijn communicatievoorkeuren aan")]
    [InlineData("fr", "Je me désinscris de toutes les communications", "J’adapte mes préférences de communication")]
    [InlineData("de", "Ich melde mich von allen Mitteilungen ab", "Ich passe meine Einstellungen an")]
    [InlineData("en", "I unsubscribe from all communications", "I adjust my communication preferences")]
    public async Task Both_choices_have_the_same_wording_as_the_page_they_lead_to(string code, string stop, string preferences)
    {
        var footer = (await GetAsync(code)).Json["mailFooter"]!;

        var colon = code == "fr" ? " :" : ":";
        Assert.Contains(
            $"{stop}{colon} {{{{unsubscribe_url}}}}\n{preferences}{colon} {{{{preferences_url}}}}\n",
            Text(footer, "plain"),
            StringComparison.Ordinal);
        Assert.Contains(
            $"<a href=\"{{{{unsubscribe_url}}}}\">{stop}</a><br>\n<a "
                + $"href=\"{{{{preferences_url}}}}\">{preferences.Replace("'", "&#x27;", StringComparison.Ordinal)}</a>",
            Text(footer, "html"),
            StringComparison.Ordinal);
        Assert.Contains(stop, Text((await GetAsync(code)).Json["privacyStatement"]!, "plain"), StringComparison.Ordinal);
        Assert.Contains(preferences, Text((await GetAsync(code)).Json["privacyStatement"]!, "plain"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Exactly_the_placeholders_in_the_texts_are_listed(string code)
    {
        var answer = (await GetAsync(code)).Json;
        var texts = Written(answer)[Written(answer).IndexOf("## mailFooter", StringComparison.Ordinal)..];

        Assert.Equal(
            answer["placeholders"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal),
            Regex.Matches(texts, @"\{\{[a-z_]+\}\}").Select(m => m.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task The_SMS_suffix_fits_the_SMS_character_set_and_sixty_septets_and_reports_its_length(string code)
    {
        var sms = (await GetAsync(code)).Json["smsSuffix"]!;
        var words = Text(sms, "plain").Replace("{{unsubscribe_url}}", "", StringComparison.Ordinal);
        var whole = Text(sms, "plain").Replace(
            "{{unsubscribe_url}}", $"https://optout.kruidtuin.example/u/{await host.TokenAsync("sms-1", "sms")}", StringComparison.Ordinal);

        Assert.Equal(["plain", "where", "rule", "septets", "septetsWithLink"], sms.AsObject().Select(p => p.Key));
        Assert.StartsWith("De Kruidtuin - ", words, StringComparison.Ordinal);
        Assert.InRange(sms["septets"]!.GetValue<int>(), 1, 60);
        Assert.Equal(Gsm7.Septets(words), sms["septets"]!.GetValue<int>());
        Assert.Equal(Gsm7.Septets(whole), sms["septetsWithLink"]!.GetValue<int>());
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_long_or_non_Latin_name_is_left_out_of_the_SMS_and_an_accent_that_would_double_its_price_is_dropped(string code)
    {
        var language = Language.Find(code)!;
        var @short = language.Format("readytexts.sms.short", ReadyTextWriter.UnsubscribeUrl);

        Assert.Equal(@short, Writer("De Verenigde Koninklijke Vrienden van de Kruidtuin").Write(language).SmsSuffix.Plain);
        Assert.Equal(@short, Writer("Зелёный сад").Write(language).SmsSuffix.Plain);
        Assert.StartsWith("Citroen & Café - ", Writer("Citroën & Café").Write(language).SmsSuffix.Plain, StringComparison.Ordinal);
        Assert.InRange(Gsm7.Septets(@short.Replace(ReadyTextWriter.UnsubscribeUrl, "", StringComparison.Ordinal)) ?? int.MaxValue, 1, 60);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void The_controllers_name_and_addresses_are_escaped_in_the_HTML(string code)
    {
        var texts = Writer(
            "Bloem & <b>\"Blad\"</b>",
            "o'neil&co@kruidtuin.example",
            "https://www.kruidtuin.example/privacy?a=1&b=\"><script>").Write(Language.Find(code)!);

        foreach (var html in new[] { texts.MailFooter.Html, texts.CallScript.Html, texts.PrivacyStatement.Html })
        {
            Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
            Assert.DoesNotMatch("&(?!(amp|lt|gt|quot|#x[0-9A-F]+);)", html);
        }

        Assert.Contains("Bloem &amp; &lt;b&gt;&quot;Blad&quot;&lt;/b&gt;", texts.MailFooter.Html, StringComparison.Ordinal);
        Assert.Contains("Bloem & <b>\"Blad\"</b>", texts.MailFooter.Plain, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_privacy_statement_no_text_links_to_one()
    {
        var footer = Writer("De Kruidtuin", statement: null).Write(Language.English).MailFooter;

        Assert.DoesNotContain("Privacy statement", footer.Plain, StringComparison.Ordinal);
        Assert.DoesNotContain("Privacy statement", footer.Html, StringComparison.Ordinal);
        Assert.EndsWith("privacy@kruidtuin.example</a>.</p>", footer.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsupported_language_is_rejected_and_the_four_languages_are_listed()
    {
        var answer = await GetAsync("es");

        Assert.Equal(400, answer.Status);
        Assert.Equal("""{"language":["Not one of our languages. Give nl, fr, de or en."]}""", answer.Json["errors"]!.ToJsonString());
    }

    [Fact]
    public async Task With_a_printed_code_the_leaflet_is_ready_to_print_with_the_QR_code_of_its_link()
    {
        var order = await host.SendAsync(
            "POST", "/api/codes", JsonContent.Create(new { count = 1, campaign = 90, qr = "svg" }), OptOutHost.FunctionKey);
        var (code, url, qr) = (
            Text(order.Json["codes"]![0]!, "code"), Text(order.Json["codes"]![0]!, "url"), Text(order.Json["codes"]![0]!, "qr"));

        // In lower case and with a space, as a person might copy it.
        var answer = await GetAsync($"nl?printed_code={code.ToLowerInvariant().Replace('-', '+')}");

        Assert.Equal(
            $"Geen reclame meer van De Kruidtuin, of zelf kiezen wat u nog krijgt? Scan de QR-code, ga naar {url} of mail naar "
                + $"privacy@kruidtuin.example.\nCode: {code}",
            Text(answer.Json["leaflet"]!, "plain"));
        Assert.Equal(["plain", "where", "rule", "qrSvg"], answer.Json["leaflet"]!.AsObject().Select(p => p.Key));
        Assert.Equal(qr, Text(answer.Json["leaflet"]!, "qrSvg"));
        Assert.Equal(["{{unsubscribe_url}}", "{{preferences_url}}"], answer.Json["placeholders"]!.AsObject().Select(p => p.Key));
        Assert.Null((await GetAsync("nl")).Json["leaflet"]!["qrSvg"]);
    }

    [Fact]
    public async Task All_errors_of_a_request_are_reported_at_once()
    {
        var answer = await GetAsync("es?printed_code=ABCDE-FGHJJ&token=x");

        Assert.Equal(400, answer.Status);
        Assert.Equal(
            [
                ("language", "Not one of our languages. Give nl, fr, de or en."),
                ("token", "Not a parameter of this call. It accepts only printed_code."),
                (
                    "printed_code",
                    "Not a complete code, or one of its characters is wrong. Give one that POST "
                        + "/api/codes returned, or leave it out for placeholders."),
            ],
            answer.Json["errors"]!.AsObject().Select(e => (e.Key, e.Value![0]!.GetValue<string>())));
    }

    [Fact]
    public async Task A_key_in_the_URL_is_not_taken_for_a_printed_code() =>
        Assert.Equal(200, (await host.SendAsync("GET", $"/api/texts/nl?code={OptOutHost.FunctionKey}")).Status);

    [Fact]
    public async Task A_language_tag_with_a_region_gives_that_language() =>
        Assert.Equal("nl", (await GetAsync("nl-BE")).Json["language"]!.GetValue<string>());

    [Fact]
    public async Task Requests_without_a_key_are_rejected() =>
        Assert.Equal((401, ""), await host.SendAsync("GET", "/api/texts/nl") is var none ? (none.Status, none.Body) : default);

    [Fact]
    public async Task Reading_the_texts_changes_nothing()
    {
        var before = await host.EverythingAsync();

        await GetAsync("nl");

        Assert.Equal(before, await host.EverythingAsync());
    }

    private static ReadyTextWriter Writer(
        string name, string address = "privacy@kruidtuin.example", string? statement = "https://www.kruidtuin.example/privacy")
    {
        var controller = Options.Create(new ControllerOptions
        {
            Name = name,
            PrivacyAddress = address,
            PrivacyStatement = statement is null ? null : new Uri(statement),
        });
        var links = Options.Create(new LinkOptions { BaseUrl = new Uri("https://optout.kruidtuin.example") });
        return new(controller, links, new CodeLinks(links, controller));
    }

    private Task<Answer> GetAsync(string language) => host.SendAsync("GET", $"/api/texts/{language}", key: OptOutHost.FunctionKey);

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    // Every value under its path in the response, with the line breaks as they are pasted.
    private static string Written(JsonNode answer)
    {
        var text = new StringBuilder();
        Write("", answer);
        return text.ToString();

        void Write(string place, JsonNode node)
        {
            if (node is JsonObject parts)
            {
                foreach (var (name, part) in parts)
                    Write(place.Length == 0 ? name : $"{place}.{name}", part!);
            }
            else
            {
                text.Append("## ").Append(place).Append('\n').Append(node).Append("\n\n");
            }
        }
    }
}
