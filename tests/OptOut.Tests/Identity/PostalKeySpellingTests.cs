using OptOut.Identity.Postal;

namespace OptOut.Tests.Identity;

/// <summary>The same letterbox in spellings that are certainly the same.</summary>
public sealed class PostalKeySpellingTests
{
    [Theory]
    [InlineData("Place du 20-Août 7, 4000 Liège", "7, place du 20 août, 4000 Liège", "PL. DU 20 AOUT 7\n4000 LIEGE\nBELGIQUE")]
    [InlineData(
        "Hauptstr. 5, 10115 Berlin",
        "Hauptstraße 5, 10115 Berlin",
        "Hauptstrasse 5\n10115 Berlin\nDeutschland",
        "Hauptstraße 5, D-10115 Berlin",
        "Hauptstr. 5, 10115 Berlin, Germany",
        "Hauptstr. 5 10115 Berlin Duitsland",
        "Hauptstr. 5, 10115 Berlin, Allemagne",
        "HAUPTSTRASSE 5, D 10115 BERLIN",
        "10115 Berlin, Hauptstr. 5",
        "Hauptstr. 5, 10115 Berlin DE",
        "Hauptstr 5, DE-10115 Berlin")]
    [InlineData(
        "Berliner Str. 27 a, 10115 Berlin",
        "Berliner Straße 27a, 10115 Berlin",
        "Berliner Strasse 27A, 10115 Berlin, Deutschland")]
    [InlineData("Müllerstr. 27 a, 10115 Berlin", "Muellerstraße 27a, 10115 Berlin, Deutschland")]
    [InlineData(
        "Kerkstraat 27 a, 9000 Gent",
        "Kerkstraat 27a, 9000 Gent",
        "Kerkstraat 27A, 9000 Gent, België",
        "Kerkstraat 27-A, B-9000 Gent, Belgium")]
    [InlineData(
        "12 rue de l'Église, 59000 Lille",
        "12, r. de l’Eglise, F-59000 Lille",
        "12 rue de l Eglise, 59000 LILLE, FRANCE",
        "Rue de l'église 12, FR-59000 Lille",
        "12 RUE DE L'EGLISE 59000 LILLE")]
    [InlineData(
        "3, Grand-Rue, L-1661 Luxembourg",
        "3 Grand'Rue, 1661 Luxembourg",
        "Grand-Rue 3, L-1661 Luxembourg, Luxembourg",
        "3, Grand-Rue, L-1661 Luxembourg, Grand-Duché de Luxembourg",
        "3 Grand Rue, LU-1661 Luxembourg, Luxemburg")]
    [InlineData("12 bis, av. Victor Hugo, 75008 Paris", "12bis avenue Victor-Hugo, 75008 Paris, France")]
    [InlineData("12, bd Royal, L-2449 Luxembourg", "12, boulevard Royal, L-2449 Luxembourg")]
    [InlineData("Alexanderplatz 1, 10178 Berlin", "Alexanderpl. 1, 10178 Berlin", "Alexanderpl. 1, 10178 Berlin, Deutschland")]
    [InlineData("Unter den Linden 5, 10117 Berlin", "Unter den Linden 5, 10117 Berlin, Deutschland")]
    [InlineData(
        "Kerkstraat 12 bus 3, 9000 Gent",
        "Bus 3, Kerkstraat 12, 9000 Gent",
        "Kerkstraat 12/3, 9000 Gent",
        "Kerkstraat 12 b. 3, 9000 Gent",
        "Kerkstraat 12 bte 3, 9000 Gent",
        "Kerkstraat 12, 9000 Gent, bus 3",
        "Kerkstraat 12\nbus 3\n9000 Gent",
        "Kerkstraat 12, boîte nr. 3, 9000 Gent")]
    [InlineData(
        "12, rue du 8 mai 1945, 7000 Mons",
        "Rue du 8 mai 1945 12, 7000 Mons",
        "rue du 8 Mai 1945, 12, 7000 Mons",
        "12 rue du 8-Mai-1945 7000 Mons",
        "rue du 8 mai 1945 n° 12, B-7000 Mons")]
    [InlineData(
        "5, 2e Carabinierslaan, 8400 Oostende",
        "2e Carabinierslaan 5, 8400 Oostende",
        "2de Carabinierslaan 5, 8400 Oostende")]
    [InlineData(
        "Appt 5\n12 rue Neuve\n1000 Bruxelles",
        "12 rue Neuve appt 5, 1000 Bruxelles",
        "12 rue Neuve, app. 5, 1000 Bruxelles")]
    [InlineData(
        "Kerkstraat 12, blok A, 9000 Gent",
        "Blok A, Kerkstraat 12, 9000 Gent",
        "Kerkstraat 12 blok A, 9000 Gent",
        "Kerkstraat 12 bloc A, 9000 Gent")]
    [InlineData(
        "Straße des 17. Juni 135, 10623 Berlin",
        "Str. des 17. Juni 135, 10623 Berlin, Deutschland",
        "135, Straße des 17. Juni, 10623 Berlin")]
    [InlineData("Q7 24, 68161 Mannheim", "Q7, 24, 68161 Mannheim", "Q 7, 24, 68161 Mannheim", "Q7 24, D-68161 Mannheim")]
    [InlineData("Kerkstraat 12-14, 9000 Gent", "Kerkstraat 12 - 14, 9000 Gent", "Kerkstraat 12–14, 9000 Gent")]
    [InlineData(
        "Kerkstraat 12, 1017 GC Amsterdam",
        "Kerkstraat 12, 1017GC, Amsterdam",
        "Kerkstraat 12, 1017 GC Amsterdam, Pays-Bas",
        "12 Kerkstraat, NL-1017 GC Amsterdam")]
    [InlineData("l'Église 5, 5000 Namur", "L’Eglise 5, 5000 Namur")]
    [InlineData(
        "rue de l'Église 5, 5000 Namur",
        "rue de l´Eglise 5, 5000 Namur",
        "r. de l Eglise 5, 5000 Namur",
        "rue de lʼÉglise 5, 5000 Namur")]
    [InlineData("Karl-Marx-Allee 5, 10178 Berlin", "Karl Marx Allee 5, 10178 Berlin")]
    [InlineData(
        "St.-Anna-Platz 5, 80538 München",
        "Sankt-Anna-Platz 5, 80538 Muenchen, Deutschland",
        "St. Anna Pl. 5, 80538 Munchen")]
    [InlineData("12, imp. des Lilas, 59000 Lille", "12 impasse des Lilas, 59000 Lille")]
    [InlineData("Postfach 10 20 30, 10115 Berlin", "Postfach 102030, 10115 Berlin, Deutschland")]
    [InlineData(
        "Bahnhofstr. 3, Hinterhaus, 10115 Berlin",
        "Hinterhaus, Bahnhofstraße 3, 10115 Berlin",
        "Bahnhofstraße 3 HH, D-10115 Berlin")]
    [InlineData("5 rue St-Jean, 93200 St-Denis", "5, rue Saint Jean, 93200 Saint-Denis")]
    [InlineData("Dorfstr. 12, 12345 Dorf", "Dorfstraße 12\n12345 Dorf\nGermany")]
    [InlineData("Am Markt 5 a, 12345 Dorf, Deutschland", "Am Markt 5a, 12345 Dorf")]
    [InlineData("Kerkstraat 12, 9000 Gent, Belgien", "Kerkstraat 12, 9000 Gent (België)", "Kerkstraat 12, 9000 Gent\nBE")]
    [InlineData(
        "Hauptstr. 5, 10115 Berlin",
        "Hauptstr. 5, Berlin 10115",
        "Hauptstr. 5, 10115, Berlin",
        "Hauptstr. 5\n10115\nBerlin\nDeutschland")]
    [InlineData("12 rue de l'Église, 59000 Lille", "12 rue de l'Église, 59000, Lille, France", "12 rue de l'Église, Lille 59000")]
    public void Every_spelling_of_a_letterbox_has_one_key(params string[] spellings)
    {
        var keys = Array.ConvertAll(spellings, s => PostalKey.TryParse(s, out var key) ? key.Value : throw new FormatException(s));

        Assert.Single(keys.Distinct());
    }
}
