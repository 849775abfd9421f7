using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Platform;
using OptOut.Platform.Http;
using OptOut.Records;
using OptOut.Web.Pages;

namespace OptOut.Web.Unsubscribe;

/// <summary>What a person reads after they acted: what was recorded, when, under which number, and how to take it back. Or that it was not.</summary>
internal sealed class ResultPages(ConsentStore consent, TopicCatalogue catalogue, PageRenderer renderer, IOptions<ControllerOptions> controller)
{
    internal async Task<IResult> StoppedAsync(LinkVisit visit, Change change, IntakeResult recorded, CancellationToken cancellationToken)
    {
        var (standing, seen) = recorded.Stored is true ? await InLedgerAsync(change, cancellationToken) : (change, change.At);
        return await RecordedAsync(visit, ResultKind.Stopped, [standing], recorded, seen);
    }

    /// <param name="visit">Whose.</param>
    /// <param name="kind">What they did.</param>
    /// <param name="changes">What was recorded, all of one submission.</param>
    /// <param name="recorded">Durable.</param>
    /// <param name="seen">The moment of the latest Stop this page knows of; null for that of the changes.</param>
    internal Task<IResult> RecordedAsync(LinkVisit visit, ResultKind kind, IReadOnlyList<Change> changes, IntakeResult recorded, DateTimeOffset? seen = null)
    {
        var reference = Reference.From(changes[0]);
        var language = visit.View.Language;
        var visible = recorded.Stored is true;
        return renderer.RenderAsync<ResultPage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            // The same in another language is the receipt: a link cannot repeat what a form did.
            [nameof(ResultPage.View)] = visible ? visit.ViewAt(LinkSteps.Receipt, reference) : visit.ViewAt(),
            [nameof(ResultPage.Kind)] = kind,
            [nameof(ResultPage.Moment)] = controller.Value.Moment(changes.Max(c => c.At), language),
            [nameof(ResultPage.Stopped)] = Words(Decision.Stop),
            [nameof(ResultPage.Allowed)] = Words(Decision.Allow),
            [nameof(ResultPage.Reference)] = reference,
            [nameof(ResultPage.Visible)] = visible,
            [nameof(ResultPage.Seen)] = (seen ?? changes.Max(c => c.At)).ToUnixTimeMilliseconds(),
            [nameof(ResultPage.Stop)] = visit.Address(),
            [nameof(ResultPage.Undo)] = visit.Address(LinkSteps.Undo),
            [nameof(ResultPage.Preferences)] = visit.Address(LinkSteps.Preferences),
            [nameof(ResultPage.Receipt)] = visit.Address(LinkSteps.Receipt, reference),
            [nameof(ResultPage.ReceiptHtml)] = visit.Address(LinkSteps.Receipt, reference, "html"),
            [nameof(ResultPage.ReceiptJson)] = visit.Address(LinkSteps.Receipt, reference, "json"),
        });

        IReadOnlyList<string> Words(Decision decision) => [.. changes.Where(c => c.Decision == decision).Select(c => ScopeText.Describe(c.Scope, language, catalogue))];
    }

    /// <summary>Nothing was there to change, said as it is.</summary>
    internal Task<IResult> SameAsync(LinkVisit visit, string title, string body) => renderer.RenderAsync<SamePage>(StatusCodes.Status200OK, new Dictionary<string, object?>
    {
        [nameof(SamePage.View)] = visit.ViewAt(LinkSteps.Preferences),
        [nameof(SamePage.Title)] = visit.View.Language[title],
        [nameof(SamePage.Body)] = visit.View.Language[body],
        [nameof(SamePage.Preferences)] = visit.Address(LinkSteps.Preferences),
    });

    /// <summary>Neither durable nor shown as if it were.</summary>
    /// <param name="view">In which language.</param>
    /// <param name="body">What did not work: the name of a text that takes the privacy address.</param>
    /// <param name="retry">Where to try again by a link.</param>
    /// <param name="stop">Where everything can be stopped all the same: the bus takes that without the store.</param>
    internal async Task<IResult> DownAsync(PageView view, string body, string? retry, string? stop = null) => new RetryAfterResult(await renderer.RenderAsync<DownPage>(
        StatusCodes.Status503ServiceUnavailable,
        new Dictionary<string, object?> { [nameof(DownPage.View)] = view, [nameof(DownPage.Body)] = body, [nameof(DownPage.Action)] = retry, [nameof(DownPage.Stop)] = stop }));

    // A button pressed twice leads to the one entry in the ledger, so that the number on the page is a number that can be found.
    private async Task<(Change Change, DateTimeOffset Seen)> InLedgerAsync(Change change, CancellationToken cancellationToken)
    {
        try
        {
            var state = (await consent.LoadAsync(change.Subject, cancellationToken)).Consent;
            var standing = state.Entries.FirstOrDefault(e => e.Key == change.Scope).Value;
            return standing.EventId == change.Id || standing.EventId == Guid.Empty
                ? (change, change.At)
                : ((await consent.FindAsync(change.Subject, standing.EventId, cancellationToken))?.Change ?? change, standing.At);
        }
        catch (StoreUnavailableException)
        {
            return (change, change.At); // It was there a moment ago; the page need not wait until it is again.
        }
    }
}
