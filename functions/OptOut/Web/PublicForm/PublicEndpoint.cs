using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Links;
using OptOut.Platform;
using OptOut.Platform.Http;
using OptOut.Platform.Limits;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.PublicForm;

/// <summary>
/// <c>/unsubscribe</c>: for people without a working link. What they type is stopped immediately, whether we know it or not. The response
/// and the time it takes are the same in both cases.
/// </summary>
/// <remarks>
/// The form needs no anti-forgery token: it is for strangers, there is no session to abuse, and anyone could type here what
/// another site's page can send.
/// </remarks>
internal sealed class PublicEndpoint(
    PublicStop stop,
    LinkRequestEndpoint links,
    CodeBook codes,
    ProfileStore profiles,
    RequestLimits limits,
    TooManyRequestsResponse tooMany,
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

        var equalizer = new ResponseTimeEqualizer(time);
        var typed = await TypedForm.ReadAsync(request, cancellationToken);
        if (typed.RequestsLink)
            return await links.AnswerAsync(request, view, typed);
        var form = ParsedForm.From(typed, controller.Value.PhoneRegion);
        if (form.Errors.Count > 0)
            return await FormAsync(view, StatusCodes.Status400BadRequest, typed, form.Errors);

        var answer = await StopAsync(request, view, typed, form, cancellationToken).OrPageAsync(() => UnavailableAsync(view));
        await equalizer.WaitAsync();
        return answer;
    }

    private async Task<IResult> StopAsync(
        HttpRequest request, PageView view, TypedForm typed, ParsedForm form, CancellationToken cancellationToken)
    {
        CodeEntry? entry = null;
        if (form.Code is { } code)
        {
            switch (limits.Check(request, LimitedAction.CodeGuess, take: false, out var guessWait))
            {
                case LimitedBy.Client:
                    return await tooMany.CreateAsync(view, guessWait, view.PublicFormAddress);
                case LimitedBy.Others:
                    return await tooMany.CreateWithoutCodeAsync(view, guessWait, typed);
            }

            entry = await codes.FindAsync(code, cancellationToken);
            if (entry is null)
            {
                limits.TryAcquireForClient(request, LimitedAction.CodeGuess, out _);
                return await FormAsync(view, StatusCodes.Status200OK, typed, help: "public.help.unknown");
            }

            if (entry.Subject is null && form.Identifiers.Count == 0)
                return await FormAsync(view, StatusCodes.Status200OK, typed, help: "public.help.leaflet");
        }

        if (!MayStop(request, form.Identifiers, out var wait))
            return await tooMany.CreateAsync(view, wait, view.PublicFormAddress);
        if (await stop.RecordAsync(form.Identifiers, entry) is not { } submission)
            return await UnavailableAsync(view);

        return await renderer.RenderAsync<PublicDonePage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            [nameof(PublicDonePage.View)] = view,
            [nameof(PublicDonePage.Action)] = view.PublicFormAddress,
            [nameof(PublicDonePage.Moment)] = controller.Value.FormatMoment(submission.At, view.Language),
            [nameof(PublicDonePage.Reference)] = Reference.From(submission.Id),
            [nameof(PublicDonePage.Email)] = typed.Email,
            [nameof(PublicDonePage.Unknown)] = form.Identifiers.Count == 0
                && entry?.Subject is { } subject
                && await IsUnknownAsync(subject, cancellationToken),
            [nameof(PublicDonePage.Postal)] = form.Identifiers.Where(i => i.Kind == IdentifierKind.Postal)
                .Select(i => PostalReading.Describe(i, view.Language))
                .FirstOrDefault(),
        });
    }

    private async Task<bool> IsUnknownAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        try
        {
            return !(await profiles.LoadAsync(subject, cancellationToken)).HasContactPoints;
        }
        catch (StoreUnavailableException)
        {
            return false; // The Stop is durable by now, so the page is not that of an outage.
        }
    }

    private bool MayStop(HttpRequest request, IReadOnlyList<Identifier> identifiers, out TimeSpan wait)
    {
        if (!limits.TryAcquireForClient(request, LimitedAction.PublicStop, out wait))
            return false;
        foreach (var identifier in identifiers)
        {
            if (!limits.TryAcquireForIdentifier(identifier, LimitedAction.PublicStop, out wait))
                return false;
        }

        return true;
    }

    // A leaflet's short link leads here with its code, so that nobody types it twice. Only a valid code is put into the page.
    private static string CodeIn(HttpRequest request) => PrintedCode.TryParse(request.Query["code"], out var code) ? code.ToString() : "";

    private Task<IResult> FormAsync(
        PageView view, int status, TypedForm typed, IReadOnlyDictionary<string, string>? errors = null, string? help = null) =>
        renderer.RenderAsync<PublicPage>(status, new Dictionary<string, object?>
        {
            [nameof(PublicPage.View)] = view,
            [nameof(PublicPage.Action)] = view.PublicFormAddress,
            [nameof(PublicPage.Typed)] = typed,
            [nameof(PublicPage.Errors)] = errors,
            [nameof(PublicPage.Help)] = help,
        });

    private async Task<IResult> UnavailableAsync(PageView view) => new RetryAfterResult(await renderer.RenderAsync<UnavailablePage>(
        StatusCodes.Status503ServiceUnavailable,
        new Dictionary<string, object?>
        {
            [nameof(UnavailablePage.View)] = view,
            [nameof(UnavailablePage.Action)] = view.PublicFormAddress,
        }));
}
