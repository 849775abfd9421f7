using OptOut.Replies.Sms;

namespace OptOut.Tests.Replies.Sms;

/// <summary>What people write, and what they mean by it.</summary>
public sealed class SmsReaderTests
{
    public static TheoryData<string, string?> Keywords => new()
    {
        { "STOP", null }, { "stop", null }, { "Stop.", null }, { " STOP! ", null }, { "sToP", null },
        { "STOP ALL", null }, { "STOPALL", null }, { "stop alles", null },
        { "UNSUBSCRIBE", "en" }, { "CANCEL", null }, { "END", null }, { "QUIT", null }, { "OPTOUT", null },
        { "OPT-OUT", null }, { "opt out", null }, { "REVOKE", null },
        { "UITSCHRIJVEN", "nl" }, { "Uitschrijven aub", "nl" }, { "AFMELDEN", "nl" }, { "afmelden graag", "nl" },
        { "stoppen", "nl" }, { "opzeggen", "nl" }, { "stop reclame", "nl" },
        { "ARRET", "fr" }, { "ARRÊT", "fr" }, { "arrêt svp", "fr" }, { "Arrêtez !", "fr" }, { "DESABONNER", "fr" },
        { "DÉSABONNER", "fr" }, { "Désinscrire, merci", "fr" }, { "désinscription", "fr" },
        { "STOP SMS", null }, { "STOP 36111", null }, { "stop au 36111", null }, { "STOP PUB", "fr" },
        { "STOPP", "de" }, { "ABMELDEN", "de" }, { "Bitte abmelden", "de" }, { "ABBESTELLEN", "de" },
        { "Aufhören!", "de" }, { "Abmelden vom Newsletter", "de" }, { "stopp bitte!!!", "de" },
        { "stop please", null }, { "please stop", null }, { "Hi, stop please. Thanks", null },
        { "stop met die sms'jes", "nl" }, { "Stop it!", "en" },
        { "🛑 STOP 🛑", null }, { "ＳＴＯＰ", null }, { "𝗦𝗧𝗢𝗣", null }, { "S.T.O.P.", null }, { "S T O P", null },
        { "stooooop", null }, { "St\u200bop", null }, { "«stop»", null }, { "stop\n\n-- \nJan", null },
        { "STOP. I never signed up for this", null }, { "Nee, stop!", null }, { "STOP i never asked for this", null },
        { "ARRET je ne vous connais pas", "fr" },
    };

    public static TheoryData<string, string> Sentences => new()
    {
        { "please stop sending me these", "en" }, { "Could you please stop texting me?", "en" },
        { "Stop your texts now", "en" }, { "Don't text me again", "en" }, { "do not contact me", "en" },
        { "No more texts, thanks", "en" }, { "I don't want these messages anymore", "en" },
        { "remove me from your list", "en" }, { "Take me off this list", "en" }, { "How do I unsubscribe?", "en" },
        { "leave me alone", "en" }, { "quit texting me", "en" }, { "Stop it now or I call my lawyer", "en" },
        { "how do I stop these?", "en" }, { "I want to stop", "en" },
        { "I do not want to receive any more messages", "en" }, { "please never contact me", "en" },
        { "dont send me anything", "en" }, { "I would like to opt out", "en" },
        { "stuur mij niets meer", "nl" }, { "Stuur me geen sms'en meer aub", "nl" },
        { "gelieve mij niet meer te contacteren", "nl" }, { "Ik wil geen reclame meer", "nl" },
        { "ik wens geen sms’jes te krijgen", "nl" },
        { "geen reclame meer!", "nl" }, { "Schrijf mij uit", "nl" }, { "meld me af", "nl" },
        { "ik wil me graag uitschrijven", "nl" }, { "haal mij van jullie lijst", "nl" },
        { "verwijder mijn nummer", "nl" },
        { "mij niet meer bellen aub", "nl" }, { "Geen sms'en meer", "nl" },
        { "ik stel geen prijs op deze berichten", "nl" }, { "Kunnen jullie stoppen met berichten sturen", "nl" },
        { "stop met mij te sms'en", "nl" }, { "Laat me met rust", "nl" }, { "hou op", "nl" },
        { "ik wil stoppen", "nl" }, { "Hoe kan ik me uitschrijven?", "nl" }, { "ik word graag uitgeschreven", "nl" },
        { "Stop hiermee of ik dien klacht in", "nl" }, { "stuur niks", "nl" }, { "haal me eraf", "nl" },
        { "Niet leuk, stuur niets meer", "nl" },
        { "ne m'envoyez plus de SMS", "fr" }, { "Ne m’envoyez plus rien", "fr" },
        { "Merci de ne plus m'envoyer de messages", "fr" }, { "Arrêtez de m'envoyer vos pubs", "fr" },
        { "je ne veux plus recevoir de publicité", "fr" },
        { "Plus de SMS svp", "fr" }, { "merci de ne pas m'envoyer de pub", "fr" },
        { "Ne me contactez plus jamais", "fr" }, { "désinscrivez-moi", "fr" },
        { "Comment puis-je me désinscrire ?", "fr" }, { "je veux arrêter", "fr" },
        { "Je voudrais me désabonner", "fr" }, { "Supprimez mon numéro de votre liste", "fr" },
        { "laissez-moi tranquille", "fr" }, { "Pas intéressé ne m'envoyez plus de SMS", "fr" },
        { "keine SMS mehr", "de" }, { "Ich will nichts mehr von euch", "de" },
        { "Keine Werbung an diese Nummer", "de" }, { "Bitte keine Werbung mehr", "de" },
        { "Schicken Sie mir nichts mehr", "de" }, { "Ich möchte keine Nachrichten mehr erhalten", "de" },
        { "Hören Sie auf, mir SMS zu schicken", "de" },
        { "Bitte melden Sie mich ab", "de" }, { "Ich will mich abmelden", "de" }, { "Löschen Sie meine Nummer", "de" },
        { "lasst mich in Ruhe", "de" }, { "Wie kann ich das abbestellen?", "de" }, { "Hört auf", "de" },
        { "Nehmen Sie mich aus dem Verteiler", "de" },
    };

    public static TheoryData<string> Others =>
    [
        "I can't stop smiling", "Bus stop 5?", "non-stop actie top!", "stopt de trein in Gent?", "Don't stop!",
        "don't stop sending me offers", "Can't stop, won't stop", "Nonstop party this weekend",
        "The end of the month works for me", "can I cancel my appointment tomorrow?", "I quit smoking last year",
        "the weekend", "This is the end",
        "Thanks!", "ok", "Yes", "JA", "Oui", "👍", "", "   ", "!!!", "What time do you open?",
        "Waar is de bushalte? Aan stop 5", "Ik kom even langs, tot straks", "Welke acties hebben jullie?",
        "Ik moet mijn dochter afmelden voor vanavond, ze is ziek", "Stuur mij meer info aub",
        "Hebben jullie nog aanbiedingen?", "Ik heb geen sms gekregen",
        "Où est l'arrêt de bus ?", "Je ne peux pas m'arrêter de sourire", "N'arrêtez pas de m'envoyer des promos",
        "Envoyez-moi plus de messages", "Pouvez-vous m'envoyer plus d'infos ?", "Merci beaucoup",
        "Ich kann nicht aufhören zu lachen", "Wo ist die Haltestelle?", "Ich habe keine SMS bekommen",
        "Wann habt ihr offen?", "Ich melde mich morgen", "Hört nicht auf mit den Angeboten",
        "I do not text while driving", "I'm driving and will get back to you", "Why don't you send me more offers?",
        "Remove my order please", "I don't want to receive the parcel at home", "I quit texting while driving",
        "Geen sms gekregen", "Geen probleem", "Ik kan jullie niet meer bellen vandaag", "Verwijder mijn bestelling",
        "Ik stop om vijf uur met werken, mail mij",
        "Merci de ne pas envoyer le colis demain", "Je ne veux pas recevoir le colis chez moi", "Supprimez ma commande", "Plus de stock ?",
        "Keine SMS bekommen?", "Ich habe die SMS nicht mehr bekommen", "Nehmen Sie meine Bestellung auf",
        "Waar kan ik mijn bestelling annuleren?", "Wanneer stopt de actie?",
        "Kan ik stoppen met roken met dit product?", "Is er nog plaats op de workshop?", "Komt de bus aan de stop?",
        "I want to stop by tomorrow", "Stop my order please", "Ne stoppez pas", "Arrêt maladie", "Keine Zeit",
        "Pas intéressé", "Geen interesse", "Not interested",
        "stop by at five?", "start of the sale?", "Ik start morgen", "help wanted sign?",
        "I need help with my order 12345", "information", "starten maar",
    ];

    [Theory]
    [MemberData(nameof(Keywords))]
    public void A_stop_keyword_stops(string message, string? language) => Assert.Equal((SmsIntent.Stop, language), Read(message));

    [Theory]
    [MemberData(nameof(Sentences))]
    public void A_request_to_stop_in_a_sentence_stops(string message, string language) =>
        Assert.Equal((SmsIntent.Stop, language), Read(message));

    [Theory]
    [MemberData(nameof(Others))]
    public void A_message_that_is_not_a_request_is_ignored(string message) => Assert.Equal((SmsIntent.None, null), Read(message));

    [Theory]
    [InlineData("START")]
    [InlineData("start please")]
    [InlineData("Unstop!")]
    [InlineData("OPT-IN")]
    [InlineData("herinschrijven", "nl")]
    [InlineData("Réabonner svp", "fr")]
    public void Only_a_start_keyword_on_its_own_starts(string message, string? language = null) =>
        Assert.Equal((SmsIntent.Start, language), Read(message));

    [Theory]
    [InlineData("HELP")]
    [InlineData("info")]
    [InlineData("?")]
    [InlineData("Hulp aub", "nl")]
    [InlineData("AIDE", "fr")]
    [InlineData("Hilfe!", "de")]
    public void Only_a_help_keyword_on_its_own_asks_for_help(string message, string? language = null) =>
        Assert.Equal((SmsIntent.Help, language), Read(message));

    [Theory]
    [InlineData("STOP not START")]
    [InlineData("start. No, stop!")]
    [InlineData("help, stop")]
    public void A_message_with_several_keywords_counts_as_STOP(string message) => Assert.Equal(SmsIntent.Stop, Read(message).Intent);

    [Fact]
    public void Malformed_and_very_long_messages_are_read_without_an_error()
    {
        foreach (var message in (string[])
        [
            "\ud83d",
            "\udc4d stop",
            new string('a', 100_000),
            string.Concat(Enumerable.Repeat("stop sending not ", 2_000)),
            "\0\uffff\u202e",
            new string(',', 5_000),
        ])
        {
            _ = SmsReader.Read(message);
        }

        Assert.Equal(SmsIntent.Stop, SmsReader.Read("\udc4d stop").Intent);
    }

    // .NET refuses to normalise a text with U+FFFE or half a surrogate pair.
    [Theory]
    [InlineData("STOP\uFFFE")]
    [InlineData("\uFFFESTOP")]
    [InlineData("STOP \uD83D")]
    public void A_code_point_that_is_no_character_does_not_hide_a_stop(string message) =>
        Assert.Equal(SmsIntent.Stop, Read(message).Intent);

    private static (SmsIntent Intent, string? Language) Read(string message) =>
        SmsReader.Read(message) is var meaning ? (meaning.Intent, meaning.Language?.Code) : default;
}
