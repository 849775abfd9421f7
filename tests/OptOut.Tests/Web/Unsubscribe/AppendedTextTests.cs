using System.Text;
using OptOut.Consent;
using static OptOut.Tests.Web.Unsubscribe.LinkPageTests;

namespace OptOut.Tests.Web.Unsubscribe;

/// <summary>A link with what mail programs and people take into it works like the link itself.</summary>
public sealed class AppendedTextTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    // As they stand in the request line: encoded once, or twice where a program encodes what is encoded already.
    public static TheoryData<string> Attached =>
    [
        "TOKEN.", "TOKEN,", "TOKEN;", "TOKEN:", "TOKEN!", "TOKEN%3F", "TOKEN)", "TOKEN]", "TOKEN%5D", "TOKEN%7D", "TOKEN%3E", "TOKEN%22",
        "TOKEN'", "TOKEN%20", "TOKEN%09", "TOKEN%0D%0A", "TOKEN=", "TOKEN=3D", "TOKEN=0D=0A", "TOKEN*", "TOKEN**", "TOKEN_", "TOKEN__",
        "TOKEN-", "TOKEN--", "TOKEN~", "TOKEN%60", "TOKEN%7C", "TOKEN%5C", "TOKEN/", "TOKEN%2F", "TOKEN/.", "TOKEN/)", "TOKEN/%20",
        "TOKEN&gt;", "TOKEN&amp;", "TOKEN&fbclid=1", "TOKEN&lt;/a&gt;", "TOKEN%23top", "TOKEN%3Futm_source=x",
        "TOKEN?utm_source=x&fbclid=y.",
        "TOKEN?lang=en.", "TOKEN%E2%80%A6", "TOKEN%E2%80%99", "TOKEN%E2%80%9D", "TOKEN%C2%BB", "TOKEN%C2%A0%C2%BB", "TOKEN%E2%80%8B",
        "TOKEN%EF%BB%BF", "TOKEN%C2%AD", "TOKEN%E2%80%8E", "TOKEN%E3%80%82", "TOKEN%EF%BC%89", "TOKEN%253E", "TOKEN%2520",
        "TOKEN%250D%250A",
        "TOKEN%3E%29.%22", "TOKEN).%20", "TOKEN%20and%20more", "TOKEN,example.com/x", "TOKEN%3C/a%3E",
        "TOKEN.%F0%9F%91%8D", "%20TOKEN", "%3CTOKEN%3E",
        "%22TOKEN%22", "(TOKEN)", "_TOKEN_", "**TOKEN**", "%E2%80%8BTOKEN", "%0D%0A%20TOKEN", "=%0D%0ATOKEN",
    ];

    [Theory]
    [MemberData(nameof(Attached))]
    public async Task A_link_with_something_attached_shows_its_page_and_accepts_a_one_click(string path)
    {
        var id = $"attached-{Convert.ToHexString(Encoding.UTF8.GetBytes(path))}";
        var (subject, token) = (host.SubjectOf(id), await host.TokenAsync(id));
        var plain = await host.SendAsync("GET", $"/u/{token}");

        var page = await host.SendAsync("GET", With(path, token));
        Assert.Equal(200, page.Status);
        Assert.Equal(Words(plain.Body), Words(page.Body));
        Assert.Contains($"action=\"/u/{token}", page.Body, StringComparison.Ordinal);
        Assert.Empty(await host.LedgerAsync(subject));

        var answer = await host.SendAsync("POST", With(path, token), OptOutHost.Form("List-Unsubscribe=One-Click"));
        Assert.Equal((200, ""), (answer.Status, answer.Body));
        Assert.Equal(Source.OneClick, Assert.Single(await host.LedgerAsync(subject, 1)).Change.Source);
    }

    [Fact]
    public async Task A_token_that_was_wrapped_over_two_lines_works()
    {
        var token = await host.TokenAsync("wrapped");

        foreach (var wrap in (string[])["%20", "%0D%0A", "=%0D%0A", "%0D%0A%20%20", "%E2%80%8B", "%C2%AD", "="])
            Assert.Equal(200, (await host.SendAsync("GET", $"/u/{token[..30]}{wrap}{token[30..]}")).Status);
    }

    [Theory]
    [InlineData("/u/TOKEN.", "/preferences")]
    [InlineData("/u/TOKEN", "/preferences.")]
    [InlineData("/u/TOKEN", "/preferences)")]
    [InlineData("/u/TOKEN", "/preferences%3E")]
    [InlineData("/u/TOKEN", "/preferences%20")]
    [InlineData("/u/TOKEN", "/preferences/")]
    [InlineData("/u/TOKEN", "/preferences%253E")]
    [InlineData("/u/TOKEN", "/preferences%E2%80%A6?utm_source=x")]
    public async Task The_preference_page_works_with_something_attached(string link, string step)
    {
        var token = await host.TokenAsync("attached-step");

        var page = await host.SendAsync("GET", With(link, token)[3..] + step);

        Assert.Equal((200, "Your preferences"), (page.Status, Words(page.Body)[1]));
        Assert.Contains($"action=\"/u/{token}/preferences\"", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receipt_and_an_undo_work_with_something_attached()
    {
        var token = await host.TokenAsync("attached-receipt");
        var reference = ReferenceOn(await host.PressAsync(token));

        foreach (var attached in (string[])[".", ")", "%3E", "%20", "%22", "%E2%80%9D", "&utm_source=x"])
        {
            var receipt = await host.SendAsync("GET", $"/u/{token}/receipt?ref={reference}{attached}");
            Assert.Equal((200, "Proof of your choice"), (receipt.Status, Words(receipt.Body)[1]));
        }

        var data = await host.SendAsync("GET", $"/u/{token})/receipt?ref={reference}&format=json.");
        Assert.Equal((200, "application/json"), (data.Status, data.Headers["Content-Type"].Split(';')[0]));
        var undone = await host.SendAsync("POST", $"/u/{token}%3E/undo.", OptOutHost.Form($"ref={reference}"));
        Assert.Equal((200, "Your choice is undone"), (undone.Status, Words(undone.Body)[1]));
    }

    [Fact]
    public async Task A_cut_forged_or_longer_token_is_refused_with_the_same_bytes_whatever_is_attached()
    {
        var token = await host.TokenAsync("attached-forged");
        var forged = token[..^2] + (token[^2] == 'A' ? 'B' : 'A') + token[^1];
        var before = await host.EverythingAsync();

        var answers = new List<Answer>();
        foreach (var path in (string[])
        [
            $"{forged}.", $"{forged})", $"{forged}%3E", $"{token[..^1]}.", $"{token[..^1]}%20", $"{token}A", $"{token}A.", $"{token}0%3E",
            $"%20{token[1..]}", $"A{token}", $"{token[..30]}.{token[30..]}", "%3E", $"{token}/other.", $"{forged}./other",
        ])
        {
            answers.Add(await host.SendAsync("GET", $"/u/{path}"));
            answers.Add(await host.OneClickAsync(path));
        }

        Assert.All(answers, a => Assert.Equal(404, a.Status));
        Assert.Single(answers.Select(a => a.Body).Distinct());
        Assert.Equal(before, await host.EverythingAsync());
    }

    private static string With(string path, string token) => "/u/" + path.Replace("TOKEN", token, StringComparison.Ordinal);
}
