using System.Security.Cryptography;
using System.Text;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Identity;

namespace OptOut.Tests.Vendors.Twilio;

/// <summary><c>/webhooks/twilio/sms</c>: the text messages that people send to the number, as Twilio delivers them.</summary>
public sealed class TwilioSmsTests(TwilioHost fixture) : IClassFixture<TwilioHost>
{
    private const string EmptyResponse = """<?xml version="1.0" encoding="UTF-8"?><Response />""";

    private readonly OptOutHost _host = fixture.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TwilioSandbox Twilio => _host.Sandbox.Find<TwilioSandbox>();

    [Fact]
    public async Task A_STOP_stops_every_channel_and_only_Twilio_answers_it()
    {
        var subject = await _host.PutSubjectAsync("sms-1", ["sms-1@example.com"], ["+32470200001"], ["Kerkstraat 1, 9000 Gent"]);

        Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200001", "Stop"));

        var change = Assert.Single(await _host.LedgerAsync(subject, 1)).Change;
        Assert.Equal(
            (Scope.Everything, Decision.Stop, Source.SmsReply, "twilio", Channel.Sms),
            (change.Scope, change.Decision, change.Source, change.Evidence.Vendor, change.Evidence.Channel));
        Assert.Matches("^SM[0-9a-f]{32}$", change.Evidence.Reference);
        await _host.ConfirmedAsync(subject);
        await _host.ConfirmedAsync(subject, vendor: "twilio");
        Assert.Equal((false, "stopped"), await _host.CheckAsync("sms", "+32470200001"));
        Assert.Equal((false, "stopped"), await _host.CheckAsync("phone", "+32470200001"));
        Assert.Equal((false, "stopped"), await _host.CheckAsync("email", "sms-1@example.com"));
        Assert.True(Twilio.IsBlocked("+32470200001", TwilioSandbox.Service));
        Assert.True(Twilio.IsBlocked("+32470200001", TwilioSandbox.Number));
        Assert.DoesNotContain(Twilio.Messages, m => m.To == "+32470200001");
    }

    // A known person is answered in their own language.
    [Theory]
    [InlineData("+32470200011", "fr", "UITSCHRIJVEN aub", "De Kruidtuin : vous êtes désinscrit")]
    [InlineData("+32470200012", null, "uitschrijven!", "De Kruidtuin: u bent uitgeschreven")] // Otherwise in the language of the word.
    [InlineData("+32470200013", null, "stop please", "De Kruidtuin: you are unsubscribed")] // Otherwise in the controller's language.
    [InlineData("+32470200014", null, "Bitte keine Werbung mehr", "De Kruidtuin: Sie sind abgemeldet")]
    public async Task A_stop_message_unknown_to_Twilio_is_confirmed_in_the_persons_language(
        string number, string? language, string message, string begins)
    {
        var subject = await _host.PutSubjectAsync($"sms-{number[^2..]}", phone: [number], language: language);

        var answer = await ReceiveAsync(number, message);

        Assert.Contains($"<Message>{OptOut.Replies.Sms.Gsm7.Fold(begins)}", answer, StringComparison.Ordinal);
        Assert.Equal(Scope.Everything, Assert.Single(await _host.LedgerAsync(subject, 1)).Change.Scope);
    }

    [Fact]
    public async Task A_keyword_of_Advanced_Opt_Out_is_accepted_and_answered_by_Twilio()
    {
        var subject = await _host.PutSubjectAsync("sms-2", phone: ["+32470200002"]);

        Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200002", "BASTA", "STOP"));
        Assert.Single(await _host.LedgerAsync(subject, 1));

        Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200002", "STOP", "HELP"));
        Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200002", "WEER", "START"));
        Assert.Equal([Decision.Stop, Decision.Allow], (await _host.LedgerAsync(subject, 2)).Select(e => e.Change.Decision));
    }

    [Fact]
    public async Task START_allows_SMS_again_and_nothing_else()
    {
        var subject = await _host.PutSubjectAsync("sms-3", ["sms-3@example.com"], ["+32470200003"]);
        await ReceiveAsync("+32470200003", "stop aub");
        var stop = Assert.Single(await _host.LedgerAsync(subject, 1)).Change;
        await _host.ConfirmedAsync(subject, stop.Id, "twilio");

        var answer = await ReceiveAsync("+32470200003", "Opt-in please");

        Assert.Contains("<Message>De Kruidtuin: you will get marketing by text message from us again.", answer, StringComparison.Ordinal);
        var start = (await _host.LedgerAsync(subject, 2))[1].Change;
        Assert.Equal((new Scope(Channel.Sms, null), Decision.Allow, Source.SmsReply), (start.Scope, start.Decision, start.Source));
        await _host.ConfirmedAsync(subject, start.Id, "twilio");
        Assert.True((await _host.CheckAsync("sms", "+32470200003")).Allowed);
        Assert.True((await _host.CheckAsync("sms", "+32470200003", "newsletter")).Allowed);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("phone", "+32470200003"));
        Assert.Equal((false, "stopped"), await _host.CheckAsync("email", "sms-3@example.com"));
        Assert.False(Twilio.IsBlocked("+32470200003", TwilioSandbox.Service));
        Assert.Contains("sms-3@example.com", _host.OnSendGridsList());
    }

    [Fact]
    public async Task A_repeated_SMS_is_recorded_once_and_a_repeated_START_undoes_nothing()
    {
        var subject = await _host.PutSubjectAsync("sms-4", phone: ["+32470200004"]);
        var (stop, start, again) = (Sms("+32470200004", "weg ermee, stop"), Sms("+32470200004", "START"), Sms("+32470200004", "stop svp"));
        await PostAsync(start);
        await _host.LedgerAsync(subject, 1);
        await PostAsync(stop);
        await PostAsync(stop);
        await _host.LedgerAsync(subject, 2);

        Assert.Equal(200, (await PostAsync(start)).Status);
        Assert.Equal(
            200,
            (await PostAsync(
                [.. start, new("ErrorCode", "11200"), new("ErrorUrl", "https://sms.sandbox.example/webhooks/twilio/sms")])).Status);

        await _host.QuietAsync();
        await _host.LedgerAsync(subject, 2);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("sms", "+32470200004"));

        await PostAsync(Sms("+32470200004", "START"));
        await PostAsync(again);
        await _host.LedgerAsync(subject, 4);
        await PostAsync(start);
        await PostAsync(stop);
        await _host.QuietAsync();
        await _host.LedgerAsync(subject, 4);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("sms", "+32470200004"));
    }

    [Fact]
    public async Task An_unknown_number_can_be_stopped_and_started()
    {
        Assert.True(PhoneNumber.TryParse("+32470200005", "BE", out var number));
        var standIn = _host.Service<IdentifierProtector>().SubjectOf(number);

        await ReceiveAsync("+32470200005", "arrêt svp");
        await _host.LedgerAsync(standIn, 1);
        await OptOutHost.UntilAsync(async () => await _host.CheckAsync("sms", "+32470200005") == (false, "stopped"));
        await _host.ConfirmedAsync(standIn, vendor: "twilio");

        await ReceiveAsync("+32470200005", "UNSTOP");
        await _host.LedgerAsync(standIn, 2);
        await OptOutHost.UntilAsync(async () => (await _host.CheckAsync("sms", "+32470200005")).Allowed);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("phone", "+32470200005"));
    }

    [Fact]
    public async Task START_from_a_shared_phone_applies_only_to_the_owner_who_stopped_from_it()
    {
        var (texter, mailer) = (
            await _host.PutSubjectAsync("sms-6a", phone: ["+32470200006"]),
            await _host.PutSubjectAsync("sms-6b", ["sms-6b@example.com"], ["+32470200006"]));
        await _host.OneClickAsync(await _host.TokenAsync("sms-6b"));
        await _host.LedgerAsync(mailer, 1);
        await ReceiveAsync("+32470200006", "stop aub");
        await _host.LedgerAsync(texter, 1);

        var answer = await ReceiveAsync("+32470200006", "opt in");

        await _host.LedgerAsync(texter, 2);
        await _host.QuietAsync();
        await _host.LedgerAsync(mailer, 1);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("sms", "+32470200006"));
        Assert.Contains("or choose at https://optout.kruidtuin.example/unsubscribe", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task START_from_a_reassigned_number_undoes_nothing_of_its_previous_owner()
    {
        var subject = await _host.PutSubjectAsync("sms-7", phone: ["+32470200007"]);
        await _host.PutSubjectAsync("sms-7", phone: ["+32470200008"]);
        await ReceiveAsync("+32470200008", "stop aub");
        var stop = Assert.Single(await _host.LedgerAsync(subject, 1)).Change;
        await _host.ConfirmedAsync(subject, stop.Id, "twilio");

        await ReceiveAsync("+32470200007", "START");

        // Twilio has lifted its block by itself, so ours is pushed again.
        await OptOutHost.UntilAsync(() => Task.FromResult(
            Twilio.IsBlocked("+32470200007", TwilioSandbox.Service) && Twilio.IsBlocked("+32470200007", TwilioSandbox.Number)));

        await _host.QuietAsync();
        await _host.LedgerAsync(subject, 1);
        Assert.Equal((false, "stopped"), await _host.CheckAsync("sms", "+32470200008"));
    }

    [Fact]
    public async Task A_message_that_asks_for_nothing_changes_nothing_and_is_not_logged()
    {
        await _host.PutSubjectAsync("sms-9", phone: ["+32470200009"]);
        var before = await _host.EverythingAsync();

        foreach (var message in (string[])["Is de winkel in Mechelen zondag open?", "I can't stop smiling", "JA", "", "\ud83d\udc4d"])
            Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200009", message));
        Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200009", "HELP"));
        Assert.Contains(
            "<Message>De Kruidtuin: stuur STOP om geen reclame meer te krijgen, of kies op https://optout.kruidtuin.example/unsubscribe",
            await ReceiveAsync("+32470200009", "hulp"),
            StringComparison.Ordinal);

        Assert.Equal(before, await _host.EverythingAsync());
        Assert.DoesNotContain(
            _host.Logs.Lines,
            l => l.Contains("Mechelen", StringComparison.OrdinalIgnoreCase)
                || l.Contains("smiling", StringComparison.OrdinalIgnoreCase)
                || l.Contains("470200009", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_machines_do_not_answer_each_other_endlessly()
    {
        var answers = new List<string>();
        for (var i = 0; i < 6; i++)
            answers.Add(await ReceiveAsync("+32470200010", "stop please"));

        Assert.Equal(3, answers.Count(a => a.Contains("<Message>", StringComparison.Ordinal)));
        Assert.Equal(EmptyResponse, answers[^1]);
    }

    [Fact]
    public async Task A_STOP_over_WhatsApp_stops_and_a_START_over_WhatsApp_does_not_allow_SMS()
    {
        var subject = await _host.PutSubjectAsync("sms-20", phone: ["+32470200020"]);
        await PostAsync(Sms("whatsapp:+32470200020", "STOP", "whatsapp:+32460000001"));
        await _host.LedgerAsync(subject, 1);

        Assert.Equal(200, (await PostAsync(Sms("whatsapp:+32470200020", "START", "whatsapp:+32460000001"))).Status);

        await _host.QuietAsync();
        await _host.LedgerAsync(subject, 1);
    }

    [Theory]
    [InlineData("rcs:+32470200021", "STOP", null)]
    [InlineData("RCS: +32470200022", "uitschrijven aub", null)]
    [InlineData("rcs:+32470200023", "BASTA", "STOP")]
    [InlineData("messenger:+32470200024", "stop please", null)]
    [InlineData("a-channel-of-2030:+32470200025", "STOP", null)]
    [InlineData("\u200E+32470200026", "STOP", null)]
    [InlineData("+18612345678", "STOP", null)]
    [InlineData("+3277123456789", "stop svp", null)]
    [InlineData("rcs:+18612345679", "STOP", null)]
    public async Task A_STOP_from_any_number_that_Twilio_vouches_for_stops_it_on_every_channel(
        string from, string message, string? optOutType)
    {
        var number = from[from.IndexOf('+', StringComparison.Ordinal)..];
        var subject = await _host.PutSubjectAsync($"vouched-{number[1..]}", [$"vouched-{number[1..]}@example.com"], [number]);

        Assert.Equal(200, (await PostAsync(
            [.. Sms(from, message), .. optOutType is null ? [] : (KeyValuePair<string, string>[])[new("OptOutType", optOutType)]])).Status);

        Assert.Equal(Scope.Everything, Assert.Single(await _host.LedgerAsync(subject, 1)).Change.Scope);
        await _host.ConfirmedAsync(subject, vendor: "twilio");
        Assert.Equal((false, "stopped"), await _host.CheckAsync("sms", number));
        Assert.Equal((false, "stopped"), await _host.CheckAsync("phone", number));
        Assert.True(Twilio.IsBlocked(number, TwilioSandbox.Service));

        Assert.Equal(200, (await PostAsync(Sms("rcs:" + number, "START"))).Status);
        await _host.QuietAsync();
        await _host.LedgerAsync(subject, 1);
    }

    [Theory]
    [InlineData("+32470200061", "Mauvais numéro stop", "De Kruidtuin : vous êtes désinscrit")]
    [InlineData("+32470200062", "Falsche Nummer, bitte stoppen", "De Kruidtuin: Sie sind abgemeldet")]
    [InlineData("+32470200063", "lose my number", "De Kruidtuin: you are unsubscribed")]
    [InlineData("+32470200064", "haal mijn nummer weg", "De Kruidtuin: u bent uitgeschreven")]
    [InlineData("+32470200065", "stop2quit", "De Kruidtuin: you are unsubscribed")]
    public async Task A_phrase_is_answered_in_its_own_language(string number, string message, string begins)
    {
        var subject = await _host.PutSubjectAsync($"phrase-{number[^2..]}", phone: [number]);

        Assert.Contains(
            $"<Message>{OptOut.Replies.Sms.Gsm7.Fold(begins)}", await ReceiveAsync(number, message), StringComparison.Ordinal);
        Assert.Equal(Scope.Everything, Assert.Single(await _host.LedgerAsync(subject, 1)).Change.Scope);
    }

    [Fact]
    public async Task Our_own_words_quoted_back_change_nothing_and_are_not_answered()
    {
        await _host.PutSubjectAsync("sms-70", phone: ["+32470200070"]);
        var answers = new List<string>();
        foreach (var keyword in (string[])["hulp", "aide", "hilfe!", "help please"])
            answers.Add(await ReceiveAsync($"+3247020007{answers.Count}", keyword));
        var before = await _host.EverythingAsync();

        foreach (var answer in answers)
        {
            var own = System.Xml.Linq.XElement.Parse(answer[(answer.IndexOf("?>", StringComparison.Ordinal) + 2)..]).Value;
            Assert.Contains("STOP", own, StringComparison.Ordinal);
            foreach (var quoted in (string[])[own, $"> {own}", $"Liked “{own}”", $"Vond “{own[..^8]}…” leuk"])
                Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200070", quoted));
        }

        Assert.Equal(EmptyResponse, await ReceiveAsync("+32470200070", "Liked \"Kruidtuin: 20% off. To stop, reply STOP.\""));
        Assert.Equal(before, await _host.EverythingAsync());
    }

    [Theory]
    [InlineData("8686")]
    [InlineData("KRUIDTUIN")]
    [InlineData("")]
    [InlineData("whatsapp:")]
    [InlineData("messenger:1234567")]
    [InlineData("+1")]
    [InlineData("+9999999999999999999999")]
    [InlineData(TwilioSandbox.Number)] // Our own number: we never answer ourselves.
    public async Task A_sender_that_is_not_a_person_is_ignored(string from)
    {
        var before = await _host.EverythingAsync();

        var answer = await PostAsync(Sms(from, "stop please"));

        Assert.Equal((200, EmptyResponse, "text/xml; charset=utf-8"), (answer.Status, answer.Body, answer.Headers["Content-Type"]));
        Assert.Equal(before, await _host.EverythingAsync());
    }

    [Fact]
    public async Task A_request_that_Twilio_did_not_sign_changes_nothing()
    {
        await _host.PutSubjectAsync("sms-30", phone: ["+32470200030"]);
        var sms = Sms("+32470200030", "STOP");
        var good = TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/sms", sms);
        var before = await _host.EverythingAsync();

        Answer[] answers =
        [
            await PostAsync(sms, signature: null),
            await PostAsync(sms, signature: ""),
            await PostAsync(sms, signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            await PostAsync([.. sms, new("More", "1")], good),
            await PostAsync([.. sms.Where(f => f.Key != "From"), new("From", "+32470200031")], good),
            await PostAsync(sms, good, query: "?more=1"),
            await PostAsync(sms, TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/status", sms)),
            await PostAsync(sms, TwilioWebhooks.Sign("https://elsewhere.example/webhooks/twilio/sms", sms)),
            await PostRawAsync(Encoding.UTF8.GetBytes("""{"From":"+32470200030","Body":"STOP"}"""), "application/json", good, ""),
            await PostRawAsync([0xff, 0xfe, 0x26, 0x3d, 0x25], "application/x-www-form-urlencoded", good, ""),
        ];

        Assert.All(answers, a => Assert.Equal((401, ""), (a.Status, a.Body)));
        Assert.Equal(413, (await PostRawAsync(new byte[10 * 1024 * 1024], "application/x-www-form-urlencoded", good, "")).Status);
        Assert.Equal(401, (await PostRawAsync(new byte[10 * 1024 * 1024], "application/x-www-form-urlencoded", null, "")).Status);
        Assert.Equal(before, await _host.EverythingAsync());
    }

    [Fact]
    public async Task A_signed_body_without_a_message_is_answered_and_changes_nothing()
    {
        var before = await _host.EverythingAsync();

        Assert.Equal(EmptyResponse, (await PostAsync([])).Body);
        Assert.Equal(EmptyResponse, (await PostJsonAsync("[1,2")).Body);
        Assert.Equal(EmptyResponse, (await PostJsonAsync("""{"From":{"a":1},"Body":["STOP"]}""")).Body);

        // The signature covers only the URL, so anyone could have written the body.
        Assert.Equal(
            EmptyResponse,
            (await PostRawAsync(
                Encoding.UTF8.GetBytes("""{"From":"+32470200032","Body":"STOP"}"""),
                "application/json",
                TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/sms", []),
                "")).Body);
        Assert.Equal(before, await _host.EverythingAsync());
    }

    [Fact]
    public async Task A_JSON_body_is_read_too()
    {
        var subject = await _host.PutSubjectAsync("sms-33", phone: ["+32470200033"]);

        Assert.Equal(200, (await PostJsonAsync(
            """
            {"MessageSid":"SM00000000000000000000000000000033","From":"+32470200033","Body":"Stop daarmee","To":"+32460000001"}
            """)).Status);

        Assert.Equal("SM00000000000000000000000000000033", Assert.Single(await _host.LedgerAsync(subject, 1)).Change.Evidence.Reference);
    }

    [Fact]
    public async Task While_nothing_can_be_stored_durably_Twilio_gets_503_and_can_retry()
    {
        await using var host = await OptOutHost.StartAsync(fixture.Azurite, vendors: ["twilio"]);
        await host.StopBusAsync();
        await host.Storage.Outbox.DeleteAsync(Cancel);

        var answer = await host.Sandbox.Find<TwilioSandbox>().ReceiveAsync("+32470200040", "STOP", cancellationToken: Cancel);

        Assert.Equal(503, answer.Status);
        Assert.DoesNotContain("<Response", answer.Twiml, StringComparison.Ordinal);
        await host.StartBusAsync();
    }

    [Fact]
    public async Task While_storage_is_unavailable_the_bus_alone_takes_a_STOP_and_it_is_applied_later()
    {
        await using var storage = await CuttableStorage.StartAsync(fixture.Azurite);
        await using var host = await OptOutHost.StartAsync(fixture.Azurite, storage.ConnectionString, vendors: ["twilio"]);
        await storage.StopAsync();

        var answer = await host.Sandbox.Find<TwilioSandbox>().ReceiveAsync("+32470200042", "STOP", cancellationToken: Cancel);

        Assert.Equal(200, answer.Status);
        storage.StartAgain();
        await OptOutHost.UntilAsync(async () => await host.CheckAsync("sms", "+32470200042") == (false, "stopped"));
    }

    [Fact]
    public async Task Where_text_messages_offer_both_choices_a_STOP_stops_only_SMS()
    {
        await using var host = await OptOutHost.StartAsync(
            fixture.Azurite,
            vendors: ["twilio"],
            settings: new Dictionary<string, string?>
            {
                ["OptOut:Twilio:ReplyStops"] = "Sms",
                ["OptOut:Twilio:AnswersKeywords"] = "false",
            });
        var subject = await host.PutSubjectAsync("sms-41", ["sms-41@example.com"], ["+32470200041"]);

        var answer = await host.Sandbox.Find<TwilioSandbox>().ReceiveAsync("+32470200041", "STOP", cancellationToken: Cancel);

        Assert.Contains("will get no more marketing by text message from us", answer.Twiml, StringComparison.Ordinal);
        Assert.Equal(new Scope(Channel.Sms, null), Assert.Single(await host.LedgerAsync(subject, 1)).Change.Scope);
        Assert.True((await host.CheckAsync("email", "sms-41@example.com")).Allowed);
    }

    private async Task<string> ReceiveAsync(string from, string body, string? optOutType = null)
    {
        var answer = await Twilio.ReceiveAsync(from, body, optOutType: optOutType, cancellationToken: Cancel);
        Assert.Equal(200, answer.Status);
        return answer.Twiml;
    }

    private static KeyValuePair<string, string>[] Sms(string from, string body, string to = TwilioSandbox.Number) =>
        [new("MessageSid", TwilioWebhooks.NewSid()), new("From", from), new("To", to), new("Body", body), new("NumMedia", "0")];

    private Task<Answer> PostAsync(KeyValuePair<string, string>[] form) =>
        PostAsync(form, TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/sms", form));

    private async Task<Answer> PostAsync(KeyValuePair<string, string>[] form, string? signature, string query = "")
    {
        using var content = new FormUrlEncodedContent(form);
        return await PostRawAsync(await content.ReadAsByteArrayAsync(Cancel), "application/x-www-form-urlencoded", signature, query);
    }

    private Task<Answer> PostJsonAsync(string json)
    {
        var body = Encoding.UTF8.GetBytes(json);
        var query = $"?bodySHA256={Convert.ToHexStringLower(SHA256.HashData(body))}";
        return PostRawAsync(
            body, "application/json", TwilioWebhooks.Sign($"{TwilioSandbox.PublicUrl}/webhooks/twilio/sms{query}", []), query);
    }

    private async Task<Answer> PostRawAsync(byte[] body, string contentType, string? signature, string query)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, $"/webhooks/twilio/sms{query}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new(contentType);
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("X-Twilio-Signature", signature);
        return await _host.SendAsync(request);
    }
}

/// <summary>The product with Twilio connected.</summary>
public sealed class TwilioHost(AzuriteFixture azurite) : IAsyncLifetime
{
    internal AzuriteFixture Azurite => azurite;

    internal OptOutHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await OptOutHost.StartAsync(azurite, vendors: ["twilio"]);

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
