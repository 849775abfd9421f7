using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Fuzz.Product;
using OptOut.Web.Pages;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>Accept-Language, and the query parameter <c>lang</c>.</summary>
internal sealed class LanguageTarget : TextTarget
{
    private static PageViews Views => ProductInMemory.Instance.Service<PageViews>();

    public override string Name => "accept-language";

    public override int MaxLength => 8 * 1024;

    public override (long Fixed, int PerByte) Memory => (256 * 1024, 1000);

    public override IReadOnlyList<string> Code => ["OptOut.Company.Language", "OptOut.Web.Pages.PageView"];

    protected override void Run(string text)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.AcceptLanguage = text.Split('\n');
        Require(Language.All.Contains(Views.For(request).Language), "Not one of our languages.");
        var escaped = Uri.EscapeDataString(string.Concat(text.EnumerateRunes()));
        request.QueryString = new QueryString($"?lang={escaped}&via={escaped}");
        Require(Language.All.Contains(Views.For(request, text).Language), "Not one of our languages.");
    }
}
