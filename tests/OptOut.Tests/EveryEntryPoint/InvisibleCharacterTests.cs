using OptOut.Consent;

namespace OptOut.Tests.EveryEntryPoint;

/// <summary>What a person or a vendor gives with characters that nobody sees stops the person who is registered without them.</summary>
public sealed class InvisibleCharacterTests(EveryVendorHost every) : IClassFixture<EveryVendorHost>
{
    private static int _number = 20_000;

    /// <summary>
    /// Not the mails: an address in a header is read by the mail library. Of the lists read at night the one of numbers and the one of
    /// postal addresses: the others are read with the same code as the vendors' webhooks.
    /// </summary>
    public static TheoryData<string> Every =>
    [
        .. EntryPoints.All.Keys.Where(k => !k.StartsWith("a mail ", StringComparison.Ordinal)
            && (!k.EndsWith("read at night", StringComparison.Ordinal)
                || k.StartsWith("the dialler", StringComparison.Ordinal)
                || k.StartsWith("the print house", StringComparison.Ordinal))),
    ];

    [Theory]
    [MemberData(nameof(Every))]
    public async Task An_opt_out_with_invisible_characters_stops_the_person_without_them(string name)
    {
        var (host, number) = (every.Host, Interlocked.Increment(ref _number));
        var who = await Person.NewAsync(host, $"seen-{number}", number);

        await EntryPoints.All[name].StopAsync(host, who with
        {
            Id = $"\uFEFF{who.Id.Insert(2, "\u00AD")}",
            Email = $"\u200B{who.Email.Insert(2, "\u00AD")}",
            Phone = $"\u202A{who.Phone}\u202C",
            Postal = $"\u200E{who.Postal.Insert(2, "\u2060")}",
        });

        Assert.Equal((Scope.Everything, Decision.Stop), Decided(Assert.Single(await host.LedgerAsync(who.Subject, 1)).Change));
        await StoppedAsync(host, ("email", who.Email), ("sms", who.Phone), ("post", who.Postal));
    }

    [Fact]
    public async Task A_person_imported_with_invisible_characters_is_stopped_and_checked_without_them()
    {
        var host = every.Host;
        var subject = await host.PutSubjectAsync(
            "\uFEFFimported",
            ["\uFEFFimp\u200Dorted@exam\u00ADple.com"],
            ["\u202A+32 470 19 99 99\u202C"],
            ["Kerk\u00ADstraat 77, 9000 Gent\u200B"]);
        Assert.Equal(host.SubjectOf("imported"), subject);

        Assert.Equal(200, (await host.OneClickAsync(await host.TokenAsync("imported\u200B"))).Status);

        await host.LedgerAsync(subject, 1);
        await StoppedAsync(
            host,
            ("email", "imported@example.com"),
            ("email", "\uFEFFimported@example.com\u200B"),
            ("phone", "0470 19 99 99"),
            ("post", "Kerkstraat 77, 9000 Gent"));
    }

    private static async Task StoppedAsync(OptOutHost host, params (string Channel, string Identifier)[] contactPoints)
    {
        foreach (var (channel, identifier) in contactPoints)
            await OptOutHost.UntilAsync(async () => await host.CheckAsync(channel, identifier) == (false, "stopped"));
    }

    private static (Scope, Decision) Decided(Change change) => (change.Scope, change.Decision);
}
