using OptOut.Links;

namespace OptOut.Tests.Links;

public sealed class LinkOptionsTests
{
    [Fact]
    public void Valid_settings_are_accepted()
    {
        Assert.Empty(Errors(_ => { }));
        Assert.Empty(Errors(o => o.BaseUrl = new Uri("http://127.0.0.1:7071")));
        Assert.Empty(Errors(o => o.MailtoHost = "optout.example.com"));
        Assert.Empty(Errors(o => o.Keys.Add(new() { Id = 2, Secret = OptOutSettings.OldLinkSecret, Use = LinkKeyUse.Revoked })));
    }

    [Fact]
    public void All_errors_are_reported_at_once_with_the_setting_and_the_fix() => Assert.Equal(
        [
            "OptOut:Links:BaseUrl is missing; give the public address, as in 'https://optout.example.com'.",
            "OptOut:Links:MailtoHost is 'not a host'; give a bare domain, as in 'optout.example.com', or leave it empty.",
            "OptOut:Links:Keys:0:Id is 256; give a number from 0 to 255.",
            "OptOut:Links:Keys:0:Secret is empty; give 32 random bytes in base64, as from 'openssl rand -base64 32'.",
            "OptOut:Links:Keys:1:Secret is not base64; give 32 random bytes, as from 'openssl rand -base64 32'.",
            "OptOut:Links:Keys:2:Secret has 16 bytes; give at least 32, as from 'openssl rand -base64 32'.",
            "OptOut:Links:Keys gives Id 3 to 2 keys; give every key its own Id.",
            "OptOut:Links:Keys has 0 keys with Use 'Sign'; give exactly one key 'Sign' and the earlier ones 'Verify'.",
        ],
        Errors(o =>
        {
            o.BaseUrl = null;
            o.MailtoHost = "not a host";
            o.Keys.Clear();
            o.Keys.Add(new() { Id = 256 });
            o.Keys.Add(new() { Id = 3, Secret = "!" });
            o.Keys.Add(new() { Id = 3, Secret = Convert.ToBase64String(new byte[16]) });
        }));

    [Theory]
    [InlineData("http://optout.example.com", "OptOut:Links:BaseUrl is 'http://optout.example.com/'; mail clients only POST to "
        + "https (RFC 8058 section 3.1), so give an https address.")]
    [InlineData(
        "https://optout.example.com/?a=1",
        "OptOut:Links:BaseUrl is 'https://optout.example.com/?a=1'; leave out the query and the fragment.")]
    [InlineData(
        "https://optout.example.com/#top",
        "OptOut:Links:BaseUrl is 'https://optout.example.com/#top'; leave out the query and the fragment.")]
    [InlineData("optout.example.com", "OptOut:Links:BaseUrl is missing; give the public address, as in 'https://optout.example.com'.")]
    public void A_public_address_that_mail_clients_cannot_use_is_refused(string address, string error) =>
        Assert.Equal([error], Errors(o => o.BaseUrl = new Uri(address, UriKind.RelativeOrAbsolute)));

    [Fact]
    public void Two_signing_keys_are_one_too_many() => Assert.Equal(
        ["OptOut:Links:Keys has 2 keys with Use 'Sign'; give exactly one key 'Sign' and the earlier ones 'Verify'."],
        Errors(o => o.Keys.Add(new() { Id = 2, Secret = OptOutSettings.OldLinkSecret, Use = LinkKeyUse.Sign })));

    private static IEnumerable<string> Errors(Action<LinkOptions> change)
    {
        var options = new LinkOptions
        {
            BaseUrl = new Uri("https://optout.example.com"),
            Keys = [new() { Id = 1, Secret = OptOutSettings.LinkSecret, Use = LinkKeyUse.Sign }],
        };
        change(options);
        return new LinkOptionsValidator().Validate(null, options).Failures ?? [];
    }
}
