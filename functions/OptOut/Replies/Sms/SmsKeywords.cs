using System.Collections.Frozen;

namespace OptOut.Replies.Sms;

/// <summary>
/// Single words, as <see cref="SmsText"/> writes them, and the words that may be next to them. All of Twilio's own English keywords are
/// included (https://help.twilio.com/articles/223134027); the others are what Belgian, Dutch, French and German senders print in their
/// SMSs.
/// </summary>
internal static class SmsKeywords
{
    /// <summary>
    /// Each means Stop by itself, also as one clause of a longer message. By language; without one when all languages share the word, and
    /// with both when two do: the first, unless the words around it are of the other.
    /// </summary>
    public static FrozenDictionary<string, string?> Stop { get; } = Words(
        ("", "stop stopall stopalles stopsms stopper unsub optout stpo sotp tsop st0p 5top 5t0p stop2quit stop2end stop2stop stop2"),
        ("en", "unsubscribe unsuscribe unsubcribe unsubscribed"),
        ("nl", "uitschrijven uitschrijving uitschrijf afmelden afmelding stopt ophouden desabonneren"),
        ("nl|de", "stoppen"),
        (
            "fr",
            "arret arrett arrete arreter arretter arretez stoppez cessez desabonner desabonnement desabonnez desabonne "
                + "desinscrire desinscription desinscrivez desinscris stoppub"),
        ("de", "stopp stoppt abmelden abmeldung abbestellen abbestellung austragen aufhoren aufhoeren"));

    /// <summary>Everyday words: they mean Stop only when they are the whole message.</summary>
    public static FrozenDictionary<string, string?> StopAlone { get; } = Words(
        ("", "end cancel revoke quit remove stoop"),
        ("nl", "opzeggen annuleren"),
        ("fr", "annuler resilier resiliation supprimer supprimez"),
        ("de", "kundigen kundigung widerruf loschen loeschen"));

    /// <summary>
    /// These mean Start when they are the whole message. "Yes" is not included in any language, because it answers an unknown question; nor
    /// is "aanmelden" and the like, which people use to sign up for an event.
    /// </summary>
    public static FrozenDictionary<string, string?> Start { get; } = Words(
        ("", "start unstop optin"),
        ("en", "subscribe resubscribe restart"),
        ("nl", "herstart herinschrijven"),
        ("fr", "reprendre reabonner reinscrire"),
        ("de", "neustart"));

    public static FrozenDictionary<string, string?> Help { get; } = Words(
        ("", "help info infos"), ("nl", "hulp"), ("fr", "aide"), ("de", "hilfe"));

    // English, Dutch, French and German. A word that two languages share is in both.
    private static readonly string[]
        Courtesy =
        [
            "please pls plz thanks thank you thx hi hello hey sorry now immediately just ok kindly",
            "aub alstublieft alsjeblieft graag dank dankje dankjewel dankuwel bedankt u je te ok sorry "
                + "dag hallo goeiedag nu direct onmiddellijk gewoon gelieve",
            "svp stp s il vous te plait merci bonjour bonsoir salut maintenant immediatement je direct ok",
            "bitte danke guten tag moin sofort jetzt hallo ok sorry",
        ],
        Message =
        [
            "sms smsen texts text texting txt txts messages message msg msgs mms mail mails email emails ads ad advertising adverts "
                + "marketing promo promos promotion promotions offers newsletter newsletters spam",
            "bericht berichten berichtjes smsjes smsje reclame reklame reclames aanbiedingen aanbieding promoties acties nieuwsbrief "
                + "nieuwsbrieven mailings reclameberichten sms smsen mail mails email marketing promo spam",
            "messages texto textos pub pubs publicite publicites offres infolettre envois sollicitations sms message mail mails email "
                + "marketing promo promos promotion promotions newsletter newsletters spam",
            "nachricht nachrichten werbung werbe werbesms werbenachrichten angebote rundschreiben newsletter sms mail mails email reklame "
                + "marketing spam",
        ],
        Filler =
        [
            "all everything it this these those that with the to from your me my any more for a",
            "alle alles allemaal dit deze die dat met de het van jullie uw mij me hiermee daarmee voor mijn",
            "tout tous toute toutes ca cela ces cette ce avec le la les des du de d l vos m moi au aux a pour me",
            "das dies diese dieser diesen damit mit der den dem eure ihre mir mich vom von zum zur fur und alle alles die des",
        ];

    /// <summary>Polite words. They do not change the meaning.</summary>
    public static FrozenSet<string> CourtesyWords { get; } = Set(Courtesy);

    /// <summary>Words for what should stop.</summary>
    public static FrozenSet<string> MessageWords { get; } = Set(Message);

    /// <summary>Words between a keyword and its object: "stop met die sms'jes", "arret de ces messages". No verbs, no places.</summary>
    public static FrozenSet<string> FillerWords { get; } = Set(Filler);

    /// <summary>Words that begin a new clause: "leuk maar stop".</summary>
    public static FrozenSet<string> Conjunctions { get; } = Set("but so", "maar dus", "mais donc", "aber");

    /// <summary>The language of the words above that only one language uses.</summary>
    public static FrozenDictionary<string, string> LanguageOf { get; } = new[] { Courtesy, Message, Filler }
        .SelectMany(lines => lines.Zip(["en", "nl", "fr", "de"], (line, language) => line.Split(' ').Select(w => (Word: w, language))))
        .SelectMany(words => words)
        .Distinct()
        .GroupBy(w => w.Word, w => w.language)
        .Where(g => g.Count() == 1)
        .ToFrozenDictionary(g => g.Key, g => g.Single(), StringComparer.Ordinal);

    private static FrozenSet<string> Set(params string[] lines) => lines.SelectMany(l => l.Split(' ')).ToFrozenSet(StringComparer.Ordinal);

    private static FrozenDictionary<string, string?> Words(params (string Language, string Words)[] lines) =>
        lines
            .SelectMany(l => l.Words.Split(' ').Select(w => KeyValuePair.Create(w, l.Language.Length > 0 ? l.Language : null)))
            .ToFrozenDictionary(StringComparer.Ordinal);
}
