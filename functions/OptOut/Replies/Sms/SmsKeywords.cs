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
    /// Each means Stop by itself, also as one clause of a longer message. By language; without one when several languages share the word.
    /// </summary>
    public static FrozenDictionary<string, string?> Stop { get; } = Words(
        ("", "stop stopall stopalles stopsms stopper unsub optout"),
        ("en", "unsubscribe unsuscribe unsubcribe unsubscribed"),
        ("nl", "uitschrijven uitschrijving uitschrijf afmelden afmelding stoppen stopt ophouden"),
        (
            "fr",
            "arret arrett arrete arreter arretez stoppez desabonner desabonnement desabonnez "
                + "desinscrire desinscription desinscrivez desinscris stoppub"),
        ("de", "stopp stoppt abmelden abmeldung abbestellen abbestellung austragen aufhoren"));

    /// <summary>Everyday words: they mean Stop only when they are the whole message.</summary>
    public static FrozenDictionary<string, string?> StopAlone { get; } = Words(
        ("", "end cancel revoke quit remove"), ("nl", "opzeggen annuleren"), ("fr", "annuler resilier"));

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

    /// <summary>Polite words. They do not change the meaning.</summary>
    public static FrozenSet<string> CourtesyWords { get; } = Set(
        "please pls plz thanks thank you thx hi hello hey sorry now immediately just ok kindly",
        "aub alstublieft alsjeblieft graag dank dankje dankjewel dankuwel bedankt u je "
            + "dag hallo goeiedag nu direct onmiddellijk gewoon gelieve",
        "svp stp s il vous te plait merci bonjour bonsoir salut maintenant immediatement",
        "bitte danke guten tag moin sofort jetzt");

    /// <summary>Words for what should stop.</summary>
    public static FrozenSet<string> MessageWords { get; } = Set(
        "sms smsen texts text texting messages message msg msgs mms mail mails email emails ads ad advertising adverts marketing "
            + "promo promos promotion promotions offers newsletter newsletters spam",
        "bericht berichten berichtjes smsjes smsje reclame reklame reclames aanbiedingen aanbieding promoties acties nieuwsbrief "
            + "nieuwsbrieven mailings reclameberichten",
        "messages texto textos pub pubs publicite publicites offres infolettre envois sollicitations",
        "nachricht nachrichten werbung werbe werbesms werbenachrichten angebote rundschreiben newsletter");

    /// <summary>Words between a keyword and its object: "stop met die sms'jes", "arret de ces messages". No verbs, no places.</summary>
    public static FrozenSet<string> FillerWords { get; } = Set(
        "all everything it this these those that with the to from your me my any more for",
        "alle alles allemaal dit deze die dat met de het van jullie uw mij me hiermee daarmee voor mijn",
        "tout tous toute toutes ca cela ces cette ce avec le la les des du de d l vos m moi au aux a pour",
        "das dies diese dieser diesen damit mit der den dem eure ihre mir mich vom von zum zur fur und");

    private static FrozenSet<string> Set(params string[] lines) => lines.SelectMany(l => l.Split(' ')).ToFrozenSet(StringComparer.Ordinal);

    private static FrozenDictionary<string, string?> Words(params (string Language, string Words)[] lines) =>
        lines
            .SelectMany(l => l.Words.Split(' ').Select(w => KeyValuePair.Create(w, l.Language.Length > 0 ? l.Language : null)))
            .ToFrozenDictionary(StringComparer.Ordinal);
}
