using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Links;

namespace OptOut.Tests.Links;

public sealed class LinkHeadersTests
{
    private const string Token = "AQcBAgARIjNEVWZ3iJmqu8zd7v8yz2MAAAAqugFk8cFdyYnXuOb4BTudSA";
    private const string Dkim =
        "Sign the headers List-Unsubscribe and List-Unsubscribe-Post with DKIM, or mail clients will not show the button.";

    private static readonly Link Mailed = new(
        new SubjectKey(new UInt128(0x0011223344556677, 0x8899AABBCCDDEEFF)),
        Channel.Email,
        2,
        new DateTimeOffset(2026, 5, 1, 10, 11, 0, TimeSpan.Zero),
        42);

    [Theory]
    [InlineData("https://optout.example.com")]
    [InlineData("https://optout.example.com/")]
    public void The_two_headers_have_exactly_this_form(string baseUrl)
    {
        var forms = Write(new() { BaseUrl = new Uri(baseUrl), MailtoHost = "optout.example.com" });

        Assert.Equal($"<https://optout.example.com/u/{Token}>, <mailto:u-{Token}@optout.example.com>", forms.ListUnsubscribe);
        Assert.Equal("List-Unsubscribe=One-Click", forms.ListUnsubscribePost);
        Assert.Equal($"https://optout.example.com/u/{Token}", forms.Url.AbsoluteUri);
        Assert.Equal($"u-{Token}@optout.example.com", forms.Mailto);
        Assert.Equal([Dkim], forms.Warnings);
    }

    [Fact]
    public void Without_a_mail_host_the_mailto_address_is_left_out()
    {
        var forms = Write(new() { BaseUrl = new Uri("https://example.com/mail/") });

        Assert.Equal($"<https://example.com/mail/u/{Token}>", forms.ListUnsubscribe);
        Assert.Null(forms.Mailto);
    }

    [Theory]
    [InlineData(OneClickScope.Channel)]
    [InlineData(OneClickScope.Topic)]
    public void A_one_click_that_stops_less_than_everything_causes_a_warning(OneClickScope scope)
    {
        var forms = Write(new() { BaseUrl = new Uri("https://example.com"), OneClickScope = scope });

        Assert.Equal(
            [
                Dkim,
                $"OptOut:Links:OneClickScope is '{scope}': the mail client's button stops less than everything. "
                    + "That is lawful only if the body of this mail offers both choices: to stop everything and to adjust preferences.",
            ],
            forms.Warnings);
    }

    private static LinkForms Write(LinkOptions options)
    {
        options.Keys.Add(new() { Id = 7, Secret = OptOutSettings.LinkSecret, Use = LinkKeyUse.Sign });
        using var ring = new LinkKeyRing(Options.Create(options));
        return new LinkHeaders(ring, Options.Create(options)).Write(Mailed);
    }
}
