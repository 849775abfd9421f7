using System.Globalization;
using OptOut.Links;
using OptOut.Records;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web;

/// <summary>A client that sends too many requests learns that nothing was recorded and when to try again.</summary>
public sealed class RateLimitTests(AzuriteFixture azurite)
{
    private const string Unlimited = "1000", ClientIp = "X-Azure-ClientIP";

    [Fact]
    public async Task A_client_with_too_many_Stops_gets_429_without_anything_recorded_and_other_clients_are_not_limited()
    {
        await using var host = await HostAsync(
            ("PublicStop:Client:Count", "2"), ("PublicStop:Client:Window", "01:00:00"), ("ClientAddressHeader", ClientIp));
        Assert.Equal(200, (await StopAsync(host, "first@example.com", "203.0.113.7:1001")).Status);
        Assert.Equal(200, (await StopAsync(host, "second@example.com", "203.0.113.7:1002")).Status);
        var before = await host.EverythingAsync();

        var answer = await StopAsync(host, "third@example.com", "203.0.113.7:1003");

        Assert.Equal(429, answer.Status);
        Assert.InRange(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 29 * 60, 30 * 60);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal(
            [
                "De Kruidtuin",
                "Even geduld",
                "Er kwamen te veel aanvragen kort na elkaar. Deze aanvraag is daarom niet geregistreerd. "
                    + "Wat eerder geregistreerd is, blijft gelden.",
                "Probeer het over 30 minuten opnieuw.",
                "Terug naar het formulier",
                "Wilt u niet wachten? Schrijf naar privacy@kruidtuin.example. Dan verwerken wij uw aanvraag.",
            ],
            Words(answer.Body)[..6]);
        Assert.Equal(before, await host.EverythingAsync());
        Assert.Equal((true, "no-objection"), await host.CheckAsync("email", "third@example.com"));

        Assert.Equal(200, (await StopAsync(host, "third@example.com", "203.0.113.8")).Status);
        await host.LedgerAsync(host.StandInFor("third@example.com"), 1);
    }

    // The host replaces X-Forwarded-For. Without a trusted proxy, any client can write the other header.
    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData(ClientIp)]
    public async Task A_header_written_by_the_client_does_not_make_it_another_client(string header)
    {
        await using var host = await HostAsync(("PublicStop:Client:Count", "1"));

        Assert.Equal(200, (await StopAsync(host, "first@example.com", "203.0.113.1", header)).Status);
        Assert.Equal(429, (await StopAsync(host, "second@example.com", "203.0.113.2", header)).Status);
    }

    [Fact]
    public async Task Invalid_forms_do_not_count()
    {
        await using var host = await HostAsync(("PublicStop:Client:Count", "1"));

        for (var slip = 0; slip < 3; slip++)
            Assert.Equal(400, (await StopAsync(host, "nobody")).Status);

        Assert.Equal(200, (await StopAsync(host, "somebody@example.com")).Status);
    }

    [Fact]
    public async Task An_identifier_is_limited_across_clients_whether_known_or_not_and_others_are_not_limited()
    {
        await using var host = await HostAsync(("PublicStop:Identifier:Count", "1"), ("ClientAddressHeader", ClientIp));
        var subject = await host.PutSubjectAsync("limited", ["known@example.com"]);

        foreach (var email in (string[])["known@example.com", "unknown@example.com"])
        {
            Assert.Equal(200, (await StopAsync(host, email, "203.0.113.1")).Status);
            var again = await StopAsync(host, email, "203.0.113.2");
            Assert.Equal(429, again.Status);
            Assert.InRange(int.Parse(again.Headers["Retry-After"], CultureInfo.InvariantCulture), 3590, 3600);
        }

        Assert.Equal(200, (await StopAsync(host, "another@example.com", "203.0.113.2")).Status);
        await host.QuietAsync();
        await host.LedgerAsync(subject, 1);
    }

    [Fact]
    public async Task Link_requests_are_limited()
    {
        await using var host = await HostAsync(("LinkMail:Identifier:Count", "1"), ("LinkMail:Client:Count", "2"));

        var statuses = new List<int>();
        foreach (var email in (string[])["a@example.com", "a@example.com", "b@example.com"])
        {
            statuses.Add(
                (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"ask=link&email={Uri.EscapeDataString(email)}"))).Status);
        }

        // The second request counted for the client before it was rejected for the address.
        Assert.Equal([200, 429, 429], statuses);
        Assert.Single(await host.SentAsync());

        // A Stop has its own limit.
        Assert.Equal(200, (await StopAsync(host, "a@example.com")).Status);
    }

    [Fact]
    public async Task Guessing_codes_is_limited_and_a_Stop_by_address_is_not_affected()
    {
        await using var host = await HostAsync(("CodeGuess:Client:Count", "3"));
        var subject = await host.PutSubjectAsync("guessed", ["guessed@example.com"]);
        var code = Assert.Single(await host.Service<CodeBook>().IssueAsync(
            [new CodePurpose(subject, 0, OptOut.Consent.Channel.Post, 0, 0)], TestContext.Current.CancellationToken));

        // A valid code is not a guess.
        for (var press = 0; press < 4; press++)
            Assert.Equal(200, (await CodeAsync(host, code)).Status);
        for (ulong guess = 0; guess < 3; guess++)
            Assert.Equal(200, (await CodeAsync(host, new PrintedCode(guess))).Status);

        Assert.Equal(429, (await CodeAsync(host, new PrintedCode(9))).Status);
        Assert.Equal(429, (await CodeAsync(host, code)).Status);
        Assert.Equal(200, (await StopAsync(host, "guessed@example.com")).Status);
    }

    private Task<OptOutHost> HostAsync(params (string Name, string Value)[] limits)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var action in (string[])["PublicStop", "LinkMail", "CodeGuess"])
        {
            settings[$"OptOut:Limits:{action}:Client:Count"] = Unlimited;
            settings[$"OptOut:Limits:{action}:Client:Window"] = "01:00:00";
            if (action != "CodeGuess")
                settings[$"OptOut:Limits:{action}:Identifier:Count"] = Unlimited;
        }

        foreach (var (name, value) in limits)
            settings[$"OptOut:Limits:{name}"] = value;
        return OptOutHost.StartAsync(azurite, settings: settings);
    }

    private static Task<Answer> StopAsync(OptOutHost host, string email, string? client = null, string header = ClientIp)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/unsubscribe?lang=nl")
        {
            Content = OptOutHost.Form($"email={Uri.EscapeDataString(email)}"),
        };
        if (client is not null)
            request.Headers.Add(header, client);
        return host.SendAsync(request);
    }

    private static Task<Answer> CodeAsync(OptOutHost host, PrintedCode code) =>
        host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"code={code}"));
}
