namespace OptOut.Tests.Identity;

/// <summary>The words of the generated addresses. The spellings in one row are known to be one street, one detail or one town.</summary>
internal static class LetterboxWords
{
    public static readonly Dictionary<string, string[][]> Streets = new(StringComparer.Ordinal)
    {
        ["BE"] =
        [
            ["Kerkstraat", "Kerkstr.", "KERKSTRAAT"],
            ["Kerklaan", "Kerkln."],
            ["Nieuwstraat", "Nieuwstr."],
            ["Nieuwe straat"],
            ["Sint-Pietersnieuwstraat", "St.-Pietersnieuwstr.", "Sint Pieters Nieuwstraat"],
            ["Kouter"],
            ["Burg"],
            ["Plein 1944"],
            ["2e Carabinierslaan", "2de Carabinierslaan"],
            ["3e Carabinierslaan"],
            ["Carabinierslaan"],
            ["Laan van de 3 Gezusters"],
            ["Laan van de 4 Gezusters"],
            ["rue Neuve", "r. Neuve", "Rue Neuve"],
            ["avenue Neuve", "av. Neuve"],
            ["rue du 8 mai 1945", "r. du 8 Mai 1945"],
            ["rue du 8 mai"],
            ["rue du 11 Novembre"],
            ["rue du 11 Novembre 1918"],
            ["place du 20-Août", "pl. du 20 août", "Place du 20 Aout"],
            ["avenue du 14 juillet", "av. du 14-Juillet"],
            ["rue du 1er Avril"],
            ["rue des 3 Rois"],
            ["rue de l'Église", "r. de l’Eglise", "rue de l Eglise"],
            ["rue de la Tour"],
            ["rue de la Porte"],
            ["chaussée de Gand", "chée de Gand", "Chaussee de Gand"],
            ["Blokstraat"],
            ["Grand-Place", "Grand'Place"],
        ],
        ["NL"] = [["Kerkstraat"], ["Plein 1944"], ["2e Kerkstraat"], ["Laan van de 3 Gezusters"], ["Straatweg"]],
        ["DE"] =
        [
            ["Hauptstraße", "Hauptstr.", "Hauptstrasse", "HAUPTSTRASSE", "Haupt Straße"],
            ["Hauptweg"],
            ["Berliner Straße", "Berliner Str."],
            ["Berliner Platz", "Berliner Pl."],
            ["Straße des 17. Juni", "Str. des 17. Juni"],
            ["Platz der Republik"],
            ["Müllerstraße", "Muellerstr.", "Müllerstrasse"],
            ["Am Markt"],
            ["Unter den Linden"],
            ["Karl-Marx-Allee", "Karl Marx Allee"],
            ["Q7"],
            ["Q6"],
            ["2. Querstraße"],
        ],
        ["FR"] =
        [
            ["rue de l'Église", "r. de l'Eglise", "rue de l’église", "Rue de l Eglise"],
            ["rue du 8 mai 1945", "r. du 8 Mai 1945"],
            ["rue du 8 mai"],
            ["place du 14 juillet", "pl. du 14-Juillet"],
            ["boulevard Victor Hugo", "bd Victor-Hugo", "bd. Victor Hugo"],
            ["avenue Victor Hugo", "av. Victor Hugo"],
            ["impasse des Lilas", "imp. des Lilas"],
            ["chemin du Moulin", "chem. du Moulin"],
            ["allée des Roses", "all. des Roses"],
            ["route de Paris", "rte de Paris"],
            ["Grande Rue"],
            ["Grand'Rue", "Grand-Rue", "Grand Rue"],
            ["rue Saint-Jean", "rue St-Jean", "rue St Jean"],
        ],
        ["LU"] =
        [
            ["rue de la Gare", "r. de la Gare"],
            ["Grand-Rue", "Grand'Rue", "Grand Rue"],
            ["avenue de la Liberté", "av. de la Liberte"],
            ["rue du 10 septembre"],
            ["boulevard Royal", "bd Royal"],
        ],
    };

    // # is the value.
    public static readonly Dictionary<string, Dictionary<string, string[]>> Details = new(StringComparer.Ordinal)
    {
        ["BE"] = new()
        {
            ["box"] = ["bus #", "bte #", "boîte #", "bte. #", "Bus #", "box #", "/#", "b#", "b. #"],
            ["flat"] = ["app. #", "appt #", "appartement #", "apt #"],
            ["block"] = ["blok #", "bloc #", "Blok #"],
            ["building"] = ["bât. #", "bâtiment #"],
            ["stairs"] = ["esc. #", "escalier #"],
            ["floor"] = ["#e verdieping", "#e étage", "verdieping #", "étage #", "#de verd."],
            ["side"] = ["links"],
            ["other side"] = ["rechts"],
            ["ground"] = ["gelijkvloers"],
            ["back"] = ["achterhuis"],
            ["care"] = ["c/o #"],
            ["unit"] = ["unit #"],
            ["room"] = ["kamer #"],
        },
        ["NL"] = new()
        {
            ["ground"] = ["hs"],
            ["floor"] = ["#e verdieping", "#e etage"],
            ["floor high"] = ["#-hoog", "# hoog"],
            ["room"] = ["kamer #"],
            ["unit"] = ["unit #"],
            ["block"] = ["blok #"],
            ["flat"] = ["app. #", "appartement #"],
        },
        ["DE"] = new()
        {
            ["flat"] = ["Whg. #", "Wohnung #"],
            ["floor"] = ["#. Stock", "#. Etage"],
            ["floor above"] = ["#. OG", "#. Obergeschoss"],
            ["side"] = ["links"],
            ["back"] = ["Hinterhaus", "HH"],
            ["front"] = ["Vorderhaus", "VH"],
            ["ground"] = ["EG", "Erdgeschoss"],
            ["stairs"] = ["Aufgang #"],
            ["house"] = ["Haus #"],
            ["care"] = ["c/o #"],
        },
        ["FR"] = new()
        {
            ["flat"] = ["appt #", "app. #", "appartement #", "apt #"],
            ["building"] = ["bât. #", "bâtiment #", "bat #"],
            ["stairs"] = ["esc. #", "escalier #"],
            ["floor"] = ["#e étage", "#ème étage", "étage #"],
            ["box"] = ["boîte #", "bte #"],
            ["door"] = ["porte #"],
            ["residence"] = ["rés. #", "résidence #"],
            ["entrance"] = ["entrée #"],
        },
        ["LU"] = new()
        {
            ["flat"] = ["appt #", "app. #"],
            ["block"] = ["bloc #"],
            ["floor"] = ["#e étage", "#ème étage"],
            ["box"] = ["boîte #", "bte #"],
        },
    };

    public static readonly Dictionary<string, (string Code, string[] Names)[]> Towns = new(StringComparer.Ordinal)
    {
        ["BE"] =
        [
            ("9000", ["Gent", "Gand", "GENT"]),
            ("7000", ["Mons", "Bergen"]),
            ("1000", ["Bruxelles", "Brussel"]),
            ("1080", ["Molenbeek-Saint-Jean"]),
            ("8660", ["De Panne"]),
        ],
        ["NL"] = [("1017 GC", ["Amsterdam", "AMSTERDAM"]), ("6511 JB", ["Nijmegen"]), ("1944 AB", ["Beverwijk"])],
        ["DE"] = [("10115", ["Berlin", "BERLIN"]), ("68161", ["Mannheim"]), ("50667", ["Köln", "Koeln"])],
        ["FR"] = [("75008", ["Paris"]), ("59000", ["Lille"]), ("93200", ["Saint-Denis", "St-Denis"])],
        ["LU"] = [("1234", ["Luxembourg", "LUXEMBOURG"]), ("4010", ["Esch-sur-Alzette"])],
    };

    public static readonly Dictionary<string, string[]> Countries = new(StringComparer.Ordinal)
    {
        ["BE"] = ["België", "Belgique", "Belgien", "Belgium", "BELGIQUE"],
        ["NL"] = ["Nederland", "Pays-Bas", "Niederlande", "The Netherlands"],
        ["DE"] = ["Deutschland", "Duitsland", "Allemagne", "Germany"],
        ["FR"] = ["France", "Frankrijk", "Frankreich"],
        ["LU"] = ["Luxembourg", "Luxemburg", "Grand-Duché de Luxembourg"],
    };

    public static readonly Dictionary<string, string> Prefixes =
        new(StringComparer.Ordinal) { ["BE"] = "B", ["NL"] = "NL", ["DE"] = "D", ["FR"] = "F", ["LU"] = "L" };
}
