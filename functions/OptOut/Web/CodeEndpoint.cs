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
/// <c>/q</c> and <c>/q/{code}</c>: from a printed code to the page where the person chooses. Changes nothing, whatever the method. A code
/// that does not work gets a page with help and a link to the form that needs no code.
/// </summary>
internal sealed class CodeEndpoint(
    CodeBook book, LinkKeyRing ring, RequestLimits limits, TooManyRequestsResponse tooMany, PageRenderer renderer, PageViews views)
{
    /// <summary>The address of the form on which to type a code.</summary>
    public const string FormAddress = "/q";

    /// <summary><c>/q</c>: shows the form, and handles what was typed in it.</summary>
    public async Task<IResult> TypeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var view = views.For(request).At(FormAddress);
        if (!HttpMethods.IsPost(request.Method))
            return await PageAsync(request, view, StatusCodes.Status200OK);

        var typed = (await SmallForm.ReadAsync(request, cancellationToken))?["code"].ToString().Trim() ?? "";
        return PrintedCode.Read(typed, out var code) is var reading and not PrintedCodeStatus.Valid
            ? await PageAsync(
                request,
                view,
                StatusCodes.Status400BadRequest,
                Redisplay(typed, reading),
                error: typed.Length == 0 ? "codes.none" : ErrorKey(reading))
            : SeeOther($"{FormAddress}/{code.Compact}", request);
    }

    /// <summary><c>/q/{code}</c>: redirects to the page that the code leads to.</summary>
    public async Task<IResult> OpenAsync(HttpRequest request, string typed, CancellationToken cancellationToken)
    {
        var view = views.For(request);
        if (PrintedCode.Read(typed, out var code) is var reading and not PrintedCodeStatus.Valid)
        {
            return await PageAsync(
                request,
                reading == PrintedCodeStatus.NotACode ? view.At(FormAddress) : view,
                StatusCodes.Status404NotFound,
                Redisplay(typed, reading),
                error: ErrorKey(reading));
        }

        // Only a complete code that was never printed counts as a guess, so a typing error costs nothing.
        // After too many guesses, no code is looked up any more.
        if (!limits.CanAcquireForClient(request, LimitedAction.CodeGuess, out var wait))
            return await TooManyAsync();
        return await FindAsync().OrPageAsync(async () =>
            new RetryAfterResult(await PageAsync(request, view, StatusCodes.Status503ServiceUnavailable, typed, help: "codes.down")));

        async Task<IResult> FindAsync()
        {
            if (await book.FindAsync(code, cancellationToken) is { } entry)
                return Redirect(request, code, entry);
            return limits.TryAcquireForClient(request, LimitedAction.CodeGuess, out wait)
                ? await PageAsync(request, view, StatusCodes.Status404NotFound, typed, help: "codes.unknown")
                : await TooManyAsync();
        }

        Task<IResult> TooManyAsync() => tooMany.CreateAsync(view.At(FormAddress), wait, WithLanguage(FormAddress, request));
    }

    // A letter's code leads to its link, dated when the code was created, so that the link is the same each time. A leaflet's code
    // only identifies the leaflet.
    private SeeOtherPage Redirect(HttpRequest request, PrintedCode code, CodeEntry entry) => entry.Subject is { } subject
        ? SeeOther($"/u/{ring.Sign(new Link(subject, entry.Channel, entry.TopicId, entry.CreatedAt, entry.Campaign))}?via=code", request)
        : SeeOther($"/unsubscribe?via=code&code={code.Compact}", request);

    private SeeOtherPage SeeOther(string address, HttpRequest request) => new(WithLanguage(address, request), renderer.Headers);

    private static string WithLanguage(string address, HttpRequest request) =>
        Language.Find(request.Query["lang"]) is { } language ? QueryHelpers.AddQueryString(address, "lang", language.Code) : address;

    private static string ErrorKey(PrintedCodeStatus reading) => reading switch
    {
        PrintedCodeStatus.WrongLength => "codes.length",
        PrintedCodeStatus.Mistyped => "codes.mistyped",
        _ => "codes.other",
    };

    // Text that is not a code may be somebody's address, so it is not shown again.
    private static string Redisplay(string typed, PrintedCodeStatus reading) => reading == PrintedCodeStatus.NotACode ? "" : typed;

    private Task<IResult> PageAsync(
        HttpRequest request, PageView view, int status, string typed = "", string? error = null, string? help = null) =>
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
