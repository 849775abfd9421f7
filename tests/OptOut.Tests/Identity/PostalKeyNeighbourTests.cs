using OptOut.Identity.Postal;

namespace OptOut.Tests.Identity;

/// <summary>Different letterboxes never share a key, wherever and however it is written what tells them apart.</summary>
public sealed class PostalKeyNeighbourTests
{
    [Theory]
    [InlineData("12, rue du 8 mai 1945, 7000 Mons", "14, rue du 8 mai 1945, 7000 Mons")]
    [InlineData("Bus 3, Kerkstraat 12, 9000 Gent", "Bus 4, Kerkstraat 12, 9000 Gent", "Kerkstraat 12, 9000 Gent")]
    [InlineData("Kerkstraat 12, 9000 Gent bus 3", "Kerkstraat 12, 9000 Gent bus 4", "Kerkstraat 12, 9000 Gent")]
    [InlineData("Kerkstraat 12 9000 Gent blok A", "Kerkstraat 12 9000 Gent blok B", "Kerkstraat 12 9000 Gent")]
    [InlineData("Achterhuis, Kerkstraat 12, 9000 Gent", "Voorhuis, Kerkstraat 12, 9000 Gent", "Kerkstraat 12, 9000 Gent")]
    [InlineData("Kerkstraat 12, links, 9000 Gent", "Kerkstraat 12, rechts, 9000 Gent")]
    [InlineData("Links, Kerkstraat 12, 9000 Gent", "Rechts, Kerkstraat 12, 9000 Gent")]
    [InlineData("Bât. A, 12 rue Neuve, 1000 Bruxelles", "Bât. B, 12 rue Neuve, 1000 Bruxelles", "12 rue Neuve, 1000 Bruxelles")]
    [InlineData(
        "Jan Peeters, 12, Kouter, 9000 Gent",
        "Jan Peeters, 12, Vrijdagmarkt, 9000 Gent",
        "Jan Peeters, 12, Burg, 9000 Gent")]
    [InlineData("Kouter, 12, Villa Rosa, 9000 Gent", "Burg, 12, Villa Rosa, 9000 Gent")]
    [InlineData("Jan Peeters, 9000 Gent Kouter, 12", "Jan Peeters, 9000 Gent Burg, 12")]
    [InlineData("Jan Peeters, 9000 Gent Kouter 12", "Jan Peeters, 9000 Gent Burg 12")]
    [InlineData("Jan Peeters, 9000 Gent, Kouter 12", "Jan Peeters, 9000 Gent, Burg 12")]
    [InlineData("Jan Peeters, 12, Kouter 9000", "Jan Peeters, 12, Burg 9000")]
    [InlineData("Kerkstraat 12A-B, 9000 Gent", "Kerkstraat 12A/B, 9000 Gent", "Kerkstraat 12AB, 9000 Gent")]
    [InlineData("Kerkstraat 12½, 9000 Gent", "Kerkstraat 121/2, 9000 Gent")]
    [InlineData("Kerkstraat 12², 9000 Gent", "Kerkstraat 122, 9000 Gent")]
    [InlineData("Kerkstraat 12², 1017 GC Amsterdam", "Kerkstraat 122, 1017 GC Amsterdam", "Kerkstraat 12, 1017 GC Amsterdam")]
    [InlineData("Kerkstraat 12 A-B, 1017 GC Amsterdam", "Kerkstraat 12 AB, 1017 GC Amsterdam")]
    [InlineData(
        "Kerkstraat 12-14, 9000 Gent",
        "Kerkstraat 12/14, 9000 Gent",
        "Kerkstraat 12 14, 9000 Gent",
        "Kerkstraat 1214, 9000 Gent")]
    [InlineData("Kerkstraat 12 trap 2 deur 3, 9000 Gent", "Kerkstraat 12 trap 3 deur 2, 9000 Gent")]
    [InlineData("Kerkstraat 12, 3, 4, 9000 Gent", "Kerkstraat 12, 4, 3, 9000 Gent")]
    [InlineData("5, rue Neuve 12, 1000 Bruxelles", "rue Neuve 12, 5, 1000 Bruxelles")]
    [InlineData("Kerkstraat 12 app 3 bus 5, 9000 Gent", "Kerkstraat 12 app 5 bus 3, 9000 Gent")]
    [InlineData(
        "5, 2e Carabinierslaan, 8400 Oostende",
        "7, 2e Carabinierslaan, 8400 Oostende",
        "5, 3e Carabinierslaan, 8400 Oostende")]
    [InlineData("Appt 5\n12 rue Neuve\n1000 Bruxelles", "Appt 6\n12 rue Neuve\n1000 Bruxelles")]
    [InlineData(
        "Rez-de-chaussée, 12 rue Neuve, 1000 Bruxelles",
        "12 rue Neuve, 1000 Bruxelles",
        "1er étage, 12 rue Neuve, 1000 Bruxelles",
        "2e étage, 12 rue Neuve, 1000 Bruxelles")]
    [InlineData(
        "eerste verdieping, Kerkstraat 12, 9000 Gent",
        "tweede verdieping, Kerkstraat 12, 9000 Gent",
        "Kerkstraat 12, 9000 Gent")]
    [InlineData("c/o Peeters, Kerkstraat 12, 9000 Gent", "c/o Janssens, Kerkstraat 12, 9000 Gent")]
    [InlineData("Résidence A, 12 rue Neuve, 1000 Bruxelles", "Résidence B, 12 rue Neuve, 1000 Bruxelles")]
    [InlineData("Résidence Les Lilas, 12 rue Neuve, 59000 Lille", "Résidence Les Roses, 12 rue Neuve, 59000 Lille")]
    [InlineData("Q7 24, 68161 Mannheim", "Q6 24, 68161 Mannheim", "Q7 23, 68161 Mannheim")]
    [InlineData(
        "Q 7, 24, 68161 Mannheim, Deutschland",
        "Q 6, 24, 68161 Mannheim, Deutschland",
        "Q 7, 23, 68161 Mannheim, Deutschland")]
    [InlineData(
        "Straße des 17. Juni 135, 10623 Berlin",
        "Straße des 17. Juni 136, 10623 Berlin",
        "Straße des 18. Juni 135, 10623 Berlin")]
    [InlineData("135, Straße des 17. Juni, 10623 Berlin", "136, Straße des 17. Juni, 10623 Berlin")]
    [InlineData("Hauptstr. 5, Hinterhaus, 10115 Berlin", "Hauptstr. 5, Vorderhaus, 10115 Berlin", "Hauptstr. 5, 10115 Berlin")]
    [InlineData(
        "Hauptstr. 5, 3. OG links, 10115 Berlin",
        "Hauptstr. 5, 3. OG rechts, 10115 Berlin",
        "Hauptstr. 5, 2. OG rechts, 10115 Berlin")]
    [InlineData(
        "Hauptstr. 5-7, 10115 Berlin",
        "Hauptstr. 5/7, 10115 Berlin",
        "Hauptstr. 57, 10115 Berlin",
        "Hauptstr. 5 7, 10115 Berlin",
        "Hauptstr. 5 Whg. 7, 10115 Berlin")]
    [InlineData(
        "Hauptstr. 5/3/12, 1010 Wien, Österreich",
        "Hauptstr. 5-3-12, 1010 Wien, Österreich",
        "Hauptstr. 53/12, 1010 Wien, Österreich",
        "Hauptstr. 5/31/2, 1010 Wien, Österreich")]
    [InlineData("Postfach 10 20 30, 10115 Berlin", "Postfach 10 20 31, 10115 Berlin", "Postfach 10 2 30, 10115 Berlin")]
    [InlineData("Postbus 12, 9000 Gent", "Postbus 13, 9000 Gent", "Kerkstraat 12, 9000 Gent")]
    [InlineData(
        "BP 12, Kerkstraat 5, 9000 Gent",
        "BP 13, Kerkstraat 5, 9000 Gent",
        "Kerkstraat 5, 9000 Gent",
        "BP 12, Kerkstraat 6, 9000 Gent")]
    [InlineData("BP 12, 59000 Lille Cedex 9", "BP 13, 59000 Lille Cedex 9", "BP 12, 59000 Lille Cedex 8")]
    [InlineData("CS 12345, 59000 Lille Cedex", "CS 12346, 59000 Lille Cedex")]
    [InlineData("12 rue du 11 Novembre, 59000 Lille", "11 rue du 12 Novembre, 59000 Lille")]
    [InlineData("rue du 8 mai 1945, 59000 Lille", "1945 rue du 8 mai, 59000 Lille")]
    [InlineData(
        "12 rue de l'Église, 59000 Lille",
        "12 bis rue de l'Église, 59000 Lille",
        "12 ter rue de l'Église, 59000 Lille",
        "12 B rue de l'Église, 59000 Lille")]
    [InlineData("2 rue du 3e Régiment, 59000 Lille", "3 rue du 2e Régiment, 59000 Lille")]
    [InlineData("Kerkstraat 12, 9000 Gent, bus 3", "Kerkstraat 12, 9000 Gent, bus 4")]
    [InlineData(
        "Kerkstraat 12, Gelijkvloers, 9000 Gent",
        "Kerkstraat 12, 1e verdieping, 9000 Gent",
        "Kerkstraat 12, 2e verdieping, 9000 Gent")]
    [InlineData(
        "Kerkstraat 12, 1-hoog, 1017 GC Amsterdam",
        "Kerkstraat 12, 2-hoog, 1017 GC Amsterdam",
        "Kerkstraat 12, 1017 GC Amsterdam",
        "Kerkstraat 12-1, 1017 GC Amsterdam",
        "Kerkstraat 12 hs, 1017 GC Amsterdam")]
    [InlineData(
        "Kamer 3, Kerkstraat 12, 1017 GC Amsterdam",
        "Kamer 4, Kerkstraat 12, 1017 GC Amsterdam",
        "Kerkstraat 12, 1017 GC Amsterdam")]
    [InlineData(
        "Kerkstraat 12, 1017 GC Amsterdam, unit 3",
        "Kerkstraat 12, 1017 GC Amsterdam, unit 4",
        "Kerkstraat 12, 1017 GC Amsterdam")]
    [InlineData("Plein 1944 12, 6511 JB Nijmegen", "Plein 1944 13, 6511 JB Nijmegen", "Plein 1944 12 A, 6511 JB Nijmegen")]
    [InlineData("Plein 1944, 12, 6511 JB Nijmegen", "Plein 1944, 13, 6511 JB Nijmegen")]
    [InlineData("12, Plein 1944, 6511 JB Nijmegen", "13, Plein 1944, 6511 JB Nijmegen")]
    [InlineData("Kerkstraat 12, Sint-Amandsberg, 9040 Gent", "Kerkstraat 12, Gentbrugge, 9040 Gent")]
    [InlineData(
        "Kerkstraat 12 bus 1.01, 9000 Gent",
        "Kerkstraat 12 bus 1.1, 9000 Gent",
        "Kerkstraat 12 bus 101, 9000 Gent",
        "Kerkstraat 12 bus 11, 9000 Gent")]
    [InlineData(
        "1234/11 rue de la Tour, 1000 Bruxelles",
        "1234/12 rue de la Tour, 1000 Bruxelles",
        "1234 rue de la Tour, 1000 Bruxelles",
        "1234/11 rue de la Porte, 1000 Bruxelles")]
    [InlineData("12 rue Neuve 3, 1000 Bruxelles", "12 rue Neuve 4, 1000 Bruxelles", "13 rue Neuve 3, 1000 Bruxelles")]
    [InlineData("Laan van de 3 Gezusters 5, 9000 Gent", "Laan van de 5 Gezusters 3, 9000 Gent")]
    [InlineData("Route Nationale 4 12, 5000 Namur", "Route Nationale 12 4, 5000 Namur")]
    [InlineData(
        "Poste restante, 9000 Gent",
        "Jan Peeters, poste restante, 9000 Gent",
        "Piet Peeters, poste restante, 9000 Gent",
        "Poste restante, 1000 Brussel")]
    [InlineData("12 a rue Neuve esc. B, 1000 Bruxelles", "12 a rue Neuve esc. C, 1000 Bruxelles")]
    [InlineData("Stiege 2, Hauptstr. 5, 10115 Berlin", "Stiege 3, Hauptstr. 5, 10115 Berlin")]
    [InlineData("Seitenflügel, Hauptstr. 5, 10115 Berlin", "Quergebäude, Hauptstr. 5, 10115 Berlin")]
    [InlineData("Im Hof, Hauptstr. 5, 10115 Berlin", "Hauptstr. 5, 10115 Berlin")]
    [InlineData("Kerkstraat 12 achterkant, 9000 Gent", "Kerkstraat 12 voorkant, 9000 Gent", "Kerkstraat 12, 9000 Gent")]
    [InlineData("12 rue Neuve, au fond de la cour, 1000 Bruxelles", "12 rue Neuve, 1000 Bruxelles")]
    [InlineData("Au fond de la cour, 12 rue Neuve, 1000 Bruxelles", "12 rue Neuve, 1000 Bruxelles")]
    [InlineData("Müllerstraße 5, 10115 Berlin", "Müllerweg 5, 10115 Berlin")]
    [InlineData("rue de France 12, 7000 Mons", "rue de Belgique 12, 7000 Mons")]
    [InlineData("7000 Mons, 12 rue de France", "7000 Mons, 12 rue de Belgique", "7000 Mons, 12 place d'Italie")]
    [InlineData("12, r. Neuve, 1000 Bruxelles", "12R, Neuve, 1000 Bruxelles")]
    [InlineData("Kerkstraat 12 b3, 9000 Gent", "Kerkstraat 12 B/3, 9000 Gent")]
    [InlineData("VILLA 3, Kerkstraat 12, 9000 Gent", "VILLA 4, Kerkstraat 12, 9000 Gent")]
    [InlineData("Gebouw Noord, Kerkstraat 12, 9000 Gent", "Gebouw Zuid, Kerkstraat 12, 9000 Gent")]
    [InlineData("Kerkstraat 12, Gebouw Noord, 9000 Gent", "Kerkstraat 12, Gebouw Zuid, 9000 Gent")]
    [InlineData("toren 2, Kerkstraat 12, 9000 Gent", "toren 3, Kerkstraat 12, 9000 Gent")]
    [InlineData("Escalier B, 12, rue Neuve, 1000 Bruxelles", "Escalier C, 12, rue Neuve, 1000 Bruxelles")]
    [InlineData("Porte gauche, 12, rue Neuve, 1000 Bruxelles", "Porte droite, 12, rue Neuve, 1000 Bruxelles")]
    [InlineData("A, Kerkstraat 12, 9000 Gent", "B, Kerkstraat 12, 9000 Gent", "Kerkstraat 12, 9000 Gent")]
    [InlineData(
        "12, rue de la Gare, L-1234 Luxembourg",
        "14, rue de la Gare, L-1234 Luxembourg",
        "12, rue de la Gare, L-1235 Luxembourg",
        "12A, rue de la Gare, L-1234 Luxembourg")]
    [InlineData(
        "12 rue de l'Eglise, 59000 Lille, France",
        "12 rue de l'Eglise, 59000 Lille, Allemagne",
        "12 rue de l'Eglise, 59000 Roubaix, France")]
    [InlineData("Kerkstraat 12 wagon 3 Gent, 9000 Gent", "Kerkstraat 12 wagon 4 Gent, 9000 Gent")]
    [InlineData("Kerkstraat 12 bus 3, 9000 Gent", "Kerkstraat 123, 9000 Gent")]
    [InlineData(
        "boîte 12, 3 rue Neuve, 1000 Bruxelles",
        "boîte 1, 23 rue Neuve, 1000 Bruxelles",
        "boîte 3, 12 rue Neuve, 1000 Bruxelles")]
    [InlineData("Bus 12 Kerkstraat 3, 9000 Gent", "Bus 3 Kerkstraat 12, 9000 Gent", "Kerkstraat 12, 9000 Gent")]
    [InlineData("Place du 4 Août 7, 4000 Liège", "Place du 7 Août 4, 4000 Liège")]
    [InlineData("8 mai 5, 7000 Mons", "5 mai 8, 7000 Mons")]
    [InlineData("Rue du 8 mai 45 12, 7000 Mons", "Rue du 8 mai 12 45, 7000 Mons", "Rue du 8 mai 45/12, 7000 Mons")]
    [InlineData("Bovenwoning, Kerkstraat 12, 9000 Gent", "Benedenwoning, Kerkstraat 12, 9000 Gent")]
    [InlineData(
        "12, rue Neuve, rez-de-chaussée droite, 1000 Bruxelles",
        "12, rue Neuve, rez-de-chaussée gauche, 1000 Bruxelles",
        "12, rue Neuve, 1000 Bruxelles")]
    [InlineData("Kerkstraat 12, 9000 Gent, België, bus 3", "Kerkstraat 12, 9000 Gent, België, bus 4")]
    [InlineData("Kerkstraat 12, 9000 Gent België bus 3", "Kerkstraat 12, 9000 Gent België bus 4")]
    [InlineData("Hauptstr. 5, 10115 Berlin, Deutschland, Whg 3", "Hauptstr. 5, 10115 Berlin, Deutschland, Whg 4")]
    [InlineData("Hauptstr. 5, 10115 Berlin Whg 3", "Hauptstr. 5, 10115 Berlin Whg 4")]
    [InlineData("Kerkstraat 12-3, 1017 GC Amsterdam", "Kerkstraat 12-4, 1017 GC Amsterdam", "Kerkstraat 123, 1017 GC Amsterdam")]
    [InlineData("1017 GC 12, blok A", "1017 GC 12, blok B", "1017 GC 12")]
    [InlineData("1017 GC Amsterdam 12", "1017 GC Amsterdam 13")]
    [InlineData(
        "Kerkstraat 12 A 1, 1017 GC Amsterdam",
        "Kerkstraat 12 A 11, 1017 GC Amsterdam",
        "Kerkstraat 12 A 1 1, 1017 GC Amsterdam")]
    [InlineData(
        "Kerkstraat 12 III, 1017 GC Amsterdam",
        "Kerkstraat 12 II, 1017 GC Amsterdam",
        "Kerkstraat 12 3, 1017 GC Amsterdam")]
    [InlineData(
        "Résidence Les Lilas bât. A, 12 rue Neuve, 1000 Bruxelles",
        "Résidence Les Lilas bât. B, 12 rue Neuve, 1000 Bruxelles")]
    [InlineData(
        "Résidence Les Lilas, bât. A appt 5, 12 rue Neuve, 59000 Lille",
        "Résidence Les Lilas, bât. B appt 5, 12 rue Neuve, 59000 Lille",
        "Résidence Les Lilas, bât. A appt 6, 12 rue Neuve, 59000 Lille")]
    [InlineData("2 e verdieping, Kerkstraat 12, 9000 Gent", "3 e verdieping, Kerkstraat 12, 9000 Gent")]
    [InlineData("boîte postale 12, 7000 Mons", "boîte postale 13, 7000 Mons", "boîte 12, rue Neuve 5, 7000 Mons")]
    [InlineData("Kerkstraat 12 verd 2 bus 3, 9000 Gent", "Kerkstraat 12 verd 3 bus 2, 9000 Gent")]
    [InlineData("De Lijn 5, Kerkstraat 12, 9000 Gent", "De Lijn 6, Kerkstraat 12, 9000 Gent")]
    [InlineData("Jan Peeters Kerkstraat 12 9000 Gent", "Jan Peeters Kerklaan 12 9000 Gent")]
    [InlineData("10115 Berlin, Hauptstr. 5", "10115 Berlin, Hauptstr. 6", "10115 Berlin, Hauptweg 5")]
    [InlineData("Am Markt 5, 12345 Dorf", "Am Markt 6, 12345 Dorf", "Am Bach 5, 12345 Dorf")]
    [InlineData("12 Grand'Rue, 67000 Strasbourg", "12 Grande Rue, 67000 Strasbourg")]
    [InlineData("3, Grand-Rue, L-1661 Luxembourg", "3A, Grand-Rue, L-1661 Luxembourg")]
    [InlineData("Kerkstraat 12 (bus 3), 9000 Gent", "Kerkstraat 12 (bus 4), 9000 Gent")]
    [InlineData("Kerkstraat 12 : 3, 9000 Gent", "Kerkstraat 12 : 4, 9000 Gent")]
    [InlineData("Kerkstraat 12 #3, 9000 Gent", "Kerkstraat 12 #4, 9000 Gent")]
    [InlineData("Kerkstraat 12 / 3, 9000 Gent", "Kerkstraat 12 / 4, 9000 Gent")]
    [InlineData("Kerkstraat 12\nbus 3\n9000 Gent", "Kerkstraat 12\nbus 4\n9000 Gent")]
    [InlineData("Kerkstraat\n12\nbus 3\n9000 Gent", "Kerkstraat\n12\nbus 4\n9000 Gent", "Kerkstraat\n13\nbus 3\n9000 Gent")]
    [InlineData("Kerkstraat\nbus 3\n12\n9000 Gent", "Kerkstraat\nbus 12\n3\n9000 Gent")]
    [InlineData("3\nKerkstraat 12\n9000 Gent", "4\nKerkstraat 12\n9000 Gent")]
    [InlineData("Kerkstraat 12 kot 3, 9000 Gent", "Kerkstraat 12 kot 4, 9000 Gent")]
    [InlineData("Kot 3, Kerkstraat 12, 9000 Gent", "Kot 4, Kerkstraat 12, 9000 Gent")]
    [InlineData("Wohnung 3, Hauptstraße 5, 10115 Berlin", "Wohnung 4, Hauptstraße 5, 10115 Berlin")]
    [InlineData("Haus A, Hauptstraße 5, 10115 Berlin", "Haus B, Hauptstraße 5, 10115 Berlin")]
    [InlineData("12 rue du 1er Avril, 7000 Mons", "1 rue du 12 Avril, 7000 Mons")]
    [InlineData("1er Avril 12, 7000 Mons", "12 Avril 1, 7000 Mons")]
    [InlineData("Avenue du 14 juillet 1789 5, 7000 Mons", "Avenue du 14 juillet 5, 7000 Mons")]
    [InlineData("Rue du Moulin 12 à 14, 7000 Mons", "Rue du Moulin 12 à 16, 7000 Mons")]
    [InlineData("Rue du Moulin 12 et 14, 7000 Mons", "Rue du Moulin 12, 7000 Mons")]
    [InlineData("Stationsplein 12 t/m 14, 1017 GC Amsterdam", "Stationsplein 12, 1017 GC Amsterdam")]
    [InlineData("Kerkstraat 12 t.o., 1017 GC Amsterdam", "Kerkstraat 12, 1017 GC Amsterdam")]
    [InlineData("Cité des Fleurs 5, bloc 3, 4000 Liège", "Cité des Fleurs 5, bloc 4, 4000 Liège")]
    [InlineData("Tour 3, Boulevard Zola 5, 4000 Liège", "Tour 4, Boulevard Zola 5, 4000 Liège")]
    [InlineData("Tour Est, Boulevard Zola 5, 4000 Liège", "Tour Ouest, Boulevard Zola 5, 4000 Liège")]
    [InlineData("Boulevard Zola 5, Tour Est, 4000 Liège", "Boulevard Zola 5, Tour Ouest, 4000 Liège")]
    [InlineData("Kerkstraat, wagon 3, 9000 Gent", "Molenstraat, wagon 3, 9000 Gent")]
    [InlineData("Les Tilleuls A, rue Neuve 12, 1000 Bruxelles", "Les Tilleuls B, rue Neuve 12, 1000 Bruxelles")]
    [InlineData("Résidence A, rue Neuve 12 bte 3, 1000 Bruxelles", "Résidence B, rue Neuve 12 bte 3, 1000 Bruxelles")]
    [InlineData("Résidence Les Lilas, 12 bte 3, 1000 Bruxelles", "Résidence Les Roses, 12 bte 3, 1000 Bruxelles")]
    [InlineData(
        "Kerkstraat unit 3 12, 1017 GC Amsterdam",
        "Kerkstraat unit 4 12, 1017 GC Amsterdam",
        "Kerkstraat 12, 1017 GC Amsterdam")]
    [InlineData("Rue du Moulin 12 à 14, 7000 Mons", "Rue du Moulin 12A bte 14, 7000 Mons")]
    [InlineData(
        "Hauptstr. 5, Berlin 10115",
        "Hauptstr. 5, Potsdam 10115",
        "Hauptstr. 6, Berlin 10115",
        "Kirchstr. 5, Berlin 10115")]
    [InlineData("Hauptstr. 5, Hinterhaus 10115, Berlin", "Hauptstr. 5, Vorderhaus 10115, Berlin")]
    public void Different_letterboxes_have_different_keys(params string[] addresses)
    {
        var keys = Array.ConvertAll(addresses, a => PostalKey.TryParse(a, out var key) ? key.Value : throw new FormatException(a));

        Assert.Equal(addresses.Length, keys.Distinct().Count());
    }
}
