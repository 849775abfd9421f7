using CsCheck;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Tests.Identity;

public sealed class PostalKeyTests
{
    [Theory]
    [InlineData("Sint-Pietersnieuwstr. 12 bus 3, 9000 Gent")]
    [InlineData("Sint Pietersnieuwstraat 12/3\n9000 GENT\nBelgië")]
    [InlineData("St.-Pietersnieuwstraat 12 b3 B-9000 Gent")]
    [InlineData("SINT PIETERSNIEUWSTRAAT 12 boîte 3 9000 Gand")]
    [InlineData("Jan Peeters, Sint-Pieters-Nieuwstraat 12, bus 3, 9000 Gent")]
    [InlineData("Jan Peeters\r\nSt Pietersnieuwstr 12 b 3\r\nBE-9000 Gent\r\n")]
    [InlineData("Kruidtuin 2000 NV, Sint-Pietersnieuwstraat 12 bte. 3, B 9000 Gent, Belgium")]
    [InlineData("Sint-Pietersnieuwstraat nr. 12 bus 03 - 9000 Gent")]
    [InlineData("Sint-Pietersnieuwstraat n° 12 box 3, 9000 Gent (Belgique)")]
    [InlineData("12/3 Sint-Pietersnieuwstraat, 9000 Gent")]
    [InlineData("9000 Gent, Sint-Pietersnieuwstraat 12B3")]
    [InlineData("Sint-Pietersnieuwstraat 12 app. 3 BE 9000 Gent")]
    public void Every_spelling_of_an_address_gives_the_same_key(string text) =>
        Assert.Equal("BE|9000|SINTPIETERSNIEUWSTRAAT|12|3", Key(text));

    [Theory]
    [InlineData("12 rue Neuve, 1000 Bruxelles", "BE|1000|RUENEUVE|12|")]
    [InlineData("Mme Dupont, 12, rue Neuve, 1000 Bruxelles", "BE|1000|RUENEUVE|12|")]
    [InlineData("r. Neuve, 12 1000 Brussel", "BE|1000|RUENEUVE|12|")]
    [InlineData("Résidence Les Lilas, 12a rue Neuve bte 3, 1000 Bruxelles", "BE|1000|RUENEUVE|12A|3")]
    [InlineData("12 rue du 11 Novembre, 1000 Bruxelles", "BE|1000|RUEDU11NOVEMBRE|12|")]
    [InlineData("Rue du 11 Novembre 12 - 1000 Bruxelles", "BE|1000|RUEDU11NOVEMBRE|12|")]
    [InlineData("Chée de Gand 1234 1080 Molenbeek-Saint-Jean", "BE|1080|CHAUSSEEDEGAND|1234|")]
    [InlineData("Ch. de Gand 1234, 1080 Bruxelles", "BE|1080|CHAUSSEEDEGAND|1234|")]
    [InlineData("Av. Louise 5, 1050 Ixelles", "BE|1050|AVENUELOUISE|5|")]
    [InlineData("Bld du Souverain 25, 1170 Bruxelles", "BE|1170|BOULEVARDDUSOUVERAIN|25|")]
    [InlineData("Pl. Ste-Gudule 1, 1000 Bruxelles", "BE|1000|PLACESINTEGUDULE|1|")]
    [InlineData("R. Dansaertstraat 5, 1000 Brussel", "BE|1000|RDANSAERTSTRAAT|5|")]
    [InlineData("Burg. Maenhautstr. 3, 9820 Merelbeke", "BE|9820|BURGEMEESTERMAENHAUTSTRAAT|3|")]
    [InlineData("Burg 12, 8000 Brugge", "BE|8000|BURG|12|")]
    [InlineData("Prof. Dr. Kooistraln. 1, 9000 Gent", "BE|9000|PROFESSORDOKTERKOOISTRALAAN|1|")]
    [InlineData("Stwg. op Gent 12 - 14, 9000 Gent", "BE|9000|STEENWEGOPGENT|12-14|")]
    [InlineData("Hauptstr. 5, 4700 Eupen", "BE|4700|HAUPTSTRASSE|5|")]
    [InlineData("Hauptstraße 5, 4700 Eupen", "BE|4700|HAUPTSTRASSE|5|")]
    [InlineData("B.P. 12, 9000 Gand", "BE|9000|POSTBUS|12|")]
    [InlineData("De Kruidtuin, Postbus 12, 9000 Gent", "BE|9000|POSTBUS|12|")]
    [InlineData("Kerkstraat 1, 8660 De Panne", "BE|8660|KERKSTRAAT|1|")]
    [InlineData("Dorpsstraat 1, 9100 St.-Niklaas", "BE|9100|DORPSSTRAAT|1|")]
    [InlineData("Dorpsstraat 1, 3665 As", "BE|3665|DORPSSTRAAT|1|")]
    [InlineData("KERKSTRAAT 1 - 9000 GENT", "BE|9000|KERKSTRAAT|1|")]
    [InlineData("Kerkstraat 12 /A 9000 Gent", "BE|9000|KERKSTRAAT|12|A")]
    [InlineData("Kerkstraat 12 /bus 3 9000 Gent", "BE|9000|KERKSTRAAT|12|3")]
    [InlineData("Kasteel Ter Elst, 9000 Gent", "BE|9000|KASTEELTERELST||")]
    public void The_key_of_a_Belgian_address_is_postcode_street_number_and_box(string text, string key) => Assert.Equal(key, Key(text));

    [Theory]
    [InlineData("Kerkstr. 12 A-III, 1017 GC Amsterdam", "NL|1017GC||12|AIII")]
    [InlineData("Kerkstraat 12A III\n1017GC  AMSTERDAM\nNederland", "NL|1017GC||12|AIII")]
    [InlineData("1017 GC 12 a-iii", "NL|1017GC||12|AIII")]
    [InlineData("Kerkstraat 12-1, NL-1017 GC Amsterdam", "NL|1017GC||12|1")]
    [InlineData("Kerkstraat 12 hs, 1017 GC", "NL|1017GC||12|HS")]
    [InlineData("2e Kerkstraat 4, 1017 GC Amsterdam", "NL|1017GC||4|")]
    [InlineData("Postbus 12, 1000 AA Amsterdam", "NL|1000AA|POSTBUS|12|")]
    [InlineData("Kerkstraat 12 /A 1017GC Amsterdam", "NL|1017GC||12|A")]
    [InlineData("Dorpsstraat 1, 8660 DE Workum", "NL|8660DE||1|")]
    public void The_key_of_a_Dutch_address_is_postcode_number_and_addition(string text, string key) => Assert.Equal(key, Key(text));

    [Theory]
    [InlineData("Hauptstraße 5, 10115 Berlin, Deutschland", "DE|HAUPTSTRASSE 5 10115 BERLIN")]
    [InlineData("Hauptstrasse 5, D-10115 BERLIN", "DE|HAUPTSTRASSE 5 10115 BERLIN")]
    [InlineData("Rue de la Gare 1, L-1234 Luxembourg", "LU|RUE DE LA GARE 1 1234 LUXEMBOURG")]
    [InlineData("Bahnhofstrasse 1, 8001 Zürich, Schweiz", "CH|BAHNHOFSTRASSE 1 8001 ZURICH")]
    [InlineData("10 Downing Street, London SW1A 2AA", "ZZ|10 DOWNING STREET LONDON SW1A 2AA")]
    [InlineData("Łódzka 5, 90-001 Łódź", "ZZ|ŁODZKA 5 90 001 ŁODZ")]
    public void The_key_of_an_address_elsewhere_is_its_country_letters_and_digits(string text, string key) => Assert.Equal(key, Key(text));

    [Theory]
    [InlineData("bus 3", "bus 4")]
    [InlineData("bus 3", "")]
    [InlineData("", "A")]
    [InlineData("A", "B")]
    [InlineData("A", "/A")]
    [InlineData("bus 1-1", "bus 11")]
    [InlineData("bus 3.2", "bus 32")]
    [InlineData("bus 3", "bus B3")]
    [InlineData("B/3", "bus 3")]
    [InlineData("-14", "-16")]
    [InlineData("-14", "")]
    [InlineData(", 2e verdieping", ", 3e verdieping")]
    public void Neighbours_have_different_keys(string one, string other)
    {
        Assert.NotEqual(Key($"Kerkstraat 12 {one}, 9000 Gent"), Key($"Kerkstraat 12 {other}, 9000 Gent"));
        Assert.NotEqual(Key($"Kerkstraat 12{one}, 1017 GC Amsterdam"), Key($"Kerkstraat 13{one}, 1017 GC Amsterdam"));
    }

    [Theory]
    [InlineData("Kerkstraat 1, 9000 Gent", "Kerkstraat 11, 9000 Gent")]
    [InlineData("Nieuwstraat 1, 9000 Gent", "Nieuwe straat 1, 9000 Gent")]
    [InlineData("Kerkstraat 1, 9000 Gent", "Kerkstraat 1, 9040 Gent")]
    [InlineData("Kerkstraat 1, 9000 Gent", "Kerklaan 1, 9000 Gent")]
    [InlineData("Burgstraat 1, 9000 Gent", "Burg. Straatmanlaan 1, 9000 Gent")]
    [InlineData("Kerkstraat 12-1, 1017 GC Amsterdam", "Kerkstraat 121, 1017 GC Amsterdam")]
    [InlineData("Kerkstraat 12-1, 1017 GC Amsterdam", "Kerkstraat 12 I, 1017 GC Amsterdam")]
    [InlineData("Kerkstraat 1, 1017 GC Amsterdam", "Kerkstraat 1, 1017 GD Amsterdam")]
    [InlineData("Postbus 12, 9000 Gent", "Kerkstraat 12, 9000 Gent")]
    public void Different_places_have_different_keys(string one, string other) => Assert.NotEqual(Key(one), Key(other));

    [Fact]
    public void An_address_in_a_random_spelling_gives_exactly_its_own_key()
    {
        var houses =
            from number in Gen.Int[1, 9999]
            from suffix in Gen.OneOf<string>("", "A", "C")
            from box in Gen.OneOf<string>("", "3", "31", "A1", "201")
            select (Number: number, Suffix: suffix, Box: box);
        var spellings =
            from street in Gen.OneOf<string>("Sint-Jansstraat", "St.-Jansstr.", "SINT JANSSTRAAT", "st jansstr")
            from bus in Gen.OneOf<string>(" bus ", " bte ", "/", " boîte ", ", bus ")
            from town in Gen.OneOf<string>(", 9000 Gent", "\n9000 GAND\nBelgië", " B-9000 Gent", " - 9000 Gent")
            from name in Gen.OneOf<string>("", "Jan Peeters, ", "Mevr. A. De Smet\n")
            select (Street: street, Bus: bus, Town: town, Name: name);

        Gen.Select(houses, spellings).Sample((house, spelling) =>
        {
            var text = $"{spelling.Name}{spelling.Street} "
                + $"{house.Number}{house.Suffix}{(house.Box.Length > 0 ? spelling.Bus + house.Box : "")}{spelling.Town}";
            return Key(text) == $"BE|9000|SINTJANSSTRAAT|{house.Number}{house.Suffix}|{house.Box}";
        });
    }

    [Fact]
    public void Any_text_gives_either_no_key_or_a_key_that_survives_a_round_trip() =>
        Gen.String[Gen.OneOf(Gen.Char, Gen.Const(' '), Gen.Const(
            ','), Gen.Char['0', '9'], Gen.Char['A', 'Z'], Gen.Const('|'), Gen.Const('-')), 0, 40].Sample(text =>
            !PostalKey.TryParse(text, out var identifier)
            || (PostalKey.TryParse(identifier.Value, out var again)
                && again == identifier
                && identifier.ToString().Length <= 5
                && PostalKey.Parts(identifier).ToString() == identifier.Value));

    [Fact]
    public void A_key_can_be_split_into_its_parts_and_its_text_is_masked()
    {
        Assert.True(PostalKey.TryParse("Kerkstraat 12 bus 3, 9000 Gent", out var ghent));
        Assert.Equal(new PostalAddress("BE", "9000", "KERKSTRAAT", "12", "3", ""), PostalKey.Parts(ghent));
        Assert.Equal("90...", ghent.ToString());
        Assert.Equal([Channel.Post], ghent.Channels);
        Assert.True(PostalKey.TryParse("Hauptstraße 5, 10115 Berlin", out var berlin));
        Assert.Equal(new PostalAddress("DE", "", "", "", "", "HAUPTSTRASSE 5 10115 BERLIN"), PostalKey.Parts(berlin));
        Assert.Equal("HA...", berlin.ToString());
        Assert.True(EmailAddress.TryParse("jan@example.com", out var mail));
        Assert.Throws<ArgumentException>(() => PostalKey.Parts(mail));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Gent")]
    [InlineData("Kerkstraat Gent")]
    [InlineData("1 2")]
    [InlineData("9000, 12")]
    public void Text_that_is_not_a_postal_address_is_refused(string? text)
    {
        Assert.False(PostalKey.TryParse(text, out _));
        Assert.False(PostalKey.TryParse(new string('1', 501), out _));
    }

    // The dotless i and some other small letters have no capital form.
    [Theory]
    [InlineData("0E\u0131DE")]
    [InlineData("BE|9000|\u01315")]
    [InlineData("Kalpakl\u0131 12, 9000 Gent")]
    [InlineData("12 \u0250\u0138str, 10115 Berlin")]
    public void A_key_with_a_letter_that_has_no_capital_form_is_read_again_and_has_parts(string text)
    {
        Assert.True(PostalKey.TryParse(text, out var read));

        Assert.True(PostalKey.TryParse(read.Value, out var again));
        Assert.Equal(read, again);
        Assert.Equal(read.Value, PostalKey.Parts(read).ToString());
    }

    private static string Key(string text) => PostalKey.TryParse(text, out var identifier) ? identifier.Value : "none";
}
