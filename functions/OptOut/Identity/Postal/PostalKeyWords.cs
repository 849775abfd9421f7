using System.Collections.Frozen;

namespace OptOut.Identity.Postal;

/// <summary>
/// The words for what tells letterboxes of one house number apart: boxes, flats, floors, blocks, staircases, sides. Words of one meaning
/// share a label; where it is doubtful whether two words mean the same, each has its own.
/// </summary>
internal static class PostalKeyWords
{
    public const string Box = "BUS", Flat = "APP", Floor = "ETAGE", PostalBox = "POSTBUS", Residence = "RES";

    // Royal Decree of 24 April 2014 art. 34 par. 2 names boîte, bte, bus and box; people also write the others.
    private static readonly FrozenDictionary<string, string> Units = Table(
        (Box, "BUS BS BTE BT BOITE BOX BUSNR BUSNUMMER BRIEVENBUS"),
        (Flat, "APP APT APPT APPART APPARTEMENT APPARTEMENTNR APPNR APARTMENT APARTEMENT APPARTMENT FLAT"),
        (Floor, "VERDIEPING VERD VERDIEP VERDP ETAGE ETG STOCK STOCKWERK STK FLOOR"),
        (PostalBox, "POSTBUS BP PB POSTFACH POBOX"),
        (Residence, "RES RESIDENCE RESIDENTIE"),
        ("OG", "OG OBERGESCHOSS"),
        ("UG", "UG UNTERGESCHOSS"),
        ("HOOG", "HOOG"),
        ("NIVEAU", "NIVEAU NIV LEVEL"),
        ("WHG", "WHG WOHNUNG WHGNR WOHNUNGSNR"),
        ("WE", "WE WOHNEINHEIT"),
        ("BLOK", "BLOK BLOC BLOCK BLK"),
        ("BAT", "BAT BATIMENT"),
        ("GEBOUW", "GEBOUW GEB"),
        ("GEBAUDE", "GEBAUDE GEBAEUDE"),
        ("IMM", "IMM IMMEUBLE"),
        ("ESC", "ESC ESCALIER"),
        ("STIEGE", "STIEGE STG"),
        ("AUFGANG", "AUFGANG AUFG"),
        ("ENTREE", "ENTREE ENTR"),
        ("EINGANG", "EINGANG EING"),
        ("PORTE", "PORTE PTE"),
        ("TUER", "TUR TUER"),
        ("ZIMMER", "ZIMMER ZI"),
        ("CHAMBRE", "CHAMBRE CHBRE"),
        ("KAMER", "KAMER KAMERNR KMR"),
        ("BUREAU", "BUREAU BUR"),
        ("LOGEMENT", "LOGEMENT LOGT LGT"),
        ("EMPLACEMENT", "EMPLACEMENT EMPL"),
        (
            "",
            "BAL BUILDING TOREN TOUR TURM TOWER HAUS TRAP CAGE INGANG DEUR DOOR POORT STUDIO KOT ROOM UNIT COULOIR HAL HALL LOCAL LOKAAL "
                + "KANTOOR OFFICE SUITE LOT PAVILLON CHALET BUNGALOW STANDPLAATS KAVEL PERCEEL HANGAR LOODS CASIER AILE VLEUGEL FLUGEL "
                + "TOP CS TSA ANTWOORDNUMMER"));

    private static readonly FrozenDictionary<string, string> Sides = Table(
        ("LINKS", "LINKS LI"),
        ("RECHTS", "RECHTS RE"),
        ("MITTE", "MITTE MI"),
        ("EG", "EG ERDGESCHOSS"),
        ("DG", "DG DACHGESCHOSS"),
        ("HH", "HH HINTERHAUS"),
        ("VH", "VH VORDERHAUS"),
        ("SF", "SF SEITENFLUGEL SEITENFLUEGEL"),
        ("GELIJKVLOERS", "GELIJKVLOERS GLVL GLV"),
        ("RDC", "RDC REZ"),
        (
            "",
            "GAUCHE DROITE MIDDEN HS HUIS BOVEN BENEDEN ROOD ZWART ACHTER VOOR VOORAAN ACHTERAAN PARTERRE BG KELDER KELLER CAVE SOUSSOL "
                + "SOUTERRAIN GARTENHAUS QUERGEBAUDE RUCKGEBAUDE TUINHUIS BIJGEBOUW ANNEXE ARRIERE PENTHOUSE LOFT DUPLEX "
                + "CONCIERGERIE ENTRESOL MEZZANINE ZOLDER GRENIER"));

    private static readonly FrozenDictionary<string, string> Ordinals = Table(
        ("1", "EERSTE PREMIER PREMIERE ERSTER ERSTE ERSTES FIRST"),
        ("2", "TWEEDE DEUXIEME SECOND SECONDE ZWEITER ZWEITE ZWEITES"),
        ("3", "DERDE TROISIEME DRITTER DRITTE DRITTES THIRD"),
        ("4", "VIERDE QUATRIEME VIERTER VIERTE VIERTES FOURTH"),
        ("5", "VIJFDE CINQUIEME FUNFTER FUNFTE FUNFTES FIFTH"));

    private static readonly FrozenSet<string> OrdinalEndings = Set("E DE STE ER RE ERE EME IEME ND NDE TE TH");

    // Read as words for a floor after a number only: in other places ET means "and".
    private static readonly FrozenSet<string> FloorsAfterNumber = Set("ET STW");

    private static readonly FrozenSet<string> Months = Set(
        "JANVIER FEVRIER MARS AVRIL MAI JUIN JUILLET AOUT SEPTEMBRE OCTOBRE NOVEMBRE DECEMBRE JANUARI FEBRUARI MAART APRIL MEI JUNI JULI "
            + "AUGUSTUS SEPTEMBER OKTOBER NOVEMBER DECEMBER JANUAR FEBRUAR MARZ MAERZ AUGUST DEZEMBER");

    private static readonly FrozenSet<string> Articles = Set("LE LA LES L DE DU DES D AU AUX VAN DER DEN HET TER TEN DEM ZUR ZUM AM IM");

    private static readonly FrozenSet<string> Companies =
        Set("NV BV BVBA SA SPRL SRL SC SCRL CV VZW ASBL GMBH AG KG SARL SAS EURL VOF LTD");

    private static readonly FrozenSet<string> NumberSigns = Set("NR NO NUMMER NUMERO HUISNR HUISNUMMER HAUSNR HAUSNUMMER");

    // Parts of a house that people also write in a line of their own. They need no number.
    private static readonly FrozenSet<string> Places =
        Set("COUR FOND MILIEU FACE DEVANT DERRIERE HOF KOER STAL STALLING ATELIER GARAGE BOX BIS TER QUATER");

    public static bool IsMonth(string word) => Months.Contains(word);

    /// <summary>Whether a word is an article before a name: "la", "l'", the L of "DE L ENTREE", but not the D of "blok D".</summary>
    public static bool IsArticle(ReadOnlySpan<PostalToken> tokens, int i) => Articles.Contains(tokens[i].Text)
        && (tokens[i].Text.Length > 1 || tokens[i].Dotted || (i > 0 && tokens[i].Text == "L" && tokens[i - 1].Text == "DE"));

    public static bool IsNumberSign(string word) => NumberSigns.Contains(word);

    public static bool IsCompany(string word) => Companies.Contains(word);

    public static bool IsOrdinalEnding(string word) => OrdinalEndings.Contains(word);

    // Written in several words.
    private static readonly (string[] Words, string Joined)[] Phrases =
    [
        (["REZ", "DE", "CHAUSSEE"], "RDC"),
        (["BEGANE", "GROND"], "BG"),
        (["SOUS", "SOL"], "SOUSSOL"),
        (["BOITE", "POSTALE"], "BP"),
        (["BOITE", "AUX", "LETTRES"], "BAL"),
        (["P", "O", "BOX"], "POBOX"),
        (["PO", "BOX"], "POBOX"),
        (["H", "S"], "HS"),
    ];

    private static readonly string[] SideStarts =
        ["ACHTER", "VOOR", "BOVEN", "BENEDEN", "LINKER", "RECHTER", "ZIJ", "HINTER", "VORDER", "SEITEN"];

    private static readonly string[] SideEnds =
        ["HUIS", "BOUW", "GEBOUW", "KANT", "ZIJDE", "DEUR", "WONING", "INGANG", "VLEUGEL", "HAUS", "GEBAUDE", "FLUGEL", "EINGANG"];

    /// <summary>Makes one word of "rez-de-chaussée" and the like.</summary>
    public static void JoinPhrases(List<PostalToken> line)
    {
        for (var i = 0; i + 1 < line.Count; i++)
        {
            foreach (var (words, joined) in Phrases)
            {
                if (line[i].Text != words[0] || !Matches(line, i, words))
                    continue;
                line[i] = line[i] with { Text = joined, Dotted = false };
                line.RemoveRange(i + 1, words.Length - 1);
                break;
            }
        }
    }

    /// <summary>The label of a word such as bus, étage or Hinterhaus; null for another word.</summary>
    public static string? Unit(string word) => Units.GetValueOrDefault(word);

    /// <summary>The label of a word such as links, rez-de-chaussée or achterhuis; null for another word.</summary>
    public static string? Side(string word) => Sides.GetValueOrDefault(word) ?? (word.Length > 6 && IsSideOfHouse(word) ? word : null);

    /// <summary>Whether the word can only be part of a name if it is nothing that tells letterboxes apart.</summary>
    public static bool TellsApart(string word) =>
        word.Length > 2
            ? Units.ContainsKey(word) || Side(word) is not null || Places.Contains(word)
            : word is "HH" or "VH" or "SF" or "EG" or "DG" or "OG" or "UG";

    /// <summary>The label of a floor that is counted: "2e étage", "3. OG", "2-hoog".</summary>
    public static string? CountedFloor(string word) =>
        FloorsAfterNumber.Contains(word) ? Floor
        : Units.GetValueOrDefault(word) is { } label and (Floor or "OG" or "UG" or "HOOG" or "NIVEAU") ? label
        : null;

    /// <summary>The number of "eerste", "premier" or "dritter"; null for another word.</summary>
    public static string? Ordinal(string word) => Ordinals.GetValueOrDefault(word);

    // "Achterhuis", "Bovenwoning", "Vordergebäude".
    private static bool IsSideOfHouse(string word)
    {
        foreach (var start in SideStarts)
        {
            if (!word.StartsWith(start, StringComparison.Ordinal))
                continue;
            foreach (var end in SideEnds)
            {
                if (word.EndsWith(end, StringComparison.Ordinal))
                    return true;
            }
        }

        return false;
    }

    private static bool Matches(List<PostalToken> line, int from, string[] words)
    {
        if (from + words.Length > line.Count)
            return false;
        for (var i = 1; i < words.Length; i++)
        {
            if (line[from + i].Text != words[i])
                return false;
        }

        return true;
    }

    private static FrozenDictionary<string, string> Table(params (string Label, string Words)[] rows) => rows
        .SelectMany(r => r.Words.Split(' ').Select(w => (Word: w, Label: r.Label.Length > 0 ? r.Label : w)))
        .ToFrozenDictionary(p => p.Word, p => p.Label, StringComparer.Ordinal);

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
