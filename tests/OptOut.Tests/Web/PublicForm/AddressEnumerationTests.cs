using System.Diagnostics;
using System.Text.RegularExpressions;
using OptOut.Consent;

namespace OptOut.Tests.Web.PublicForm;

/// <summary>
/// Typing an address reveals nothing about it: not in the words, the headers or the timing of the response, nor in
/// the messages that follow.
/// </summary>
public sealed class AddressEnumerationTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    [Fact]
    public async Task A_Stop_for_a_known_and_an_unknown_address_gets_the_same_response_and_the_same_messages()
    {
        var subject = await host.PutSubjectAsync(
            "learn-1",
            ["learn-1@example.com", "learn-old@example.com"],
            ["+32470000011", "+32470000012"],
            ["Kerkstraat 1, 9000 Gent"],
            "nl");
        await host.QuietAsync();

        var known = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=learn-1%40example.com"));
        var unknown = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=learn-2%40example.com"));
        var again = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("email=learn-1%40example.com"));

        Assert.Equal(Neutral(unknown), Neutral(known));
        Assert.Equal(Neutral(known), Neutral(again));
        await host.QuietAsync();
        Assert.Equal(["consent-change"], await KindsAsync(host.StandInFor("learn-2@example.com")));
        Assert.Equal(["consent-change", "consent-change"], await KindsAsync(host.StandInFor("learn-1@example.com")));
        Assert.Empty(await KindsAsync(subject));
    }

    [Fact]
    public async Task A_link_request_for_a_known_and_an_unknown_address_gets_the_same_bytes_and_the_same_message()
    {
        await host.PutSubjectAsync("learn-3", ["learn-3@example.com"]);

        var known = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("ask=link&email=learn-3%40example.com"));
        var unknown = await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form("ask=link&email=learn-4%40example.com"));

        Assert.Equal(200, known.Status);
        Assert.Equal(known.Body, unknown.Body);
        var requests = (await host.SentAsync()).Where(m => m.Subject == "link-requested").ToArray();
        Assert.Equal(2, requests.Length);
        Assert.Single(requests.Select(m => string.Join(' ', m.ApplicationProperties.Keys.Order(StringComparer.Ordinal))).Distinct());
        Assert.All(requests, m => Assert.Empty(m.Body.ToArray()));
    }

    [Fact]
    public async Task The_response_to_a_Stop_is_sent_at_a_whole_half_second_for_every_address()
    {
        await host.PutSubjectAsync("learn-5", ["learn-5@example.com"], [.. Enumerable.Range(20, 20).Select(i => $"+324700000{i}")]);

        foreach (var email in (string[])["learn-5@example.com", "learn-6@example.com"])
        {
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(
                200, (await host.SendAsync("POST", "/unsubscribe", OptOutHost.Form($"email={Uri.EscapeDataString(email)}"))).Status);
            Assert.True(
                Stopwatch.GetElapsedTime(started) > TimeSpan.FromMilliseconds(480),
                $"{email} was answered after {Stopwatch.GetElapsedTime(started)}");
        }
    }

    // What apply passes on later depends on the vendors that a person has; nobody who waits for an answer can see it.
    private async Task<IEnumerable<string>> KindsAsync(SubjectKey subject) =>
        (await host.SentAsync())
            .Where(m => m.CorrelationId == $"{subject}" && !m.ApplicationProperties.ContainsKey("only"))
            .Select(m => m.Subject);

    // Removes what always differs: the typed address, the time and the reference number.
    private static string Neutral(Answer answer) => string.Join(
        '\n',
        [
            $"{answer.Status}",
            .. answer.Headers.Where(h => h.Key != "Date").OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}"),
            Regex.Replace(answer.Body, @"learn-\d@example|[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}|\d\d:\d\d\.", "#"),
        ]);
}
