namespace OptOut.Local.DemoPage;

/// <summary>The texts of the herb garden's mails: two to each person, about different topics.</summary>
/// <param name="Campaign">The company's own number for the mailing, part of the link.</param>
/// <param name="HoursAgo">How many hours before the start of this program it was sent.</param>
internal sealed record DemoMailText(string Person, string Topic, uint Campaign, int HoursAgo, string SubjectLine, string Body)
{
    /// <summary>Unique, short and stable; part of this page's addresses.</summary>
    public string Key => $"{Person}-{Topic}";

    public static IReadOnlyList<DemoMailText> All { get; } =
    [
        new("lotte", "newsletter", 2401, 3, "Deze week in de kruidtuin: zaaien maar",
            "De grond is warm genoeg. Peterselie, kervel en dille mogen nu naar buiten; met basilicum wacht u beter nog twee weken."),
        new("lotte", "offers", 2402, 27, "20% korting op alle tuinkruiden, tot zondag",
            "Tot en met zondag krijgt u 20% korting op alle tuinkruiden in pot, in de winkel en online."),
        new("amelie", "events", 2403, 5, "Samedi, le jardin ouvre ses portes",
            "Venez goûter, sentir et planter : samedi de 10 à 17 heures, l'entrée est "
                + "libre. Les enfants repartent avec un petit pot de menthe."),
        new("amelie", "offers", 2404, 29, "Deux plants achetés, le troisième offert",
            "Romarin, sauge ou thym : jusqu'à dimanche, le troisième plant aromatique vous est offert."),
        new("jonas", "newsletter", 2405, 4, "Was jetzt in die Erde gehört",
            "Petersilie, Kerbel und Dill dürfen hinaus. Mit dem Basilikum warten Sie besser noch zwei Wochen."),
        new("jonas", "events", 2406, 52, "Einladung: Kräuter schneiden und trocknen",
            "Am Donnerstagabend zeigen wir, wie Kräuter ihr Aroma behalten. Die Plätze sind begrenzt, die Teilnahme ist kostenlos."),
        new("orla", "newsletter", 2407, 6, "What to sow this week",
            "The soil is warm enough for parsley, chervil and dill. Basil would rather wait another fortnight."),
        new("orla", "offers", 2408, 31, "Herbs & honey: 20% off until Sunday",
            "Until Sunday every potted herb is 20% off, and so is the honey from our own hives."),
    ];
}
