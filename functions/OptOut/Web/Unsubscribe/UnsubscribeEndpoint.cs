using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>
/// Answers <c>/u/{token}</c> and the steps behind it. Only a POST that states what it wants changes anything: link scanners follow links,
/// some even with a POST, and we never guess from the client whether a person made a choice.
/// </summary>
/// <remarks>
/// Cross-site request forgery does not apply here. It makes a victim's browser send what the attacker cannot: a cookie or a login.
/// There is none. The only proof of who the person is, is the token in the address: 128 bits of MAC that only their mail contains and
/// that no page passes on (<c>Referrer-Policy: no-referrer</c>). An attacker who knows it needs no victim's browser; one who does not
/// cannot write the form's address. An anti-forgery cookie would add nothing, and would break what RFC 8058 section 3.1 requires: a
/// POST without cookies that works.
/// </remarks>
internal sealed class UnsubscribeEndpoint(
    LinkKeyRing ring,
    ChangeIntake intake,
    SharedPresses presses,
    ProfileReader profiles,
    TopicCatalogue catalogue,
    PageRenderer renderer,
    PageViews views,
    ResultPages results,
    PreferencesEndpoint preferences,
    UndoEndpoint undo,
    ReceiptEndpoint receipts,
    IOptions<LinkOptions> links,
    TimeProvider time)
{
    /// <param name="request">GET and HEAD only read, OPTIONS lists the methods, POST changes something.</param>
    /// <param name="path">The token of a link, with what a mail program or a person attached to it.</param>
    /// <param name="step">Null, <c>preferences</c>, <c>undo</c> or <c>receipt</c>, likewise; any other word is a broken link.</param>
    /// <param name="cancellationToken">Cancels reading. What is recorded is recorded completely.</param>
    public async Task<IResult> AnswerAsync(HttpRequest request, string path, string? step, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsOptions(request.Method))
            return new AllowedMethods();
        if (!ring.TryFind(path, out var token, out var link))
            return await BrokenLinkAsync(request);

        var post = HttpMethods.IsPost(request.Method);
        return Step(step, isExact: path.Length == token.Length) switch
        {
            "" when post => await PostAsync(request, token, link, cancellationToken),
            LinkPages.Preferences => await preferences.AnswerAsync(
                await VisitAsync(request, token, link, cancellationToken), cancellationToken),
            LinkPages.Undo when post =>
                await undo.AnswerAsync(await VisitAsync(request, token, link, cancellationToken), cancellationToken),

            // A receipt is only read, and a program that posted something to it must not read success.
            LinkPages.Receipt when post =>
                await ConfirmAsync(await VisitAsync(request, token, link, cancellationToken), StatusCodes.Status400BadRequest),
            LinkPages.Receipt => await receipts.AnswerAsync(await VisitAsync(request, token, link, cancellationToken), cancellationToken),
            "" or LinkPages.Undo =>
                await ConfirmAsync(await VisitAsync(request, token, link, cancellationToken), StatusCodes.Status200OK),
            _ => await BrokenLinkAsync(request),
        };
    }

    // Where something is attached to the token, a slash may be part of it, as in </a>.
    private static string Step(string? step, bool isExact) =>
        LinkText.Word(step) is var word && (isExact || word is LinkPages.Preferences or LinkPages.Undo or LinkPages.Receipt) ? word : "";

    private async Task<IResult> PostAsync(HttpRequest request, string token, Link link, CancellationToken cancellationToken) =>
        await OneClickBody.ReadAsync(request, cancellationToken) switch
        {
            PostKind.OneClick => await OneClickAsync(request, link),
            PostKind.Empty when links.Value.EmptyPostIsOneClick => await OneClickAsync(request, link),
            PostKind.PageStop => await PageStopAsync(await VisitAsync(request, token, link, cancellationToken), cancellationToken),

            // A program that sent this must not read success: nothing was recorded.
            _ => await ConfirmAsync(await VisitAsync(request, token, link, cancellationToken), StatusCodes.Status400BadRequest),
        };

    private async Task<IResult> OneClickAsync(HttpRequest request, Link link)
    {
        var topic = catalogue.Find(link.TopicId);
        var scope = links.Value.OneClickScope.ToScope(link.Channel, topic);
        var isDurable = await presses.RecordAsync(
            Stop(link.Subject, scope, Source.OneClick, new ChangeEvidence(link.Channel, topic, link.Campaign)));
        return isDurable ? Results.Ok() : await results.UnavailableAsync(views.For(request), "down.body", retry: null);
    }

    private async Task<IResult> PageStopAsync(LinkVisit visit, CancellationToken cancellationToken)
    {
        var change = Stop(visit.Subject, Scope.Everything, visit.StopSource, visit.Evidence);
        var recorded = await intake.RecordAsync(change, WaitFor.Visible);
        return recorded.Durable
            ? await results.RecordedAsync(visit, ResultKind.Stopped, [change], recorded, cancellationToken)
            : await results.UnavailableAsync(visit.ViewAt(), "down.body", visit.Address());
    }

    private Change Stop(SubjectKey subject, Scope scope, Source source, ChangeEvidence evidence)
    {
        var now = time.GetUtcNow();
        return Change.Create(EventIds.New(now), subject, scope, Decision.Stop, now, now, source, evidence);
    }

    private Task<IResult> ConfirmAsync(LinkVisit visit, int status) =>
        renderer.RenderAsync<UnsubscribePage>(status, new Dictionary<string, object?>
        {
            [nameof(UnsubscribePage.View)] = visit.ViewAt(),
            [nameof(UnsubscribePage.Action)] = visit.Address(),
            [nameof(UnsubscribePage.Preferences)] = visit.Address(LinkPages.Preferences),
            [nameof(UnsubscribePage.Unknown)] = visit.IsUnknown,
            [nameof(UnsubscribePage.Channel)] = visit.Link.Channel is { } channel ? visit.View.Language[$"channel.{channel.Name()}"] : null,
            [nameof(UnsubscribePage.Topic)] = visit.Topic is { } topic ? catalogue.Title(topic, visit.View.Language.Code) : null,
        });

    // The same bytes whatever is wrong with the link, so that they reveal nothing. The person can still unsubscribe on this page.
    private Task<IResult> BrokenLinkAsync(HttpRequest request)
    {
        var view = views.For(request).At("/unsubscribe");
        return renderer.RenderAsync<PublicPage>(StatusCodes.Status404NotFound, new Dictionary<string, object?>
        {
            [nameof(PublicPage.View)] = view,
            [nameof(PublicPage.Action)] = view.PublicFormAddress,
            [nameof(PublicPage.BrokenLink)] = true,
        });
    }

    private async Task<LinkVisit> VisitAsync(HttpRequest request, string token, Link link, CancellationToken cancellationToken)
    {
        var profile = await profiles.FindAsync(link.Subject, cancellationToken);
        return new LinkVisit(request, token, link, catalogue.Find(link.TopicId), profile, views.For(request, profile?.Language));
    }

    private sealed class AllowedMethods : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
            httpContext.Response.Headers.Allow = "GET, HEAD, OPTIONS, POST";
            return Task.CompletedTask;
        }
    }
}
