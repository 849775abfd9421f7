using Azure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Acknowledgement;
using OptOut.Catalogue;
using OptOut.Consent;
using OptOut.Controller;
using OptOut.Http;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Pages;
using OptOut.Storage;
using OptOut.Subjects;
using OptOut.Texts;

namespace OptOut.Unsubscribe;

/// <summary>
/// What <c>/u/{token}</c> answers. Only a POST that says what it wants changes anything: link scanners follow links and some of them POST, and a
/// person's choice is never guessed from who seems to be asking.
/// </summary>
public sealed class UnsubscribeDoor(
    LinkKeyRing ring,
    ChangeIntake intake,
    ConsentStore consent,
    ProfileStore profiles,
    TopicCatalogue catalogue,
    PageRenderer renderer,
    PageViews views,
    IOptions<LinkOptions> links,
    IOptions<ControllerOptions> controller,
    TimeProvider time)
{
    // A page in the browser's language now is better than one in the person's own after a minute.
    private static readonly TimeSpan ProfilePatience = TimeSpan.FromSeconds(1);

    public async Task<IResult> AnswerAsync(HttpRequest request, string token, CancellationToken cancellationToken)
    {
        if (HttpMethods.IsOptions(request.Method))
            return new Allowed();
        if (!ring.TryVerify(token, out var link))
            return await BrokenLinkAsync(request);
        if (!HttpMethods.IsPost(request.Method))
            return await AskAsync(request, token, link, cancellationToken);

        return await OneClickBody.ReadAsync(request, cancellationToken) switch
        {
            PostKind.OneClick => await OneClickAsync(request, link),
            PostKind.Empty when links.Value.EmptyPostIsOneClick => await OneClickAsync(request, link),
            PostKind.PageStop => await PageStopAsync(request, token, link, cancellationToken),
            _ => await AskAsync(request, token, link, cancellationToken),
        };
    }

    private async Task<IResult> OneClickAsync(HttpRequest request, Link link)
    {
        var scope = links.Value.OneClickScope.Of(link.Channel, catalogue.Find(link.TopicId));
        var recorded = await intake.RecordAsync(Stop(link, scope, Source.OneClick), AnswerWhen.Durable);
        return recorded.Durable ? Results.Ok() : await DownAsync(views.For(request), action: null);
    }

    private async Task<IResult> PageStopAsync(HttpRequest request, string token, Link link, CancellationToken cancellationToken)
    {
        var change = Stop(link, Scope.Everything, Source.UnsubscribePage);
        var recorded = await intake.RecordAsync(change, AnswerWhen.Visible);
        var view = views.For(request, await LanguageAsync(link.Subject, cancellationToken));
        if (!recorded.Durable)
            return await DownAsync(view, Action(request, token));

        var (moment, eventId) = await RecordedAsync(change, recorded, cancellationToken);
        return await renderer.RenderAsync<ResultPage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            [nameof(ResultPage.View)] = view,
            [nameof(ResultPage.Moment)] = controller.Value.Moment(moment, view.Language),
            [nameof(ResultPage.Scope)] = ScopeText.Of(change.Scope, view.Language, catalogue),
            [nameof(ResultPage.Reference)] = Reference.Of(eventId),
            [nameof(ResultPage.Visible)] = recorded.Stored is true,
        });
    }

    private async Task<IResult> AskAsync(HttpRequest request, string token, Link link, CancellationToken cancellationToken)
    {
        var view = views.For(request, await LanguageAsync(link.Subject, cancellationToken));
        return await renderer.RenderAsync<UnsubscribePage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            [nameof(UnsubscribePage.View)] = view,
            [nameof(UnsubscribePage.Action)] = Action(request, token),
            [nameof(UnsubscribePage.Channel)] = link.Channel is { } channel ? view.Language[$"channel.{channel.Name()}"] : null,
            [nameof(UnsubscribePage.Topic)] = catalogue.Find(link.TopicId) is { } topic ? catalogue.Title(topic, view.Language.Code) : null,
        });
    }

    // Whatever was wrong with the link, the same bytes: nothing to learn from them, and a way out all the same.
    private Task<IResult> BrokenLinkAsync(HttpRequest request)
    {
        var view = views.For(request);
        return renderer.RenderAsync<PublicPage>(StatusCodes.Status404NotFound, new Dictionary<string, object?>
        {
            [nameof(PublicPage.View)] = view,
            [nameof(PublicPage.Action)] = PublicDoor.Address(view),
            [nameof(PublicPage.BrokenLink)] = true,
        });
    }

    private async Task<IResult> DownAsync(PageView view, string? action) => new Later(await renderer.RenderAsync<DownPage>(
        StatusCodes.Status503ServiceUnavailable, new Dictionary<string, object?> { [nameof(DownPage.View)] = view, [nameof(DownPage.Action)] = action }));

    private Change Stop(Link link, Scope scope, Source source)
    {
        var now = time.GetUtcNow();
        return Change.Create(
            EventIds.New(now), link.Subject, scope, Decision.Stop, now, now, source, new Evidence(link.Channel, catalogue.Find(link.TopicId), link.Campaign));
    }

    // A button pressed twice leads to the one entry in the ledger, so that the number on the page is a number that can be found.
    private async Task<(DateTimeOffset Moment, Guid EventId)> RecordedAsync(Change change, IntakeResult recorded, CancellationToken cancellationToken)
    {
        if (recorded.Stored is not true)
            return (change.At, change.Id);
        try
        {
            var state = (await consent.LoadAsync(change.Subject, cancellationToken)).Consent;
            var entry = state.Entries.FirstOrDefault(e => e.Key == change.Scope).Value;
            return entry.EventId == Guid.Empty ? (change.At, change.Id) : (entry.At, entry.EventId);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            return (change.At, change.Id); // It was there a moment ago; the page need not wait until it is again.
        }
    }

    private async Task<string?> LanguageAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(ProfilePatience);
            return (await profiles.LoadAsync(subject, patience.Token)).Language;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
        {
            return null; // The store is away: the browser's language does.
        }
    }

    private static string Action(HttpRequest request, string token) =>
        Language.Find(request.Query["lang"]) is { } language ? $"/u/{token}?lang={language.Code}" : $"/u/{token}";

    private sealed class Allowed : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status204NoContent;
            httpContext.Response.Headers.Allow = "GET, HEAD, OPTIONS, POST";
            return Task.CompletedTask;
        }
    }
}
