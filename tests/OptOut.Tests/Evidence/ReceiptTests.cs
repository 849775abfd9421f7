using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Tests.Web.Unsubscribe;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Evidence;

/// <summary><c>GET /u/{token}/receipt</c>: a proof that can be verified without us.</summary>
public sealed class ReceiptTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task The_JSON_contains_exactly_the_entries_of_the_submission_and_each_hash_can_be_recomputed()
    {
        var token = await host.TokenAsync("json", "email", "newsletter", 3);
        await host.PressAsync(token);
        var page = await PreferencesPageTests.ShownPage.OpenAsync(host, token);
        var saved = await host.SendAsync(
            "POST", $"/u/{token}/preferences", page.Form(PreferencesPageTests.AllCells, ["email,newsletter", "sms,offers"]));

        var answer = await host.SendAsync("GET", $"/u/{token}/receipt?ref={ReferenceOn(saved)}&format=json&lang=nl");

        Assert.Equal(
            (200, "application/json", $"attachment; filename=\"optout-{ReferenceOn(saved)}.json\"", "no-store"),
            (
                answer.Status,
                answer.Headers["Content-Type"].Split(';')[0],
                answer.Headers["Content-Disposition"],
                answer.Headers["Cache-Control"]));
        var receipt = answer.Json;
        Assert.Equal(
            ("optout-receipt-1", "De Kruidtuin", ReferenceOn(saved), host.SubjectOf("json").ToString()),
            (Text(receipt, "format"), Text(receipt, "controller"), Text(receipt, "reference"), Text(receipt, "subject")));
        var entries = receipt["entries"]!.AsArray();
        Assert.Equal(
            [(2, "email,newsletter", "Allow", "Nieuwsbrief via e-mail"), (3, "sms,offers", "Allow", "Aanbiedingen via sms")],
            entries.Select(e => (e!["sequence"]!.GetValue<int>(), Text(e, "scope"), Text(e, "decision"), Text(e, "scopeText"))));
        Assert.All(
            entries,
            e => Assert.Equal(
                Text(e!, "hash"), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(e!, "canonicalText"))))));
        Assert.All(entries, e => Assert.Contains($"\n{Text(e!, "previousHash")}\n", Text(e!, "canonicalText"), StringComparison.Ordinal));
        Assert.Equal(Text(entries[0]!, "hash"), Text(entries[1]!, "previousHash"));
        Assert.Equal((await host.LedgerAsync(host.SubjectOf("json")))[2].Hash, Text(entries[1]!, "hash"));
    }

    [Theory]
    [InlineData(
        "nl",
        "Bewijs van uw keuze",
        "De Kruidtuin bewaart van elke keuze een regel die niemand ongemerkt kan wijzigen. Dit zijn de regels van uw keuze. "
            + "In dit bewijs staan geen naam, adres of telefoonnummer.",
        "Uw referentienummer",
        "NUMBER",
        "Regel 1",
        "Gestopt",
        "alle communicaties, via alle kanalen",
        "Gekozen op",
        "MOMENT",
        "Via",
        "de uitschrijfpagina",
        "Controlegetal (SHA-256)",
        "HASH",
        "Controlegetal van de vorige regel",
        "PREVIOUS",
        "Tekst waarover het controlegetal is berekend",
        "TEXT",
        "Tekst van regel 1 downloaden",
        "Zo controleert u dit",
        "Download de tekst van een regel met de link eronder. Open een terminal in de map van dat bestand en typ de opdracht voor uw "
            + "computer. Krijgt u het controlegetal van die regel, dan is er niets aan gewijzigd. "
            + "Elke regel bevat het controlegetal van de vorige.",
        "Windows", "CERTUTIL", "macOS", "SHASUM", "Linux", "SHA256SUM",
        "Kopieert u de tekst, dan klopt het getal alleen als elk regeleinde één LF blijft, ook het laatste.",
        "Downloaden als webpagina (HTML)", "Downloaden als gegevens (JSON)", "Terug naar mijn keuzes",
        "Klopt dit niet, of hebt u een vraag? Schrijf naar privacy@kruidtuin.example.", "Privacyverklaring")]
    [InlineData(
        "en",
        "Proof of your choice",
        "De Kruidtuin keeps a line of every choice that nobody can alter unnoticed. These are the lines of your choice. "
            + "There is no name, address or telephone number in this proof.",
        "Your reference number",
        "NUMBER",
        "Line 1",
        "Stopped",
        "all communications, over every channel",
        "Chosen on",
        "MOMENT",
        "By",
        "the unsubscribe page",
        "Check number (SHA-256)",
        "HASH",
        "Check number of the line before",
        "PREVIOUS",
        "Text that the check number is computed of",
        "TEXT",
        "Download the text of line 1",
        "How to check it",
        "Download the text of a line with the link below it. Open a terminal in the folder of that file and type the command for your "
            + "computer. If it answers the check number of that line, nothing in the line was altered. "
            + "Each line holds the check number of the one before.",
        "Windows", "CERTUTIL", "macOS", "SHASUM", "Linux", "SHA256SUM",
        "If you copy the text instead, the number is the same only when every line end stays a single line feed (LF), the last one too.",
        "Download as a web page (HTML)", "Download as data (JSON)", "Back to my choices",
        "Is this not right, or do you have a question? Write to privacy@kruidtuin.example.", "Privacy statement")]
    public async Task The_page_shows_what_was_recorded_in_words_and_with_its_hashes(string language, params string[] words)
    {
        var id = $"page-{language}";
        var subject = await host.PutSubjectAsync(id, [$"zoe.{language}@example.com"]);
        var token = await host.TokenAsync(id, "email", "newsletter");
        var reference = ReferenceOn(await host.PressAsync(token));
        var entry = Assert.Single(await host.LedgerAsync(subject, 1));
        var before = await host.EverythingAsync();

        var answer = await host.SendAsync("GET", $"/u/{token}/receipt?ref={reference}&lang={language}");

        Assert.Equal((200, "text/html; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["NUMBER"] = reference,
            ["MOMENT"] = UndoPageTests.Moment(entry.Change, language),
            ["HASH"] = entry.Hash,
            ["PREVIOUS"] = entry.PreviousHash,
            ["CERTUTIL"] = $"certutil -hashfile optout-{reference}-1.txt SHA256",
            ["SHASUM"] = $"shasum -a 256 optout-{reference}-1.txt",
            ["SHA256SUM"] = $"sha256sum optout-{reference}-1.txt",
            ["TEXT"] = Regex.Replace(Ledger.CanonicalText(1, entry.PreviousHash, entry.Number, entry.Change), "\\s+", " ").Trim(),
        };
        Assert.Equal(["De Kruidtuin", .. words.Select(w => values.GetValueOrDefault(w, w))], Words(answer.Body));
        Assert.Contains(
            $"<pre>{Ledger.CanonicalText(1, entry.PreviousHash, entry.Number, entry.Change)}<span class=\"end\"></span></pre>",
            WebUtility.HtmlDecode(answer.Body),
            StringComparison.Ordinal);
        Assert.DoesNotContain("zoe", answer.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await host.EverythingAsync());
    }

    [Fact]
    public async Task The_downloaded_page_is_self_contained_and_has_no_links_to_our_pages()
    {
        var token = await host.TokenAsync("file");
        var reference = ReferenceOn(await host.PressAsync(token));

        var answer = await host.SendAsync("GET", $"/u/{token}/receipt?ref={reference}&format=html");

        Assert.Equal((200, $"attachment; filename=\"optout-{reference}.html\""), (answer.Status, answer.Headers["Content-Disposition"]));
        Assert.DoesNotContain(token, answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/", answer.Body, StringComparison.Ordinal);
        Assert.Contains(reference, answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_text_of_each_line_downloads_byte_for_byte_as_it_was_hashed()
    {
        var token = await host.TokenAsync("text");
        var saved = await host.SendAsync(
            "POST",
            $"/u/{token}/preferences",
            PreferencesPageTests.Form(PreferencesPageTests.AllCells, ["email,newsletter", "sms,offers"]));
        var address = $"/u/{token}/receipt?ref={ReferenceOn(saved)}&format=text";
        var ledger = await host.LedgerAsync(host.SubjectOf("text"));
        Assert.True(ledger.Count > 1);

        foreach (var entry in ledger)
        {
            var bytes = await host.Client.GetByteArrayAsync($"{address}&line={entry.Sequence}", TestContext.Current.CancellationToken);
            Assert.Equal(entry.Hash, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }

        var first = await host.SendAsync("GET", address);
        Assert.Equal(
            ("text/plain; charset=utf-8", $"attachment; filename=\"optout-{ReferenceOn(saved)}-1.txt\"", "no-store", "nosniff"),
            (
                first.Headers["Content-Type"],
                first.Headers["Content-Disposition"],
                first.Headers["Cache-Control"],
                first.Headers["X-Content-Type-Options"]));
        Assert.Equal(404, (await host.SendAsync("GET", $"{address}&line={ledger.Count + 1}")).Status);
        Assert.Equal(404, (await host.SendAsync("GET", $"{address}&line=x")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?ref=")]
    [InlineData("?ref=0000-0000-0000")]
    [InlineData("?ref=0000-0000-000")]
    [InlineData("?ref=%22%3E%3Cscript%3E")]
    [InlineData("?ref=0000-0000-0000&format=json")]
    public async Task An_unknown_reference_number_gets_a_404_page_that_says_what_to_do(string query)
    {
        var token = await host.TokenAsync("missing");
        await host.PressAsync(token);

        var answer = await host.SendAsync("GET", $"/u/{token}/receipt{query}");

        Assert.Equal(404, answer.Status);
        Assert.Equal(
            [
                "We cannot find this proof",
                "We find no choice of yours with this reference number. Check the number. "
                    + "If you chose only just now, try again in a minute.",
                "Back to my choices",
            ],
            Words(answer.Body)[1..4]);
        Assert.DoesNotContain("<script", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_number_is_found_in_any_case_with_or_without_hyphens()
    {
        var token = await host.TokenAsync("typed");
        var reference = ReferenceOn(await host.PressAsync(token));

        foreach (var typed in (string[])
        [
            reference,
            reference.ToLowerInvariant(),
            reference.Replace("-", "", StringComparison.Ordinal),
            reference.Replace('-', ' '),
        ])
        {
            Assert.Equal(200, (await host.SendAsync("GET", $"/u/{token}/receipt?ref={Uri.EscapeDataString(typed)}")).Status);
        }
    }

    [Theory]
    [InlineData("8D4A-0011-22FF", "8D4A-0011-22FF")]
    [InlineData("8d4a001122ff", "8D4A-0011-22FF")]
    [InlineData(" 8d4a 0011 22ff ", "8D4A-0011-22FF")]
    [InlineData("8D4A-0011-22F", null)]
    [InlineData("8D4A-0011-22FF0", null)]
    [InlineData("8D4A-0011-22FG", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_reference_number_is_normalised_to_one_form(string? text, string? reference) =>
        Assert.Equal(reference, Reference.TryParse(text, out var parsed) ? parsed : null);

    [Fact]
    public void Every_source_has_a_text_in_every_language() => Assert.All(Language.All, language =>
        Assert.All(Enum.GetNames<Source>(), source => Assert.NotEmpty(language[$"receipt.source.{source}"])));

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
