using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>Somebody with a link of ours: whose it is, what it was about, and how the pages behind it speak and find each other.</summary>
/// <param name="Topic">The topic of the message; null for none and for one since retired.</param>
/// <param name="Profile">Null while the store is away.</param>
internal sealed record LinkVisit(HttpRequest Request, string Token, Link Link, Topic? Topic, Profile? Profile, PageView View)
{
    public SubjectKey Subject => Link.Subject;

    public ChangeEvidence Evidence => new(Link.Channel, Topic, Link.Campaign);

    /// <summary>The endpoint of a Stop. A printed code proves nothing of who typed it, so whatever may loosen has another source.</summary>
    public Source StopSource => IsByCode ? Source.PrintedCode : Source.UnsubscribePage;

    private bool IsByCode => Request.Query["via"] == "code";

    /// <summary>Where a step is, keeping how the visitor came, and the language if it was asked for.</summary>
    public string Address(string? step = null, string? reference = null, string? format = null) =>
        Query(step, reference, format, Language.Find(Request.Query["lang"])?.Code);

    /// <summary>The page in the visitor's language, as found at an address of its own in the others.</summary>
    public PageView ViewAt(string? step = null, string? reference = null) => View.At(Query(step, reference, format: null, language: null));

    private string Query(string? step, string? reference, string? format, string? language)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal);
        Add("lang", language);
        Add("via", IsByCode ? "code" : null);
        Add("ref", reference);
        Add("format", format);
        return QueryHelpers.AddQueryString(step is null ? $"/u/{Token}" : $"/u/{Token}/{step}", query);

        void Add(string name, string? value)
        {
            if (value is not null)
                query[name] = value;
        }
    }
}
