using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using OptOut.Company;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Platform.Limits;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web;

/// <summary>
/// <c>/q</c> and <c>/q/{code}</c>: from a printed code to the page where the person chooses. Changes nothing, whatever the method. A code that does not work is
/// met with help, and with the form that needs no code.
/// </summary>
internal sealed class CodeEndpoint(CodeBook book, LinkKeyRing ring, RequestLimits limits, TooManyAnswer tooMany, PageRenderer renderer, PageViews views)
{
    /// <summary>The form to type a code in.</summary>
    public const string FormAddress = "/q";

    /// <summary><c>/q</c>: the form, and what was typed in it.</summary>
    public async Task<IResult> TypeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var view = views.For(request).At(FormAddress);
        if (!HttpMethods.IsPost(request.Method))
            return await PageAsync(request, view, StatusCodes.Status200OK);

        var typed = (await SmallForm.ReadAsync(request, cancellationToken))?["code"].ToString().Trim() ?? "";
        return PrintedCode.Read(typed, out var code) is var reading and not CodeReading.Good
            ? await PageAsync(request, view, StatusCodes.Status400BadRequest, Shown(typed, reading), error: typed.Length == 0 ? "codes.none" : Problem(reading))
            : SeeOther($"{FormAddress}/{code.Compact}", request);
    }

    /// <summary><c>/q/{code}</c>: where the code leads.</summary>
    public async Task<IResult> OpenAsync(HttpRequest request, string typed, CancellationToken cancellationToken)
    {
        var view = views.For(request);
        if (PrintedCode.Read(typed, out var code) is var reading and not CodeReading.Good)
            return await PageAsync(request, reading == CodeReading.NoCode ? view.At(FormAddress) : view, StatusCodes.Status404NotFound, Shown(typed, reading), error: Problem(reading));

        // Only a whole code that nobody printed is a guess: nobody is held up by a slip of the finger. But who has guessed too often is told nothing more.
        if (!limits.MayByClient(request, LimitedAction.CodeGuess, out var wait))
            return await TooManyAsync();
        return await FindAsync().OrPageAsync(async () =>
            new RetryAfterResult(await PageAsync(request, view, StatusCodes.Status503ServiceUnavailable, typed, help: "codes.down")));

        async Task<IResult> FindAsync()
        {
            if (await book.FindAsync(code, cancellationToken) is { } entry)
                return Lead(request, code, entry);
            return limits.TryByClient(request, LimitedAction.CodeGuess, out wait)
                ? await PageAsync(request, view, StatusCodes.Status404NotFound, typed, help: "codes.unknown")
                : await TooManyAsync();
        }

        Task<IResult> TooManyAsync() => tooMany.CreateAsync(view.At(FormAddress), wait, WithLanguage(FormAddress, request));
    }

    // A letter's code stands for its link, as of when the code was made, so that it is the same link each time. A leaflet says only where it came from.
    private SeeOtherPage Lead(HttpRequest request, PrintedCode code, CodeEntry entry) => entry.Subject is { } subject
        ? SeeOther($"/u/{ring.Sign(new Link(subject, entry.Channel, entry.TopicId, entry.CreatedAt, entry.Campaign))}?via=code", request)
        : SeeOther($"/unsubscribe?via=code&code={code.Compact}", request);

    private SeeOtherPage SeeOther(string address, HttpRequest request) => new(WithLanguage(address, request), renderer.Headers);

    private static string WithLanguage(string address, HttpRequest request) =>
        Language.Find(request.Query["lang"]) is { } language ? QueryHelpers.AddQueryString(address, "lang", language.Code) : address;

    private static string Problem(CodeReading reading) => reading switch
    {
        CodeReading.WrongLength => "codes.length",
        CodeReading.Mistyped => "codes.mistyped",
        _ => "codes.other",
    };

    // What is no code may be somebody's address: it is not shown again.
    private static string Shown(string typed, CodeReading reading) => reading == CodeReading.NoCode ? "" : typed;

    private Task<IResult> PageAsync(HttpRequest request, PageView view, int status, string typed = "", string? error = null, string? help = null) =>
        renderer.RenderAsync<CodePage>(status, new Dictionary<string, object?>
        {
            [nameof(CodePage.View)] = view,
            [nameof(CodePage.Action)] = WithLanguage(FormAddress, request),
            [nameof(CodePage.Typed)] = typed,
            [nameof(CodePage.Error)] = error is null ? null : view.Language[error],
            [nameof(CodePage.Help)] = help is null ? null : view.Language.Format(help, view.PrivacyAddress),
        });

    private sealed class SeeOtherPage(string location, IReadOnlyList<KeyValuePair<string, string>> headers) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            foreach (var (name, value) in headers)
                httpContext.Response.Headers[name] = value;
            httpContext.Response.Headers.Location = location;
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            return Task.CompletedTask;
        }
    }
}
