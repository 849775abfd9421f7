using OptOut.Company;
using OptOut.Replies.Sms;

namespace OptOut.Tests.Replies.Sms;

/// <summary>Our own words that come back: reactions, replies that quote, answers of ours that a person forwards.</summary>
public sealed class SmsQuotationTests
{
    private const string Controller = "De Kruidtuin", Form = "https://optout.kruidtuin.example/unsubscribe";

    public static TheoryData<string> Quotations =>
    [
        "Liked \"Kruidtuin: 20% off. To stop, reply STOP.\"", "Liked “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Loved “Kruidtuin: 20% off. To stop, reply STOP.”", "Disliked “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Laughed at “Kruidtuin: 20% off. To stop, reply STOP.”", "Emphasized “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Emphasised “Kruidtuin: 20% off. To stop, reply STOP.”", "Questioned “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Reacted 😀 to “Kruidtuin: 20% off. To stop, reply STOP.”", "Removed a like from “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Removed a heart from “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Removed an exclamation from “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Removed a question mark from “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Removed 😀 from “Kruidtuin: 20% off. To stop, reply STOP.”", "Liked “STOP”", "Liked “Kruidtuin: 20% off. To stop, reply ST…",
        "Liked “Kruidtuin: 20% off. To stop, reply STOP…”", "Liked \"Kruidtuin: \"Sale\" 20% off. To stop, reply STOP.\"",
        "Liked 'Kruidtuin: 20% off. To stop, reply STOP.'", "Liked ‘Kruidtuin: 20% off. To stop, reply STOP.’",
        "Vond \"Kruidtuin: 20% korting. Uitschrijven: kruid.be/x\" leuk",
        "Vond “Kruidtuin: 20% korting. Uitschrijven: kruid.be/x” geweldig",
        "Vond “Kruidtuin: 20% korting. Stoppen? Stuur STOP.” niet leuk", "Vindt “Kruidtuin: 20% korting. Stoppen? Stuur STOP.” leuk",
        "Lachte om “Kruidtuin: 20% korting. Stoppen? Stuur STOP.”", "Moest lachen om “Kruidtuin: 20% korting. Stoppen? Stuur STOP.”",
        "Benadrukte “Kruidtuin: 20% korting. Stoppen? Stuur STOP.”", "Heeft vragen bij “Kruidtuin: 20% korting. Stoppen? Stuur STOP.”",
        "Reageerde met 😀 op “Kruidtuin: 20% korting. Stoppen? Stuur STOP.”",
        "Reactie 'Vind ik leuk' verwijderd van “Kruidtuin: 20% korting. Stoppen? Stuur STOP.”",
        "A aimé « Kruidtuin : -20 %. STOP au 36111 »", "A adoré « Kruidtuin : -20 %. STOP au 36111 »",
        "A aimé “Kruidtuin : -20 %. Arrêter ? Envoyez STOP.”", "N’a pas aimé « Kruidtuin : -20 %. STOP au 36111 »",
        "A ri de « Kruidtuin : -20 %. STOP au 36111 »", "A mis l’accent sur « Kruidtuin : -20 %. STOP au 36111 »",
        "A réagi avec 😀 à « Kruidtuin : -20 %. STOP au 36111 »", "A supprimé un j’aime de « Kruidtuin : -20 %. STOP au 36111 »",
        "A retiré un cœur de « Kruidtuin : -20 %. STOP au 36111 »", "Gefällt „Kruidtuin: 20 %. Beenden? Senden Sie STOP.“",
        "Hat „Kruidtuin: 20 %. Beenden? Senden Sie STOP.“ mit „Gefällt mir“ markiert",
        "Liebt „Kruidtuin: 20 %. Beenden? Senden Sie STOP.“", "Lachte über „Kruidtuin: 20 %. Beenden? Senden Sie STOP.“",
        "Hat „Kruidtuin: 20 %. Beenden? Senden Sie STOP.“ hervorgehoben",
        "Reagierte mit 😀 auf „Kruidtuin: 20 %. Beenden? Senden Sie STOP.“", "Mag „Kruidtuin: 20 %. Abmelden mit STOP.“ nicht",
        "👍 to “Kruidtuin: 20% off. To stop, reply STOP.”", "👍 op “Kruidtuin: 20% korting. Stoppen? Stuur STOP.”",
        "😂 à « Kruidtuin : -20 %. STOP au 36111 »", "❤️ auf „Kruidtuin: 20 %. Senden Sie STOP.“",
        "\u200b👍\u200b to “\u200b Kruidtuin: 20% off. To stop, reply STOP. \u200b”",
        "Le gustó “Kruidtuin: 20% off. To stop, reply STOP.”", "Ha messo \"Mi piace\" a “Kruidtuin: 20% off. To stop, reply STOP.”",
        "“Kruidtuin: 20% off. To stop, reply STOP.” what is this?", "> Kruidtuin: 20% off. To stop, reply STOP.\nWhen do you open?",
        "De Kruidtuin: stuur STOP om geen reclame meer te krijgen, of kies op https://optout.kruidtuin.example/unsubscribe",
        "De Kruidtuin: stuur STOP om geen reclame meer te krijgen, of kies op "
            + "https://optout.kruidtuin.example/unsubscribe . Vragen? privacy@kruidtuin.example",
        "\"De Kruidtuin: stuur STOP om geen reclame meer te krijgen, of kies op https://optout.kruidtuin.example/unsubscribe\"",
        "> De Kruidtuin: stuur STOP om geen reclame meer te krijgen, of kies op https://optout.kruidtuin.example/unsubscribe",
        "Fwd: De Kruidtuin: reply STOP to get no more marketing, or choose at https://optout.kruidtuin.example/unsubscribe",
        "De Kruidtuin : envoyez STOP pour ne plus recevoir de publicité, ou choisissez sur https://optout.kruidtuin.example/unsubscribe",
        "De Kruidtuin: Senden Sie STOP, um keine Werbung mehr zu erhalten, oder wählen Sie auf "
            + "https://optout.kruidtuin.example/unsubscribe",
        "De Kruidtuin: you will get marketing by text message from us again. To stop, reply STOP.",
        "De Kruidtuin: u krijgt weer reclame-sms'en van ons. Stoppen? Stuur STOP.",
        "De Kruidtuin : vous recevrez à nouveau nos SMS publicitaires. Arrêter ? Envoyez STOP.",
        "De Kruidtuin: Sie erhalten wieder Werbe-SMS von uns. Beenden? Senden Sie STOP.",
        "De Kruidtuin: you are unsubscribed and will get no more marketing from us, by any channel. Want text messages again? Reply START.",
        "De Kruidtuin: u bent uitgeschreven en krijgt van ons geen reclame meer, via geen enkel kanaal. Toch weer sms'en? Stuur START.",
        "De Kruidtuin : vous êtes désinscrit et ne recevrez plus de publicité de notre part, par aucun canal. À nouveau "
            + "des SMS ? Envoyez START.",
        "De Kruidtuin: Sie sind abgemeldet und erhalten keine Werbung mehr von uns, auf keinem Weg. Doch wieder SMS? Senden Sie START.",
        "Liked “De Kruidtuin: you will get marketing by text message from us again. To stop, reply STOP.”",
        "De Kruidtuin - stop everything or choose: https://optout.kruidtuin.example/u/abc",
        "Kruidtuin - tout stopper ou choisir vos préférences : https://optout.kruidtuin.example/u/abc", "Liked an image",
        "Bedankt voor de info op https://optout.kruidtuin.example/unsubscribe",
        "Disliked \"Kruidtuin: 20% off. To stop, reply STOP.\"", "Emphasized \"Kruidtuin: 20% off. To stop, reply STOP.\"",
        "Questioned \"Kruidtuin: 20% off. To stop, reply STOP.\"", "Reacted 👍 to “Kruidtuin: 20% off. To stop, reply STOP.”",
        "Reacted ❤️ to \"Kruidtuin: 20% off. To stop, reply STOP.\"", "Vond \"... Uitschrijven: kruid.be/x\" leuk",
        "Vond ‘... Uitschrijven: kruid.be/x’ leuk", "Vond \"Kruidtuin: nu 20 % korting. Stop? Stuur STOP naar 8686\" grappig",
        "Vind “Kruidtuin: stuur STOP” leuk", "Heeft “Kruidtuin: stuur STOP om te stoppen” een hartje gegeven",
        "Heeft gereageerd met 👍 op “Kruidtuin: stuur STOP om te stoppen”", "A aimé \"Kruidtuin : -20 %. STOP au 36111\"",
        "A aimé « STOP »", "A adoré “Kruidtuin. Stop SMS : envoyez STOP au 36111”",
        "A n’a pas aimé « Kruidtuin : -20 %. STOP au 36111 »", "A trouvé drôle « Kruidtuin : -20 %. STOP au 36111 »",
        "A ajouté un point d’interrogation à « Kruidtuin : -20 %. STOP au 36111 »",
        "A réagi par 👍 à « Kruidtuin : -20 %. STOP au 36111 »", "Gefällt mir: „Kruidtuin: 20 %. Abmelden: STOP senden“",
        "„Kruidtuin: 20 %. Abmelden: STOP an 8686“ gefällt mir", "Hat „Kruidtuin: 20 %. Senden Sie STOP“ mit einem Herz markiert",
        "Findet „Kruidtuin: 20 %. Senden Sie STOP“ lustig", "Hat mit 👍 auf „Kruidtuin: 20 %. Senden Sie STOP“ reagiert",
        "Hat ein „Gefällt mir“ von „Kruidtuin: 20 %. Senden Sie STOP“ entfernt", "Liked “Kruidtuin: 20% off. Unsubscribe: kruid.be/x”",
        "Loved “Your order is ready. Text HELP for help or STOP to end.”", "👎 to \"Kruidtuin: STOP to end\"",
        "Laughed at “Don’t stop me now”", "Liked a message", "Laughed at an image", "Liked \"STOP\"", "Loved “STOP ALL”",
        "Liked “De Kruidtuin: you are unsubscribed and will get no more marketing from us, by any channel. Want text "
            + "messages again? Reply START.”",
        "RE: De Kruidtuin: u krijgt weer reclame-sms'en van ons. Stoppen? Stuur STOP.",
        "----- Forwarded -----\nDe Kruidtuin: u krijgt weer reclame-sms'en van ons. Stoppen? Stuur STOP.",
        "De Kruidtuin: u krijgt weer reclame-sms'en van ons. Stoppen? Stuur STOP. Ok",
        "ok bedankt! \"De Kruidtuin: u krijgt weer reclame-sms'en van ons. Stoppen? Stuur STOP.\"",
        "DE KRUIDTUIN: U KRIJGT WEER RECLAME-SMS'EN VAN ONS. STOPPEN? STUUR STOP.",
        "> > De Kruidtuin: u krijgt weer reclame-sms'en van ons. Stoppen? Stuur STOP.",
        "«De Kruidtuin : envoyez STOP pour ne plus recevoir de publicité, ou choisissez sur https://optout.kruidtuin.example/unsubscribe»",
        "De Kruidtuin: stuur STOP om geen reclame meer te krijgen, of kies op https://optout.kruidtuin.example/unsubscr...",
    ];

    public static TheoryData<string> OwnOrders =>
    [
        "Liked the shirts but STOP", "STOP \"kruidtuin\"", "\"STOP\"", "\"stop please\"", "Please \"stop\" sending me messages",
        "“STOP” please", "I don't like \"Kruidtuin\", stop sending messages",
        "Stop sending \"Kruidtuin: 20% off. To stop, reply STOP.\"", "STOP > Kruidtuin: 20% off",
        "> Kruidtuin: 20% off. To stop, reply STOP.\nSTOP", "> STOP", "\"Reply STOP to opt out\" - so STOP!",
        "De Kruidtuin: you will get marketing by text message from us again. To stop, reply STOP.\nSTOP",
        "STOP\nDe Kruidtuin: stuur STOP om geen reclame meer te krijgen, of kies op https://optout.kruidtuin.example/unsubscribe",
        "STOP https://kruid.be/x", "https://kruid.be/x STOP", "STOP jan@example.com",
        "Liked “Kruidtuin: 20% off. To stop, reply STOP.” STOP", "stop stp 'merci'", "Leuk maar stop",
        "Liked nothing, stop", "Liked \"it\" but stop please", "I liked \"Sale\" once. Now STOP", "\"stop\"", "'stop'", "“STOP”.",
        "« arrêt »", "„stoppen“", "I said \"stop\"! STOP", "STOP \"please\"", "\"Stop sending me messages\"",
        "\"Please remove me from your list\"", "“Unsubscribe” me", "Unsubscribe \"jan@example.com\"",
        "STOP https://optout.kruidtuin.example/unsubscribe", "uitschrijven: jan@example.com", "stop@all", "stop/afmelden",
        "Stop.Afmelden", "👎 STOP", "👎 stop", "Liked… not. STOP", "> hello\n> STOP", "STOP\n\nVan: Kruidtuin\n> To stop, reply STOP",
        "To stop, reply STOP.\nSTOP", "Vond het niet leuk, schrijf me uit", "Vond \"de actie\" leuk maar schrijf me uit",
        "A aimé mais stop", "Ok maar haal mijn nummer weg", "U krijgt weer reclame van ons? NEE, STOP",
        "u krijgt weer reclame-sms'en van ons? stop ermee!",
    ];

    public static TheoryData<string, string> OwnTexts
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var language in Language.All)
            {
                foreach (var key in language.Keys.Where(
                    k => k.StartsWith("smsreplies.", StringComparison.Ordinal) || k == "readytexts.sms"))
                {
                    data.Add(language.Code, key);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Quotations))]
    public void Our_own_words_quoted_back_are_no_order(string message) => Assert.Equal(default, SmsReader.Read(message));

    [Theory]
    [MemberData(nameof(OwnOrders))]
    public void An_order_next_to_or_in_quotation_marks_is_an_order(string message) =>
        Assert.Equal(SmsIntent.Stop, SmsReader.Read(message).Intent);

    [Theory]
    [MemberData(nameof(OwnTexts))]
    public void Every_SMS_of_ours_sent_back_is_no_order_and_an_order_below_it_is(string language, string key)
    {
        var text = Language.Find(language)!.Format(key, Controller, Form);
        foreach (var ours in (string[])
        [
            text, Gsm7.Fold(text), $"> {text}", $"“{text}”", $"Fwd: {text}", $"Liked “{text}”", $"👍 op “{text[..^3]}…",
        ])
        {
            Assert.Equal(SmsIntent.None, SmsReader.Read(ours).Intent);
            Assert.Equal(SmsIntent.Stop, SmsReader.Read($"{ours}\nSTOP").Intent);
            Assert.Equal(SmsIntent.Stop, SmsReader.Read($"STOP\n{ours}").Intent);
        }
    }

    [Fact]
    public void Quotations_of_any_length_and_depth_are_read_in_linear_time()
    {
        foreach (var part in (string[])["\"", "“", "> ", "http", "a.b/", "@.", "'", "reply stop ", "liked \""])
            _ = SmsReader.Read(string.Concat(Enumerable.Repeat(part, 100_000)));

        Assert.Equal(SmsIntent.Stop, SmsReader.Read($"STOP {new string('"', 100_000)}").Intent);
    }
}
