using System.Net.Http.Json;
using System.Xml.Linq;
using OptOut.Links;

namespace OptOut.Tests.Api.Codes;

/// <summary>The QR code of a printed code, read back from its pixels.</summary>
public sealed class QrTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static readonly PrintedCode Code = new(0x0123456789AB);

    [Fact]
    public async Task Both_pictures_contain_the_short_link_in_capitals()
    {
        var svg = await host.SendAsync("GET", $"/q/{Code.Compact}/qr.svg");
        var png = await host.Client.GetAsync($"/q/{Code}/qr.png", TestContext.Current.CancellationToken);

        Assert.Equal((200, "image/svg+xml"), (svg.Status, svg.Headers["Content-Type"]));
        Assert.Equal("HTTPS://OPTOUT.KRUIDTUIN.EXAMPLE/Q/14D2PF2DBR", Scanner.ReadSvg(svg.Body));
        Assert.Equal("image/png", png.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "HTTPS://OPTOUT.KRUIDTUIN.EXAMPLE/Q/14D2PF2DBR",
            Scanner.ReadPng(await png.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task The_picture_is_small_black_on_white_with_a_quiet_zone_and_an_impersonal_title()
    {
        var svg = (await host.SendAsync("GET", $"/q/{Code.Compact}/qr.svg")).Body;

        // Version 3, 29 modules: in lower case the same link would need version 4.
        var modules = Scanner.Modules(svg);
        Assert.Equal(29 + 4 + 4, modules.Length);
        Assert.All(modules[..4].Concat(modules[^4..]), row => Assert.DoesNotContain(true, row));
        Assert.All(modules, row => Assert.DoesNotContain(true, row[..4].Concat(row[^4..])));
        Assert.InRange(svg.Length, 1000, 8000);
        var root = XDocument.Parse(svg).Root!;
        Assert.Equal(["title", "path", "path"], root.Elements().Select(e => e.Name.LocalName));
        Assert.Equal(
            ("img", "0 0 37 37", "QR code to unsubscribe"),
            (root.Attribute("role")!.Value, root.Attribute("viewBox")!.Value, root.Elements().First().Value));
        Assert.Equal(["#fff", "#000"], root.Elements().Skip(1).Select(e => e.Attribute("fill")!.Value));
    }

    [Fact]
    public async Task A_picture_may_be_cached_by_the_client_only_and_cannot_run_scripts()
    {
        var before = await host.EverythingAsync();

        var get = await host.SendAsync("GET", $"/q/{Code.Compact}/qr.svg");
        var head = await host.SendAsync("HEAD", $"/q/{Code.Compact}/qr.png");

        Assert.Equal((200, ""), (head.Status, head.Body));
        Assert.All([get, head], answer => Assert.Equal(
            ("max-age=31536000, private, immutable", "default-src 'none'", "nosniff", "noindex, nofollow"),
            (
                answer.Headers["Cache-Control"],
                answer.Headers["Content-Security-Policy"],
                answer.Headers["X-Content-Type-Options"],
                answer.Headers["X-Robots-Tag"])));
        Assert.Equal(before, await host.EverythingAsync());
    }

    /// <summary>Routing ignores the case of a method, and the server does not: for it, <c>hEAD</c> is no HEAD and needs a body.</summary>
    [Fact]
    public async Task A_method_in_mixed_case_has_an_answer()
    {
        foreach (var path in (string[])[$"/q/{Code.Compact}/qr.svg", $"/q/{Code.Compact}/qr.png", "/api/openapi.json", "/"])
            Assert.NotEqual(500, await BrokenRequest.MethodAsync(host.Client.BaseAddress!, "hEAD", path));
        Assert.Equal(200, await BrokenRequest.MethodAsync(host.Client.BaseAddress!, "hEAD", $"/q/{Code.Compact}/qr.svg"));
    }

    [Theory]
    [InlineData("14D2PF2DBS")]
    [InlineData("14D2PF2DB")]
    [InlineData("jan@example.com")]
    public async Task An_invalid_code_has_no_picture(string typed)
    {
        Assert.Equal(404, (await host.SendAsync("GET", $"/q/{typed}/qr.svg")).Status);
        Assert.Equal(404, (await host.SendAsync("GET", $"/q/{typed}/qr.png")).Status);
    }

    [Theory]
    [InlineData("svg")]
    [InlineData("png")]
    public async Task An_order_can_return_the_picture_of_each_code(string qr)
    {
        var answer = await host.SendAsync(
            "POST", "/api/codes", JsonContent.Create(new { subjects = new[] { "qr-1", "qr-2" }, qr }), OptOutHost.FunctionKey);

        Assert.Equal(200, answer.Status);
        Assert.All(answer.Json["codes"]!.AsArray(), code =>
        {
            var picture = code!["qr"]!.GetValue<string>();
            Assert.Equal(
                code["url"]!.GetValue<string>().ToUpperInvariant(),
                qr == "svg" ? Scanner.ReadSvg(picture) : Scanner.ReadPng(Convert.FromBase64String(picture)));
        });
    }
}
