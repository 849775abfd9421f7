using OptOut.Replies.Sms;

namespace OptOut.Tests.Replies.Sms;

/// <summary>Phrases that people really send, misspelt and in haste, and messages that only look like them.</summary>
public sealed class SmsPhraseTests
{
    public static TheoryData<string, string?> Orders => new()
    {
        { "lose my number", "en" }, { "I opt out", "en" }, { "wrong number", "en" }, { "wrong number please stop", "en" },
        { "Wrong number, stop texting", "en" }, { "unsubsribe", "en" }, { "unsubscrib", "en" }, { "unsubcribe me", "en" },
        { "remove me", "en" }, { "Remove my number", "en" }, { "take me off", "en" }, { "take me off your list", "en" },
        { "no more texts", "en" }, { "No more messages please", "en" }, { "opt me out", "en" }, { "I want out", "en" },
        { "I'd like to opt out please", "en" }, { "leave me alone", "en" }, { "do not text me", "en" }, { "don't text me", "en" },
        { "stop txting me", "en" }, { "stop msging me", "en" }, { "go away", "en" }, { "fuck off", "en" }, { "piss off", "en" },
        { "Never text me again", "en" }, { "please remove my number from your database", "en" }, { "delete my number", "en" },
        { "delete me from your list", "en" }, { "you have the wrong number", "en" }, { "wrong person", "en" },
        { "cease and desist", "en" }, { "block me", "en" }, { "no more spam", "en" }, { "dont contact me again", "en" },
        { "I never signed up for this, remove me", "en" }, { "stop messaging this number", "en" }, { "stop contacting me", "en" },
        { "get me off this list", "en" }, { "unsubscribe me please", "en" }, { "do not send me any more texts", "en" },
        { "don't send these messages", "en" }, { "stop now please", "en" }, { "stop bugging me", "en" },
        { "I revoke my consent", "en" }, { "I withdraw consent", "en" }, { "please cancel my subscription", "en" },
        { "cancel subscription", "en" }, { "how do I opt out?", "en" }, { "how can I opt out", "en" },
        { "STOP", null }, { "stop2quit", null }, { "STOP2END", null }, { "stpo", null }, { "sotp", null }, { "s t o p", null },
        { "STOOP", null }, { "stop.", null }, { "stop!!!", null }, { "opt out", null }, { "opt-out", null }, { "optout", null },
        { "Opt-out please", null }, { "unsub", null }, { "quit", null }, { "end", null }, { "cancel", null }, { "STOP ALL", null },
        { "STOP STOP STOP", null }, { "stoppp", null }, { "txt stop", null }, { "St0p", null }, { "5top", null }, { "stop 👎", null },
        { "uitschrijven", "nl" }, { "Uitschrijven graag", "nl" }, { "uitschijven", "nl" }, { "uitschrijve", "nl" },
        { "uitshrijven", "nl" }, { "uitschrijving", "nl" }, { "schrijf me uit", "nl" }, { "schrijf mij uit aub", "nl" },
        { "afmelden", "nl" }, { "afmelde", "nl" }, { "afmeldn", "nl" }, { "meld mij af", "nl" }, { "stop ermee", "nl" },
        { "stop hiermee", "nl" }, { "schrap mij", "nl" }, { "schrap mij uit jullie lijst", "nl" }, { "schrap mijn nummer", "nl" },
        { "haal mijn nummer weg", "nl" }, { "haal mijn nummer eruit", "nl" }, { "haal me van de lijst", "nl" },
        { "haal me eraf", "nl" }, { "verwijder mij", "nl" }, { "verwijder mijn nummer", "nl" }, { "verwijder mijn gegevens", "nl" },
        { "verwijder me uit uw bestand", "nl" }, { "wis mijn nummer", "nl" }, { "wis mijn gegevens", "nl" },
        { "gooi mijn nummer weg", "nl" }, { "geen sms meer", "nl" }, { "geen sms'en meer", "nl" }, { "geen berichten meer", "nl" },
        { "geen berichten meer aub", "nl" }, { "geen reclame meer", "nl" }, { "geen spam meer", "nl" },
        { "nooit meer sms sturen", "nl" }, { "niet meer sturen", "nl" }, { "niet meer smsen", "nl" }, { "niet meer sms'en aub", "nl" },
        { "geen sms meer sturen", "nl" }, { "verkeerd nummer stop", "nl" }, { "verkeerd nummer", "nl" }, { "fout nummer", "nl" },
        { "foutief nummer, stop", "nl" }, { "verkeerde nummer", "nl" }, { "verkeerde persoon", "nl" },
        { "u hebt het verkeerde nummer", "nl" }, { "laat me met rust", "nl" }, { "laat mij gerust", "nl" }, { "hou op", "nl" },
        { "houd op met sms sturen", "nl" }, { "ophouden", "nl" }, { "stop met sturen", "nl" }, { "stop met sms sturen", "nl" },
        { "stop met mij te contacteren", "nl" }, { "desabonneren", "nl" }, { "uitschrijven nieuwsbrief", "nl" },
        { "ik wil niks meer ontvangen", "nl" }, { "ik wil geen berichten meer", "nl" }, { "ik wil dit niet meer", "nl" },
        { "niet meer contacteren", "nl" }, { "contacteer mij niet meer", "nl" }, { "contacteer me niet", "nl" },
        { "bel me niet meer", "nl" }, { "stuur niets meer", "nl" }, { "stuur me niks", "nl" }, { "stuur me geen berichten", "nl" },
        { "vergeet mijn nummer", "nl" }, { "ik trek mijn toestemming in", "nl" }, { "ga weg", "nl" }, { "rot op", "nl" },
        { "weg met die reclame", "nl" }, { "blokkeer mijn nummer", "nl" }, { "hoe schrijf ik me uit", "nl" },
        { "hoe kan ik dit stoppen", "nl" }, { "abonnement opzeggen", "nl" }, { "ik ben niet geinteresseerd, stop ermee", "nl" },
        { "arret", "fr" }, { "arrêt", "fr" }, { "Arrêtez", "fr" }, { "arréter", "fr" }, { "arreté", "fr" }, { "arretter", "fr" },
        { "arretez svp", "fr" }, { "désinscription", "fr" }, { "desinscription", "fr" }, { "désincription", "fr" },
        { "désinscrire", "fr" }, { "me désinscrire", "fr" }, { "se désinscrire", "fr" }, { "désabonner", "fr" },
        { "desabonnement", "fr" }, { "désabonnement svp", "fr" }, { "désabonnez-moi", "fr" }, { "desabonne moi", "fr" },
        { "désabonne-moi", "fr" }, { "désinscris-moi", "fr" }, { "je me désabonne", "fr" }, { "je me désinscris", "fr" },
        { "ne plus me contacter", "fr" }, { "ne plus m'envoyer de sms", "fr" }, { "ne plus recevoir", "fr" },
        { "ne plus recevoir de sms", "fr" }, { "ne me contactez plus", "fr" }, { "ne m'écrivez plus", "fr" },
        { "ne m'appelez plus", "fr" }, { "plus de sms", "fr" }, { "plus de message", "fr" }, { "plus de messages svp", "fr" },
        { "plus de pub", "fr" }, { "plus de publicité svp", "fr" }, { "pas de pub", "fr" }, { "Supprimez ce numéro", "fr" },
        { "Supprimez mon numéro", "fr" }, { "supprimer mon numéro", "fr" }, { "supprimer", "fr" }, { "supprime mon numero", "fr" },
        { "effacez mon numéro", "fr" }, { "effacez-moi", "fr" }, { "retirez-moi de vos listes", "fr" }, { "retirez mon numéro", "fr" },
        { "retirez-moi", "fr" }, { "enlevez mon numéro", "fr" }, { "enlevez moi de la liste", "fr" }, { "rayez-moi de la liste", "fr" },
        { "oubliez mon numéro", "fr" }, { "oubliez-moi", "fr" }, { "perdez mon numéro", "fr" }, { "Mauvais numéro stop", "fr" },
        { "mauvais numéro", "fr" }, { "mauvais numero arretez", "fr" }, { "faux numéro", "fr" },
        { "vous vous trompez de numéro", "fr" }, { "erreur de numéro", "fr" }, { "laissez-moi tranquille", "fr" },
        { "lâchez-moi", "fr" }, { "foutez-moi la paix", "fr" }, { "fichez-moi la paix", "fr" }, { "cessez", "fr" },
        { "cessez de m'écrire", "fr" }, { "cessez vos messages", "fr" }, { "stoppez", "fr" }, { "stoppez tout", "fr" },
        { "stop aux sms", "fr" }, { "je ne veux plus de sms", "fr" }, { "je veux plus de sms", "fr" },
        { "je veux plus recevoir vos messages", "fr" }, { "je ne veux plus rien recevoir", "fr" },
        { "je ne suis pas intéressé, arrêtez", "fr" }, { "je retire mon consentement", "fr" }, { "je m'oppose", "fr" },
        { "je refuse vos publicités", "fr" }, { "résilier", "fr" }, { "résiliation", "fr" }, { "comment me désinscrire ?", "fr" },
        { "comment se désabonner", "fr" }, { "comment arrêter ces sms ?", "fr" }, { "n'envoyez plus rien", "fr" },
        { "n'envoyez plus", "fr" }, { "arrêtez de m'envoyer des messages", "fr" }, { "arrête de m'envoyer des sms", "fr" },
        { "arrêtez ça", "fr" }, { "ça suffit arrêtez", "fr" }, { "bloquez mon numéro", "fr" },
        { "abmelden", "de" }, { "abmeldn", "de" }, { "abmeldung", "de" }, { "bitte abmelden", "de" }, { "melden Sie mich ab", "de" },
        { "ich melde mich ab", "de" }, { "bitte stoppen", "de" }, { "stopp", "de" }, { "stopp bitte", "de" },
        { "Falsche Nummer, bitte stoppen", "de" }, { "Falsche Nummer", "de" }, { "Falsche Nummer stop", "de" },
        { "falsch verbunden", "de" }, { "Sie haben die falsche Nummer", "de" }, { "keine sms mehr", "de" },
        { "keine SMS mehr bitte", "de" }, { "keine nachrichten mehr", "de" }, { "keine Werbung", "de" }, { "keine Werbung mehr", "de" },
        { "bitte keine werbung", "de" }, { "keine weiteren Nachrichten", "de" }, { "keine weiteren SMS", "de" },
        { "löschen Sie meine Nummer", "de" }, { "meine Nummer löschen", "de" }, { "Nummer löschen", "de" }, { "bitte löschen", "de" },
        { "lösch meine Nummer", "de" }, { "loeschen Sie meine Nummer", "de" }, { "bitte meine Nummer löschen", "de" },
        { "vergessen Sie meine Nummer", "de" }, { "nicht mehr schreiben", "de" }, { "nicht mehr schicken", "de" },
        { "nichts mehr schicken", "de" }, { "nicht mehr kontaktieren", "de" }, { "mich nicht mehr anschreiben", "de" },
        { "schreiben Sie mir nicht mehr", "de" }, { "schreiben sie mir nie wieder", "de" }, { "schreib mir nicht", "de" },
        { "kontaktieren Sie mich nicht mehr", "de" }, { "rufen Sie mich nicht mehr an", "de" }, { "lassen Sie mich in Ruhe", "de" },
        { "lass mich in ruhe", "de" }, { "aufhören", "de" }, { "aufhoeren", "de" }, { "hör auf", "de" }, { "hören Sie auf", "de" },
        { "hören Sie auf mir zu schreiben", "de" }, { "Schluss damit", "de" }, { "Schluss jetzt", "de" }, { "genug jetzt stopp", "de" },
        { "abbestellen", "de" }, { "abbestelen", "de" }, { "ich möchte abbestellen", "de" }, { "ich will keine SMS", "de" },
        { "ich möchte keine Werbung", "de" }, { "ich will das nicht mehr", "de" }, { "ich will nichts mehr bekommen", "de" },
        { "austragen", "de" }, { "bitte austragen", "de" }, { "tragen Sie mich aus", "de" }, { "nehmen Sie mich von der Liste", "de" },
        { "streichen Sie mich von der Liste", "de" }, { "streichen Sie meine Nummer", "de" }, { "entfernen Sie mich", "de" },
        { "entfernen Sie meine Nummer", "de" }, { "kündigen", "de" }, { "kündigung", "de" },
        { "ich widerrufe meine Einwilligung", "de" }, { "ich widerspreche", "de" }, { "Widerruf", "de" },
        { "kein Interesse, stopp", "de" }, { "unerwünscht, bitte stoppen", "de" }, { "wie melde ich mich ab?", "de" },
        { "wie kann ich mich abmelden", "de" },
    };

    public static TheoryData<string> MoreOrders =>
    [
        "I don't want to unsubscribe, just stop the texts", "I don't want to unsubscribe but stop the texts",
        "Pls take my number off your list", "remove this number from your list", "Remove this number", "delete this number",
        "please delete my info", "You've got the wrong number", "I think you have the wrong number", "This is the wrong number",
        "sorry wrong number", "stop sending messages to this number", "stop it", "STOP SENDING ME STUFF", "stop calling me",
        "stop emailing me", "no thanks, stop", "no thank you stop texting", "No more", "no more please", "unsubscribe from all",
        "UNSUBSCRIBE NOW!!!", "stop to all", "stop all messages", "Do not contact this number again", "do not text this number",
        "don't text this number", "Please stop contacting me on this number", "I want to unsubscribe", "I would like to be removed",
        "take my number out of your system", "how do I get off this list", "Who is this? stop", "stop alle sms", "stop alle reclame",
        "stop aub", "Stop a.u.b.", "STOP STUUR NIETS MEER", "wil geen sms meer krijgen", "Ik wens geen berichten meer te ontvangen",
        "gelieve mijn nummer te schrappen", "gelieve mijn nummer te verwijderen", "kunt u mijn nummer verwijderen",
        "kan u mij uitschrijven", "kunnen jullie mij uitschrijven aub", "mag ik uitgeschreven worden", "ik schrijf me uit",
        "ik meld me af", "ik wil eraf", "ik wil van deze lijst af", "hou me uit jullie bestand", "mijn nummer verwijderen",
        "mijn nummer verwijderen aub", "nummer verwijderen", "nummer schrappen aub", "mijn gegevens wissen", "niet meer bellen",
        "niet meer mailen", "geen interesse, geen sms meer", "Geen interesse stop", "geen interesse, uitschrijven", "stop daarmee",
        "stop nu", "Mij niet meer contacteren", "niet meer berichten sturen", "geen verdere berichten", "geen verdere sms",
        "geen commerciële berichten meer", "ik ben niet de eigenaar van dit nummer, stop", "Merci de supprimer mon numéro",
        "merci de retirer mon numéro de vos listes", "veuillez supprimer mon numéro", "veuillez me désinscrire",
        "veuillez me retirer de votre liste", "pouvez-vous me désinscrire", "me retirer de la liste svp", "stop merci", "STOP SMS SVP",
        "stop pub sms", "arret sms", "arrêt pub", "arretez les sms", "arretez vos sms", "arretez avec vos sms", "stop avec vos sms",
        "je désire ne plus recevoir de sms", "je souhaite me désinscrire", "je veux me désinscrire", "je veux être désinscrit",
        "je veux être supprimé de votre liste", "plus de messages", "plus jamais de sms", "plus aucun sms", "aucun sms svp",
        "pas de sms svp", "ne plus envoyer de message", "ne pas me contacter", "ne m'envoyez pas de sms", "n'appelez plus ce numéro",
        "ne plus appeler", "ce n'est pas mon numéro, stop", "vous avez le mauvais numéro", "vous faites erreur de numéro",
        "Vous vous êtes trompé de numéro", "vous avez fait un faux numéro", "bitte entfernen Sie mich aus der Liste",
        "bitte entfernt mich", "bitte löscht mich", "bitte meine Daten löschen", "löschen Sie meine Daten", "Löscht meine Nummer bitte",
        "bitte austragen aus dem Verteiler", "ich möchte mich abmelden", "ich möchte keine SMS mehr",
        "ich möchte keine weiteren SMS erhalten", "keine SMS mehr senden", "keine Nachrichten mehr senden",
        "bitte nicht mehr schreiben", "bitte nicht mehr kontaktieren", "bitte keine SMS", "schicken Sie keine SMS mehr",
        "schickt mir keine SMS mehr", "hört auf mir zu schreiben", "hört auf mit der Werbung", "stopp die Werbung", "Stoppt das",
        "lasst das", "lassen Sie das", "das ist die falsche Nummer", "Sie haben sich in der Nummer geirrt", "falsche nr",
        "werbung abbestellen", "newsletter abbestellen", "SMS abbestellen", "abmelden von sms", "nicht mehr anrufen",
        "kein Interesse, keine SMS mehr", "weg mit der Werbung",
    ];

    public static TheoryData<string> Others =>
    [
        "don't stop", "Don't stop!", "niet stoppen", "niet stoppen aub", "bus stop", "ne vous arrêtez pas", "n'arrêtez pas",
        "I can't stop buying", "nicht aufhören", "bitte nicht aufhören", "hör nicht auf", "nicht stoppen", "don't unsubscribe me",
        "do not unsubscribe me", "niet uitschrijven aub", "ik wil me niet uitschrijven", "bitte nicht abmelden",
        "ne me désinscrivez pas", "ne me désabonnez pas", "je ne veux pas me désabonner", "I don't want to opt out",
        "I don't want to unsubscribe", "don't remove me", "ik wil niet stoppen", "don't lose my number", "don't opt me out",
        "ne supprimez pas mon numéro", "verwijder mijn nummer niet", "Bitte löschen Sie meine Nummer nicht",
        "my number is wrong number on the order?", "Is this the right number?", "I have the wrong order number",
        "verkeerd nummer op mijn bestelling", "ik heb een verkeerd bestelnummer", "mijn bestelling heeft het verkeerde nummer",
        "falsche Bestellnummer", "Falsche Nummer auf der Rechnung", "mauvais numéro de commande", "j'ai un mauvais numéro de suivi",
        "Supprimez ce numéro de commande", "Where is my order?", "waar blijft mijn pakje", "can I cancel my order",
        "annuler ma commande", "bestelling annuleren", "Bestellung stornieren", "how do I end my contract with the gym",
        "I lost my number", "I lose my number tag", "supprimer un article de ma commande", "Remove the blue shirt",
        "Delete my last order", "löschen Sie die Bestellung", "How do I delete photos", "I want out of the rain", "go away party",
        "are you open till the end", "what is the opt out date of the course", "I opt for the blue", "When does the promo end?",
        "the sale ends when?", "vergeet mijn bestelling niet", "N'oubliez pas mon numéro", "I don't want this to end",
        "stop over in Gent", "we stop by at 5", "the bus stops here", "Ik ben gestopt met roken", "ok", "thanks", "merci", "danke",
        "graag", "gelieve mij te bellen", "Bitte rufen Sie mich an", "Appelez-moi svp", "call me", "text me when ready",
        "schreiben Sie mir bitte", "mijn nummer is 0470123456", "Mein Kind hat die Nummer gelöscht",
        "Je n'arrive pas à arrêter de rire", "Kan ik nog steeds mijn ticket annuleren?", "Kündigen Sie das an?",
        "Laat me weten wanneer", "laissez-moi savoir", "let me know", "Reply to my order please", "I liked it", "Liked", "👍", "❤️",
        "Vond het leuk", "\"Sale\" when?", "When does “Summer sale” end?", "Is the code \"STOP10\" valid?", "code STOP10", "STOP10",
        "stop-motion workshop", "I love \"Don't Stop Believin'\"", "Ik heb \"De stop\" gezien", "Wat kost een stopcontact",
        "non stop open?", "Op welk nummer kan ik bellen", "what number can I call", "mijn nummer is veranderd", "I changed my number",
        "J'ai changé de numéro", "Ich habe eine neue Nummer", "Hebben jullie mijn nummer?", "Did you get my number?",
        "Is there a wrong number in my file? call me", "een verkeerde maat geleverd", "wrong size", "wrong order", "mauvaise taille",
        "falsche Größe", "verkeerde bestelling gekregen", "falsche Lieferung", "erreur de commande", "Ik vergeet mijn nummer altijd",
        "Can you delete my order", "supprimez l'article", "Wie lange geht die Aktion noch?", "Schluss um 18 Uhr?", "Genug Platz?",
        "anmelden", "Ich möchte mich anmelden", "aanmelden", "inschrijven", "Ik wil inschrijven voor de workshop", "s'inscrire",
        "Je souhaite m'inscrire", "inscription", "sign me up", "shoppen", "stappen", "step", "shop", "stoppen jullie om 18u?",
        "Hoe laat stoppen jullie?", "stopt het om 5u?", "Komt goed", "I do", "ok so see you", "Mooi maar duur", "aber gerne",
        "mais oui", "It's \"out of stock\" at https://kruid.be/x", "https://kruid.be/x doesn't work",
        "the link https://optout.kruidtuin.example/unsubscribe is broken",
        "Ik krijg een foutmelding op https://kruid.be/uitschrijven-infoavond",
    ];

    [Theory]
    [MemberData(nameof(Orders))]
    public void A_phrase_that_people_send_stops_and_is_answered_in_its_language(string message, string? language)
    {
        var meaning = SmsReader.Read(message);

        Assert.Equal((SmsIntent.Stop, language), (meaning.Intent, meaning.Language?.Code));
    }

    [Theory]
    [MemberData(nameof(MoreOrders))]
    public void A_polite_or_angry_request_stops(string message) => Assert.Equal(SmsIntent.Stop, SmsReader.Read(message).Intent);

    [Theory]
    [MemberData(nameof(Others))]
    public void A_message_about_something_else_or_a_refusal_to_stop_is_ignored(string message) =>
        Assert.Equal(SmsIntent.None, SmsReader.Read(message).Intent);
}
