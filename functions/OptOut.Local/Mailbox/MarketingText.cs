using OptOut.Company;

namespace OptOut.Local.Mailbox;

/// <summary>The text of a marketing mail; <see cref="For"/> is a neutral sample offer in the four languages.</summary>
/// <param name="UnsubscribeText">The text of the unsubscribe link, the same as on the button of the page it opens.</param>
internal sealed record MarketingText(string SubjectLine, string Body, string UnsubscribeText)
{
    public static MarketingText For(Language language) => language.Code switch
    {
        "nl" => new(
            "Twintig procent korting op fietsverlichting",
            "Tot zondag krijgt u twintig procent korting op alle fietsverlichting, in de "
                + "winkel en online. Zo rijdt u de winter veilig door.",
            language["page.stop"]),
        "fr" => new(
            "Vingt pour cent de remise sur l'éclairage vélo",
            "Jusqu'à dimanche, vous recevez vingt pour cent de remise sur tout l'éclairage vélo, "
                + "en magasin et en ligne. Roulez en sécurité tout l'hiver.",
            language["page.stop"]),
        "de" => new(
            "Zwanzig Prozent Rabatt auf Fahrradbeleuchtung",
            "Bis Sonntag erhalten Sie zwanzig Prozent Rabatt auf die gesamte Fahrradbeleuchtung, im Geschäft und online. "
                + "So fahren Sie sicher durch den Winter.",
            language["page.stop"]),
        _ => new(
            "Twenty per cent off bicycle lights",
            "Until Sunday you get twenty per cent off all bicycle lights, in the shop and online. Ride safely through the winter.",
            language["page.stop"]),
    };
}
