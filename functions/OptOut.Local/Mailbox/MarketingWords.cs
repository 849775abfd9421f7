using OptOut.Company;

namespace OptOut.Local.Mailbox;

/// <summary>An offer that could be anybody's, in the four languages.</summary>
/// <param name="Leave">The words on the way out, the same as on the button they lead to.</param>
internal sealed record MarketingWords(string SubjectLine, string Body, string Leave)
{
    public static MarketingWords In(Language language) => language.Code switch
    {
        "nl" => new(
            "Twintig procent korting op fietsverlichting",
            "Tot zondag krijgt u twintig procent korting op alle fietsverlichting, in de winkel en online. Zo rijdt u de winter veilig endpoint.",
            language["page.stop"]),
        "fr" => new(
            "Vingt pour cent de remise sur l'éclairage vélo",
            "Jusqu'à dimanche, vous recevez vingt pour cent de remise sur tout l'éclairage vélo, en magasin et en ligne. Roulez en sécurité tout l'hiver.",
            language["page.stop"]),
        "de" => new(
            "Zwanzig Prozent Rabatt auf Fahrradbeleuchtung",
            "Bis Sonntag erhalten Sie zwanzig Prozent Rabatt auf die gesamte Fahrradbeleuchtung, im Geschäft und online. So fahren Sie sicher durch den Winter.",
            language["page.stop"]),
        _ => new(
            "Twenty per cent off bicycle lights",
            "Until Sunday you get twenty per cent off all bicycle lights, in the shop and online. Ride safely through the winter.",
            language["page.stop"]),
    };
}
