using Microsoft.Extensions.Options;
using OptOut.Api.Codes;
using OptOut.Company;
using OptOut.Links;

namespace OptOut.Tests.Api.Codes;

public sealed class CodeLinksTests
{
    [Theory]
    [InlineData("https://optout.example", "https://optout.example/q/14D2PF2DBR", "HTTPS://OPTOUT.EXAMPLE/Q/14D2PF2DBR")]
    [InlineData("https://optout.example:8443/", "https://optout.example:8443/q/14D2PF2DBR", "HTTPS://OPTOUT.EXAMPLE:8443/Q/14D2PF2DBR")]
    [InlineData("http://[::1]:7071", "http://[::1]:7071/q/14D2PF2DBR", "HTTP://[::1]:7071/Q/14D2PF2DBR")]
    [InlineData("https://caf\u00e9.example", "https://caf\u00e9.example/q/14D2PF2DBR", "HTTPS://XN--CAF-DMA.EXAMPLE/Q/14D2PF2DBR")]
    [InlineData("https://www.example/optOut/", "https://www.example/optOut/q/14D2PF2DBR", "https://www.example/optOut/q/14D2PF2DBR")]
    public void A_QR_code_contains_the_link_in_capitals_where_case_does_not_matter(string baseUrl, string link, string scanned)
    {
        var links = new CodeLinks(Options.Create(new LinkOptions { BaseUrl = new Uri(baseUrl) }), Options.Create(new ControllerOptions()));
        var code = new PrintedCode(0x0123456789AB);

        Assert.Equal((link, scanned), (links.Create(code).ToString(), links.QrContent(code)));
        Assert.Equal(scanned, Scanner.ReadPng(links.Png(code)));
    }
}
