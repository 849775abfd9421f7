namespace OptOut.Replies.Mail;

/// <summary>What programs write at the beginning of a subject line. A subject alone proves nothing: it supports other marks.</summary>
internal static class MailSubject
{
    // Exchange, Outlook and mail services, in the languages of the country and around it.
    private static readonly string[] Replies =
    [
        "automatic reply", "automatic response", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autosvar",
        "out of office", "out of the office", "out-of-office", "automatisch antwoord", "automatische beantwoording", "afwezigheidsbericht",
        "afwezigheidsassistent", "réponse automatique", "reponse automatique", "message d'absence", "notification d'absence",
        "automatische antwort", "abwesenheitsnotiz", "abwesenheitsassistent", "abwesenheitsmeldung", "automatisk svar",
        "risposta automatica", "respuesta automática", "resposta automática", "odpowiedź automatyczna",
    ];

    private static readonly string[] Bounces =
    [
        "undeliverable", "undelivered", "mail delivery fail", "mail delivery system", "delivery status notification", "delivery fail",
        "delivery has failed", "delivery delayed", "failure notice", "returned mail", "warning: could not send", "onbestelbaar",
        "niet bestelbaar", "non remis", "echec de la remise", "échec de la remise", "unzustellbar", "non distribué",
    ];

    private static readonly string[] Forwards = ["fw:", "fwd:", "tr:", "wg:", "doorst:", "i:"];

    public static bool IsAutomaticReply(ReceivedMail mail) => Begins(mail, Replies);

    public static bool IsBounce(ReceivedMail mail) => Begins(mail, Bounces);

    public static bool IsForward(ReceivedMail mail) => Begins(mail, Forwards);

    private static bool Begins(ReceivedMail mail, string[] beginnings)
    {
        var subject = mail.SubjectLine.TrimStart();
        return Array.Exists(beginnings, b => subject.StartsWith(b, StringComparison.OrdinalIgnoreCase));
    }
}
