using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using OptOut.Consent;
using OptOut.Links;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>
/// A request that came by a link of ours: whose link it is, what its message was about, and the language and
/// addresses of the pages behind it.
/// </summary>
/// <param name="Topic">The topic of the message; null when it had none, or one that was removed since.</param>
/// <param name="Profile">Null when the store is unavailable.</param>
internal sealed record LinkVisit(HttpRequest Request, string Token, Link Link, Topic? Topic, Profile? Profile, PageView View)
{
    public SubjectKey Subject => Link.Subject;

    /// <summary>Whether the customer number has no contact point here, so that a Stop is kept but stops nothing yet.</summary>
    public bool IsUnknown => Profile is { HasContactPoints: false };

    public ChangeEvidence Evidence => new(Link.Channel, Topic, Link.Campaign);

    /// <summary>
    /// The source of a Stop. Printed codes led here with a link once, and people may have kept it; what may loosen has another source.
    /// </summary>
    public Source StopSource => IsByCode ? Source.PrintedCode : Source.UnsubscribePage;

    private bool IsByCode => LinkText.Word(Request.Query["via"]) == "code";

    /// <summary>The address of a step. It keeps how the visitor came, and the language if the request had one.</summary>
    public string Address(string? step = null, string? reference = null, string? format = null) =>
        Query(step, reference, format, PageViews.Asked(Request)?.Code);

    /// <summary>The view of this visit, with the address of a step for the links to the other languages.</summary>
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
