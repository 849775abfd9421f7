namespace OptOut.Replies.Sms;

/// <summary>
/// Sentences that order us to stop writing. Each must contain both the order to stop and what to stop. If it is doubtful whether an order
/// is meant for us, it counts as Stop; if it is doubtful whether a sentence is an order at all, it does not.
/// </summary>
internal static class SmsPhrases
{
    private const string
        Write = "send|text|message|contact|sms|spam|call",
        Me = "me|us|my|this|these|any|anything|more|sms|texts|messages|again|anymore|$",
        English =
            "sms|text|texts|texting|message|messages|messaging|msg|msgs|email|emails|mails|ads|ad|adverts|advertising|marketing"
            + "|promo|promos|promotions|offers|newsletter|newsletters|spam|spamming",
        Dutch =
            "sms|smsen|smsjes|smsje|berichten|bericht|berichtjes|reclame|reklame|reclameberichten|aanbiedingen|promoties|promo"
            + "|mails|mail|nieuwsbrief|nieuwsbrieven|spam|marketing",
        French =
            "sms|message|messages|texto|textos|pub|pubs|publicite|publicites|promo|promos|offres|mail|mails|newsletter|spam|spams|sollicitations",
        German = "sms|nachricht|nachrichten|werbung|werbesms|werbenachrichten|angebote|mail|mails|newsletter|spam|reklame";

    public static IReadOnlyList<SmsPhrase> All { get; } =
    [
        .. Create("en",
            $"!stop|cease .. sending|contacting|bothering|harassing|pestering|{English}",
            "!stop it|this|that|now|immediately",
            "how .. stop this|these|them|it",
            "want|like .. stop $",
            "!quit .. sending|texting|messaging|contacting|bothering|spamming me|us|my|these|this",
            $"do not|never {Write} {Me}",
            $"don t {Write} {Me}",
            $"don t ever|please {Write} {Me}",
            $"dont {Write} {Me}",
            $"^ never {Write} {Me}",
            $"please never {Write} {Me}",
            $"no more {English}",
            $"no longer want|wish .. {English}|contacted",
            $"not|t|dont want|wish .. {English}|contacted",
            $"not|t|dont|longer want|wish .. receive .. {English}|anything|this|these",
            "remove me|us",
            "remove|delete my .. number|data|details|name|phone|contact",
            "take me|us|my .. off",
            "leave me|us alone",
            "opt me|us out",
            "want|like|wish .. opt out",
            "i unsubscribe",
            "!unsubscribe"),
        .. Create("nl",
            $"stuur|stuurt|zend|zendt .. niets|niks|geen|niet .. meer",
            $"stuur|stuurt|zend|zendt .. geen .. {Dutch}",
            "sms|bericht|contacteer|mail|bel|schrijf mij|me|ons .. niet|nooit .. meer",
            "niet|niets|niks|geen|nooit .. meer .. sturen|zenden|contacteren|smsen|lastigvallen|lastig",
            "mij|me|ons niet|nooit .. meer .. mailen|bellen|schrijven",
            $"^ geen|nooit .. {Dutch} meer|aub|graag|alstublieft|alsjeblieft|svp|voor|van|sturen|hier|$",
            $"graag|liever|aub|alstublieft|alsjeblieft|verder geen .. {Dutch}",
            $"wil|wens|willen|wensen|hoef|hoeven .. geen .. {Dutch}",
            $"wil|wens|willen|wensen .. niets|niks .. meer",
            "wil|wens .. dit|deze|die .. niet .. meer|ontvangen|krijgen",
            $"!stop .. {Dutch}",
            $"!stop|stoppen met .. sturen|zenden|contacteren|mailen|{Dutch}",
            $"!stop|stoppen .. te sturen|contacteren|smsen",
            "!stop hiermee|daarmee|ermee|dit|er",
            "hou|houd|houdt op $",
            "wil|willen|wens .. stoppen $",
            "hoe .. me|mij|mezelf .. uitschrijven|afmelden",
            "graag|wil|wens .. uitgeschreven",
            "^ stuur|zend .. niets|niks $",
            "haal|verwijder|schrap|wis|gooi .. me|mij|ons|mijn|dit .. lijst|eraf|bestand|databank|nummer|gegevens|gsm",
            "schrijf|schrijft me|mij|ons .. uit",
            "meld|meldt me|mij|ons .. af $",
            $"meld|meldt me|mij|ons .. af van|voor .. {Dutch}|lijst",
            "wil|wens|wilde|graag .. uitschrijven|afmelden $",
            $"uitschrijven|afmelden voor|van .. {Dutch}|lijst",
            "laat me|mij|ons .. rust",
            "val me|mij|ons .. lastig",
            "hou|houd|houden .. op met .. sturen|spammen|smsen|sms|mailen|reclame|berichten",
            "stel|stellen .. geen prijs op"),
        .. Create("fr",
            "n|ne .. envoyez|envoie|contactez|contacte|ecrivez|ecris|appelez|textez plus|jamais",
            $"n|ne .. envoyez|envoie pas .. {French}",
            "n|ne .. contactez|derangez|sollicitez|ecrivez pas",
            "ne|n plus|jamais .. envoyer|contacter|ecrire|recevoir|textoter|deranger|solliciter",
            $"ne|n pas .. envoyer .. {French}",
            "ne|n pas .. contacter|deranger|solliciter",
            $"!arretez|arrete|arreter|cessez|stop|stoppez .. envoyer|envoyez|envoi|envois|contacter|harceler|{French}",
            $"veux|souhaite|desire|voudrais plus|pas .. {French}|contacte|contactee",
            "veux|souhaite|desire|voudrais plus .. recevoir|rien",
            $"^ plus|pas|aucun|aucune .. {French} svp|s|merci|pour|$",
            $"plus jamais .. {French}",
            "retirez|supprimez|enlevez|effacez|rayez|retirer|supprimer|enlever moi|mon|mes|nous .. "
                + "liste|listes|numero|coordonnees|donnees|base|fichier|fichiers|contacts|$",
            "desinscrivez|desabonnez moi|nous",
            "veux|voudrais|souhaite|aimerais|comment .. me desinscrire|desabonner",
            "veux|voudrais .. arreter $",
            "laissez|laisse moi|nous tranquille|tranquilles|en",
            "foutez moi|nous la paix",
            "m|me opposer|oppose .. prospection|marketing|publicite|messages|sms"),
        .. Create("de",
            $"^ kein|keine|keinerlei .. {German} mehr|bitte|danke|schicken|senden|an|$",
            $"bitte|will|mochte|wunsche|wollen|mochten .. kein|keine|keinerlei .. {German}",
            "schicken|schickt|schick|senden|sendet|sende|schreiben|schreibt|schreib|simsen .. nichts|nicht .. mehr",
            $"schicken|schickt|schick|senden|sendet|sende .. keine .. {German}|mehr",
            "nicht|nichts|nie mehr|wieder .. schicken|senden|schreiben|kontaktieren|anrufen|simsen|anschreiben|zusenden",
            "will|mochte|wollen|mochten .. nichts .. mehr",
            $"!stop|stopp|stoppen|stoppt .. schicken|senden|zusenden|{German}",
            "!horen|hort sie|mal|endlich|bitte auf",
            $"!horen|hort|hor .. auf .. schicken|senden|schreiben|{German}",
            "!hor|hort auf $",
            "melden|meldet|melde .. mich|uns .. ab $",
            "wie .. abmelden|abbestellen|austragen $",
            "will|mochte|wurde .. abmelden|abbestellen|austragen $",
            "streichen|streicht|loschen|loscht|entfernen|entfernt|nehmen|nehmt|tragen|tragt .. mich|uns .. liste|verteiler|aus",
            "streichen|streicht|loschen|loscht|entfernen|entfernt .. meine|meinen|unsere .. nummer|daten|handynummer|telefonnummer|kontakt",
            "lassen|lasst|lass .. mich|uns .. ruhe",
            "widerspreche .. werbung|nutzung|verwendung|sms"),
    ];

    private static IEnumerable<SmsPhrase> Create(string language, params string[] phrases) =>
        phrases.Select(p => new SmsPhrase(language, p));
}
