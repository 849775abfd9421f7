using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Links;
using OptOut.Platform.Http;

namespace OptOut.Web.Pages;

/// <summary>What every page needs: the language, the controller, and the address of the same page in another language.</summary>
/// <param name="Logo">A data URI; null shows the name.</param>
/// <param name="Address">The page's path and query, without <c>lang</c>.</param>
public sealed record PageView(Language Language, ControllerOptions Controller, PageStyle Style, string? Logo, string Address)
{
    public string ControllerName => Controller.Name;

    public string PrivacyAddress => Controller.PrivacyAddress;

    public Uri? PrivacyStatement => Controller.PrivacyStatement;

    /// <summary>The address of the public form, in this page's language.</summary>
    public string PublicFormAddress => $"/unsubscribe?lang={Language.Code}";

    /// <summary>
    /// The same view with another address for the language links: for the response to a POST, and for pages that must be
    /// the same for every request.
    /// </summary>
    public PageView At(string address) => this with { Address = address };

    /// <summary>The address of this page in a language.</summary>
    public string AddressIn(Language language) => QueryHelpers.AddQueryString(Address, "lang", language.Code);
}

/// <summary>
/// Creates the view of a request. The language is the link's <c>lang</c>, else the person's own, else the browser's, else the controller's.
/// </summary>
internal sealed partial class PageViews(IOptions<ControllerOptions> controller, IOptions<BrandOptions> brand, PageStyle style)
{
    // The query parameters that our links carry from page to page. Anything else may be personal and is not repeated.
    private static readonly string[] CarriedParameters = ["via", "ref", "code"];

    public PageView For(HttpRequest request, string? profileLanguage = null)
    {
        var o = controller.Value;
        var language = Asked(request) ?? Language.Find(profileLanguage) ?? Accepted(request) ?? o.Language;
        return new PageView(language, o, style, brand.Value.Logo is { Length: > 0 } logo ? logo : null, Address(request));
    }

    /// <summary>The language that the URL asks for; null if it asks for none of ours.</summary>
    internal static Language? Asked(HttpRequest request) => Language.Find(LinkText.Word(request.Query["lang"]));

    private static string Address(HttpRequest request)
    {
        var kept = CarriedParameters.Select(name => KeyValuePair.Create(name, (string?)request.Query[name]))
            .Where(p => p.Value is not null && SafeValue().IsMatch(p.Value));
        return QueryHelpers.AddQueryString(request.PathBase.Add(request.Path), kept);
    }

    private static Language? Accepted(HttpRequest request) => HeaderList.IsTooLong(request.Headers.AcceptLanguage)
        ? null
        : request.GetTypedHeaders().AcceptLanguage
            .Where(l => l.Quality is not 0)
            .OrderByDescending(l => l.Quality ?? 1)
            .Select(l => Language.Find(l.Value.Value))
            .FirstOrDefault(l => l is not null);

    [GeneratedRegex(@"\A[A-Za-z0-9-]{1,32}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex SafeValue();
}
