using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Controller;
using OptOut.Texts;

namespace OptOut.Pages;

/// <summary>What every page shows: in which language, and in whose name.</summary>
public sealed record PageView(Language Language, string ControllerName, string PrivacyAddress, Uri? PrivacyStatement);

/// <summary>Chooses the language: the link's <c>lang</c>, then the person's own, then the browser's, then the controller's.</summary>
public sealed class PageViews(IOptions<ControllerOptions> controller)
{
    public PageView For(HttpRequest request, string? profileLanguage = null)
    {
        var o = controller.Value;
        var language = Language.Find(request.Query["lang"]) ?? Language.Find(profileLanguage) ?? Accepted(request) ?? o.Language;
        return new PageView(language, o.Name, o.PrivacyAddress, o.PrivacyStatement);
    }

    private static Language? Accepted(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage
        .Where(l => l.Quality is not 0)
        .OrderByDescending(l => l.Quality ?? 1)
        .Select(l => Language.Find(l.Value.Value))
        .FirstOrDefault(l => l is not null);
}
