using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Web.Pages;

namespace OptOut.Web.Paper;

/// <summary>A request that came by the code of a letter. Its addresses contain the code and never a token.</summary>
/// <param name="View">Gives the language, which is the person's own if it is known.</param>
internal sealed record PaperVisit(HttpRequest Request, PrintedCode Code, SubjectKey Subject, ChangeEvidence Evidence, PageView View)
{
    /// <summary>The address of the page, or of a receipt, in the language that the request asked for.</summary>
    public string Address(string? reference = null, string? format = null) =>
        Query(reference, format, PageViews.Asked(Request)?.Code);

    /// <summary>The view with the address for the links to the other languages.</summary>
    public PageView ViewAt(string? reference = null) => View.At(Query(reference, format: null, language: null));

    private string Query(string? reference, string? format, string? language)
    {
        KeyValuePair<string, string?>[] all = [new("lang", language), new("ref", reference), new("format", format)];
        return QueryHelpers.AddQueryString($"/q/{Code.Compact}", all.Where(p => p.Value is not null));
    }
}
