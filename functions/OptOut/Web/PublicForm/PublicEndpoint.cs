using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Platform.Http;
using OptOut.Platform.Limits;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.PublicForm;

/// <summary>
/// <c>/unsubscribe</c>: for whoever has no working link. What is typed is stopped at once, known to us or not, and the answer is
/// the same for both, as is the time it takes.
/// </summary>
/// <remarks>
/// The form needs no token against forgery: it is for strangers, there is no session to ride on, and a Stop that somebody else's page sends is one that
/// anybody could have typed here.
/// </remarks>
internal sealed class PublicEndpoint(
    PublicStop stop,
    LinkRequestEndpoint links,
    CodeBook codes,
    RequestLimits limits,
    TooManyAnswer tooMany,
    PageRenderer renderer,
    PageViews views,
    IOptions<ControllerOptions> controller,
    TimeProvider time)
{
    public async Task<IResult> AnswerAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var view = views.For(request);
        if (!HttpMethods.IsPost(request.Method))
            return await FormAsync(view, StatusCodes.Status200OK, TypedForm.Empty with { Code = CodeIn(request) });

        var pace = new ResponseTimeEqualizer(time);
        var typed = await TypedForm.ReadAsync(request, cancellationToken);
        if (typed.AsksForLink)
            return await links.AnswerAsync(request, view, typed);
        var reading = FormReading.Read(typed, controller.Value.PhoneRegion);
        if (reading.Errors.Count > 0)
            return await FormAsync(view, StatusCodes.Status400BadRequest, typed, reading.Errors);

        var answer = await StopAsync(request, view, typed, reading, cancellationToken).OrPageAsync(() => DownAsync(view));
        await pace.WaitAsync();
        return answer;
    }

    private async Task<IResult> StopAsync(HttpRequest request, PageView view, TypedForm typed, FormReading reading, CancellationToken cancellationToken)
    {
        CodeEntry? entry = null;
        if (reading.Code is { } code)
        {
            if (!limits.MayByClient(request, LimitedAction.CodeGuess, out var guess))
                return await tooMany.CreateAsync(view, guess, view.PublicFormAddress);
            entry = await codes.FindAsync(code, cancellationToken);
            if (entry is null)
            {
                limits.TryByClient(request, LimitedAction.CodeGuess, out _);
                return await FormAsync(view, StatusCodes.Status200OK, typed, help: "public.help.unknown");
            }

            if (entry.Subject is null && reading.Identifiers.Count == 0)
                return await FormAsync(view, StatusCodes.Status200OK, typed, help: "public.help.leaflet");
        }

        if (!MayStop(request, reading.Identifiers, out var wait))
            return await tooMany.CreateAsync(view, wait, view.PublicFormAddress);
        if (await stop.RecordAsync(reading.Identifiers, entry, cancellationToken) is not { } submission)
            return await DownAsync(view);

        return await renderer.RenderAsync<PublicDonePage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            [nameof(PublicDonePage.View)] = view,
            [nameof(PublicDonePage.Action)] = view.PublicFormAddress,
            [nameof(PublicDonePage.Moment)] = controller.Value.Moment(submission.At, view.Language),
            [nameof(PublicDonePage.Reference)] = Reference.From(submission.Id),
            [nameof(PublicDonePage.Email)] = typed.Email,
        });
    }

    private bool MayStop(HttpRequest request, IReadOnlyList<Identifier> identifiers, out TimeSpan wait)
    {
        if (!limits.TryByClient(request, LimitedAction.PublicStop, out wait))
            return false;
        foreach (var identifier in identifiers)
        {
            if (!limits.TryByIdentifier(identifier, LimitedAction.PublicStop, out wait))
                return false;
        }

        return true;
    }

    // A leaflet's short link leads here with its code, so that nobody types it twice. Only what reads as a code is put into the page.
    private static string CodeIn(HttpRequest request) => PrintedCode.TryParse(request.Query["code"], out var code) ? code.ToString() : "";

    private Task<IResult> FormAsync(PageView view, int status, TypedForm typed, IReadOnlyDictionary<string, string>? errors = null, string? help = null) =>
        renderer.RenderAsync<PublicPage>(status, new Dictionary<string, object?>
        {
            [nameof(PublicPage.View)] = view,
            [nameof(PublicPage.Action)] = view.PublicFormAddress,
            [nameof(PublicPage.Typed)] = typed,
            [nameof(PublicPage.Errors)] = errors,
            [nameof(PublicPage.Help)] = help,
        });

    private async Task<IResult> DownAsync(PageView view) => new RetryAfterResult(await renderer.RenderAsync<DownPage>(
        StatusCodes.Status503ServiceUnavailable, new Dictionary<string, object?> { [nameof(DownPage.View)] = view, [nameof(DownPage.Action)] = view.PublicFormAddress }));
}
