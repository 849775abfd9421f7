using System.Collections.Frozen;

namespace OptOut.Replies.Sms;

/// <summary>
/// The words that phones put around a message when somebody reacts to it, in the phone's language, as <see cref="SmsText"/> writes them.
/// No word is here that could be part of an order to stop.
/// </summary>
internal static class SmsReactions
{
    /// <summary>At least one of these is in every reaction, unless there is an emoji.</summary>
    public static FrozenSet<string> Verbs { get; } = Set(
        "liked loved disliked laughed emphasized emphasised emphasises questioned reacted reaction removed likes loves dislikes",
        "vond vindt vonden leuk geweldig lachen lachte gelachen moest benadrukt benadrukte benadrukken reageerde reageert gereageerd "
            + "reactie verwijderd verwijderde vragen vraagtekens vraagteken",
        "aime adore ri rit accent evidence insiste souligne pose question reagi reaction supprime retire jaime accentue interroge",
        "gefallt gefiel geliked liked mag liebt geliebt liebte lacht lachte gelacht betont betonte hervorgehoben frage infrage reagiert "
            + "reagierte reaktion entfernt markiert lustig");

    /// <summary>Words next to them.</summary>
    public static FrozenSet<string> Others { get; } = Set(
        "a an at to with from like heart love dislike laugh haha exclamation exclamations point mark question question marks thumbs up "
            + "down emphasis the this your message image photo",
        "niet mooi om een bij over met op van uit hart hartje duim omhoog omlaag ik vind heeft had zijn haar lach uitroepteken "
            + "uitroeptekens gesteld het dit bericht foto te gezet",
        "a n pas de mis l sur en une un au aux avec j coeur rire point exclamation interrogation pouce ce message sa son le d votre "
            + "image photo",
        "mir nicht hat mit den das die der auf zu uber nach in gestellt stellt fragt herz daumen hoch runter ein eine einen dem von "
            + "ausrufezeichen fragezeichen nachricht bild als");

    /// <summary>Verbs with which an advertisement tells its reader to send a keyword.</summary>
    public static FrozenSet<string> Instructions { get; } = Set(
        "reply text txt send respond answer type",
        "stuur antwoord beantwoord sms zend typ",
        "envoyez envoyer envoi repondez repondre reponds tapez",
        "senden sende sendet antworten antworte antwortet schreiben schreibe schicken");

    private static FrozenSet<string> Set(params string[] lines) => lines.SelectMany(l => l.Split(' ')).ToFrozenSet(StringComparer.Ordinal);
}
