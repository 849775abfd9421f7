using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Platform.Limits;
using OptOut.Records;
using OptOut.Web.Pages;
using OptOut.Web.Paper;

namespace OptOut.Web;

/// <summary>
/// <c>/q</c> and <c>/q/{code}</c>: from a printed code to the page where the person stops. A leaflet's code only identifies the leaflet,
/// so it leads to the public form. A code that does not work gets a page with help and a link to the form that needs no code.
/// </summary>
internal sealed class CodeEndpoint(
    CodeBook book, PaperEndpoint paper, RequestLimits limits, TooManyRequestsResponse tooMany, PageRenderer renderer, PageViews views)
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

    /// <summary><c>/q/{code}</c>: the page that the code leads to.</summary>
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
        if (limits.Check(request, LimitedAction.CodeGuess, take: false, out var wait) is not LimitedBy.Nobody and var before)
            return await TooManyAsync(before);
        return await FindAsync().OrPageAsync(async () =>
            new RetryAfterResult(await PageAsync(request, view, StatusCodes.Status503ServiceUnavailable, typed, help: "codes.down")));

        async Task<IResult> FindAsync()
        {
            if (await book.FindAsync(code, cancellationToken) is { } entry)
            {
                return entry.Subject is { } subject
                    ? await paper.AnswerAsync(request, code, subject, entry, cancellationToken)
                    : SeeOther($"/unsubscribe?via=code&code={code.Compact}", request);
            }

            return limits.Check(request, LimitedAction.CodeGuess, take: true, out wait) is not LimitedBy.Nobody and var limited
                ? await TooManyAsync(limited)
                : await PageAsync(request, view, StatusCodes.Status404NotFound, typed, help: "codes.unknown");
        }

        Task<IResult> TooManyAsync(LimitedBy by) => by == LimitedBy.Others
            ? tooMany.CreateWithoutCodeAsync(view, wait, TypedForm.Empty)
            : tooMany.CreateAsync(view.At(FormAddress), wait, WithLanguage(FormAddress, request));
    }

    private SeeOtherPage SeeOther(string address, HttpRequest request) => new(WithLanguage(address, request), renderer.Headers);

    private static string WithLanguage(string address, HttpRequest request) =>
        PageViews.Asked(request) is { } language ? QueryHelpers.AddQueryString(address, "lang", language.Code) : address;

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
