using OptOut.Company;
using OptOut.Identity.Postal;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.PublicForm;

/// <summary>A postal address typed in the public form: whose post stops, and what the page says of it.</summary>
public sealed class PostalAddressFormTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Theory]
    [InlineData("12, rue du 8 mai 1945, 7000 Mons", "14, rue du 8 mai 1945, 7000 Mons")]
    [InlineData("Bus 3, Kerkstraat 12, 9000 Gent", "Bus 4, Kerkstraat 12, 9000 Gent")]
    [InlineData("Appt 5\n12 rue Neuve\n1000 Bruxelles", "Appt 6\n12 rue Neuve\n1000 Bruxelles")]
    [InlineData("Kerkstraat 13, blok A, 9000 Gent", "Kerkstraat 13, blok B, 9000 Gent")]
    [InlineData("5, 2e Carabinierslaan, 8400 Oostende", "7, 2e Carabinierslaan, 8400 Oostende")]
    [InlineData("Hauptstr. 5, Hinterhaus, 10115 Berlin", "Hauptstr. 5, Vorderhaus, 10115 Berlin")]
    public async Task A_Stop_does_not_reach_the_neighbour(string stopped, string neighbour)
    {
        var id = $"neighbour-{stopped.Length}-{stopped[0]}";
        var person = await host.PutSubjectAsync(id + "-1", [id + "-1@example.com"], postal: [stopped]);
        var other = await host.PutSubjectAsync(id + "-2", [id + "-2@example.com"], postal: [neighbour]);

        Assert.Equal(200, (await PostAsync(stopped)).Status);

        await host.LedgerAsync(person, 1);
        await host.ConfirmedAsync(person);
        await host.QuietAsync();
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", stopped.Replace('\n', ',')));
        Assert.True((await host.CheckAsync("post", neighbour.Replace('\n', ','))).Allowed);
        Assert.True((await host.CheckAsync("email", id + "-2@example.com")).Allowed);
        await host.LedgerAsync(other, 0);
    }

    [Theory]
    [InlineData("Place du 20-Août 7, 4000 Liège", "7, place du 20 août, 4000 Liège")]
    [InlineData("Bahnhofstr. 27 a, 10115 Berlin", "Bahnhofstraße 27a\n10115 Berlin\nDeutschland")]
    [InlineData("12 rue de l'Église, 59000 Lille", "12, r. de l’Eglise\nF-59000 LILLE")]
    [InlineData("3, Grand-Rue, L-1661 Luxembourg", "Grand'Rue 3, 1661 Luxembourg")]
    public async Task Another_spelling_reaches_the_same_letterbox(string stored, string typed)
    {
        var subject = await host.PutSubjectAsync($"spelling-{stored.Length}", postal: [stored]);

        Assert.Equal(200, (await PostAsync(typed)).Status);

        await host.LedgerAsync(subject, 1);
        await host.QuietAsync();
        Assert.Equal((false, "stopped"), await host.CheckAsync("post", stored));
    }

    [Theory]
    [InlineData(
        "en",
        "We read your postal address as: street MOLENSTRAAT, number 8, box or addition 3, postcode 9000, country BE.",
        "Letters stop if the address on them reads the same.")]
    [InlineData(
        "nl",
        "Uw postadres lezen wij als: straat MOLENSTRAAT, nummer 8, bus of toevoeging 3, postcode 9000, land BE.",
        "Brieven stoppen als het adres erop net zo gelezen wordt.")]
    [InlineData(
        "fr",
        "Nous lisons votre adresse postale ainsi : rue MOLENSTRAAT, numéro 8, boîte ou complément 3, code postal 9000, pays BE.",
        "Les lettres cessent si l’adresse qu’elles portent se lit de la même façon.")]
    [InlineData(
        "de",
        "Wir lesen Ihre Postanschrift so: Straße MOLENSTRAAT, Nummer 8, Briefkasten oder Zusatz 3, Postleitzahl 9000, Land BE.",
        "Briefe hören auf, wenn die Anschrift darauf genauso gelesen wird.")]
    public async Task The_page_says_how_the_address_was_read(string language, string reading, string promise)
    {
        var page = Words((await PostAsync("Molenstraat 8 bus 3, 9000 Gent", language)).Body);

        Assert.Contains(reading, page);
        Assert.Contains(page, w => w.StartsWith(promise, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_is_the_same_for_an_address_that_a_customer_has_and_one_that_nobody_has()
    {
        await host.PutSubjectAsync("known-address", postal: ["Molenstraat 9, 9000 Gent"]);

        var known = Words((await PostAsync("Molenstraat 9, 9000 Gent")).Body);
        var unknown = Words((await PostAsync("Molenstraat 6, 9000 Gent")).Body);

        Assert.Equal(Same(known, "number 9"), Same(unknown, "number 6"));

        // The time and the reference number are the person's own.
        static IEnumerable<string> Same(IEnumerable<string> page, string number) => page
            .Select(w => w.Replace(number, "number", StringComparison.Ordinal))
            .Where(w => !w.StartsWith("Recorded on", StringComparison.Ordinal) && w.Length != "0000-0000-0000".Length);
    }

    [Fact]
    public async Task Without_a_postal_address_the_page_says_nothing_of_letters()
    {
        var page = await host.SendAsync("POST", "/unsubscribe?lang=en", OptOutHost.Form("email=no-letters%40example.com"));

        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("We read your postal address", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Letters stop", page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10 Downing Street, London SW1A 2AA", "10 DOWNING STREET LONDON SW1A 2AA")]
    [InlineData("Hauptstr. 5, 10115 Berlin", "HAUPTSTRASSE 5 10115 BERLIN, country DE")]
    [InlineData("Kerkstraat 12 A-III, 1017 GC Amsterdam", "number 12, box or addition AIII, postcode 1017GC, country NL")]
    public void A_reading_names_what_the_key_holds(string typed, string reading)
    {
        Assert.True(PostalKey.TryParse(typed, out var postal));
        Assert.Equal(reading, PostalReading.Describe(postal, Language.English));
    }

    private Task<Answer> PostAsync(string postal, string language = "en") =>
        host.SendAsync("POST", $"/unsubscribe?lang={language}", OptOutHost.Form($"postal={Uri.EscapeDataString(postal)}"));
}
