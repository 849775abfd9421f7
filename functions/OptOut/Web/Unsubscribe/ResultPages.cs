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

/// <summary>
/// The pages after a submission: what was recorded, when, under which reference number, and how to undo it; or that nothing was recorded.
/// </summary>
internal sealed class ResultPages(
    ConsentStore consent, TopicCatalogue catalogue, PageRenderer renderer, SharedNotes shared, IOptions<ControllerOptions> controller)
{
    /// <param name="visit">The visit in which the submission was made.</param>
    /// <param name="kind">What the person did.</param>
    /// <param name="changes">The changes that were recorded, all of one submission.</param>
    /// <param name="recorded">The result of recording them, which must be durable.</param>
    /// <param name="cancellationToken">Cancels reading what the page shows besides.</param>
    internal async Task<IResult> RecordedAsync(
        LinkVisit visit,
        ResultKind kind,
        IReadOnlyList<Change> changes,
        IntakeResult recorded,
        CancellationToken cancellationToken)
    {
        var now = recorded.Stored is true ? await FindAsync(visit, cancellationToken) : null;
        if (now is not null && kind == ResultKind.Stopped)
            changes = [await InLedgerAsync(changes[0], now, cancellationToken)];
        var reference = Reference.From(changes[0]);
        var language = visit.View.Language;
        var visible = recorded.Stored is true;

        // Somebody else's Stop, or one from another device, may have come in after the page was opened.
        var overtaken = changes.Where(c => c.Decision == Decision.Allow && now?.Consent.Answers(c.Scope) == Decision.Stop).ToList();
        return await renderer.RenderAsync<ResultPage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            // The links to the other languages lead to the receipt: a link cannot repeat what a form did.
            [nameof(ResultPage.View)] = visible ? visit.ViewAt(LinkPages.Receipt, reference) : visit.ViewAt(),
            [nameof(ResultPage.Kind)] = kind,
            [nameof(ResultPage.Moment)] = controller.Value.FormatMoment(changes.Max(c => c.At), language),
            [nameof(ResultPage.Stopped)] = Words(changes.Where(c => c.Decision == Decision.Stop)),
            [nameof(ResultPage.Allowed)] = Words(changes.Where(c => c.Decision == Decision.Allow).Except(overtaken)),
            [nameof(ResultPage.Overtaken)] = Words(overtaken),
            [nameof(ResultPage.Reference)] = reference,
            [nameof(ResultPage.Visible)] = visible,
            [nameof(ResultPage.Unknown)] = visit.IsUnknown,
            [nameof(ResultPage.Shared)] = visible && kind != ResultKind.Stopped
                ? await shared.WriteAfterAsync(visit, cancellationToken)
                : [],
            [nameof(ResultPage.Seen)] = now is null ? null : new StateVersion(visit.Subject, now.Number).ToString(),
            [nameof(ResultPage.Stop)] = visit.Address(),
            [nameof(ResultPage.Undo)] = visit.Address(LinkPages.Undo),
            [nameof(ResultPage.Preferences)] = visit.Address(LinkPages.Preferences),
            [nameof(ResultPage.Receipt)] = visit.Address(LinkPages.Receipt, reference),
            [nameof(ResultPage.ReceiptHtml)] = visit.Address(LinkPages.Receipt, reference, "html"),
            [nameof(ResultPage.ReceiptJson)] = visit.Address(LinkPages.Receipt, reference, "json"),
        });

        IReadOnlyList<string> Words(IEnumerable<Change> some) => [.. some.Select(c => ScopeText.Describe(c.Scope, language, catalogue))];
    }

    /// <summary>The page that says that nothing had to change.</summary>
    internal async Task<IResult> NothingChangedAsync(LinkVisit visit, string title, string body, CancellationToken cancellationToken) =>
        await renderer.RenderAsync<NothingChangedPage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            [nameof(NothingChangedPage.View)] = visit.ViewAt(LinkPages.Preferences),
            [nameof(NothingChangedPage.Title)] = visit.View.Language[title],
            [nameof(NothingChangedPage.Body)] = visit.View.Language[body],
            [nameof(NothingChangedPage.Unknown)] = visit.IsUnknown,
            [nameof(NothingChangedPage.Shared)] = await shared.WriteAfterAsync(visit, cancellationToken),
            [nameof(NothingChangedPage.Preferences)] = visit.Address(LinkPages.Preferences),
        });

    /// <summary>The page that says that the submission was not recorded, or that the store cannot be read.</summary>
    /// <param name="view">Gives the language of the page.</param>
    /// <param name="body">The name of the text that says what did not work; it has a placeholder for the privacy address.</param>
    /// <param name="retry">The address of the link with which to try again; null for no link.</param>
    /// <param name="stop">The address at which everything can still be stopped, because the bus accepts that without the store;
    /// null for no button.</param>
    internal async Task<IResult> UnavailableAsync(PageView view, string body, string? retry, string? stop = null) =>
        new RetryAfterResult(await renderer.RenderAsync<UnavailablePage>(
            StatusCodes.Status503ServiceUnavailable,
            new Dictionary<string, object?>
            {
                [nameof(UnavailablePage.View)] = view,
                [nameof(UnavailablePage.Body)] = body,
                [nameof(UnavailablePage.Action)] = retry,
                [nameof(UnavailablePage.Stop)] = stop,
            }));

    /// <returns>Null when the store became unavailable after the change was recorded. The page does not wait for it.</returns>
    private async Task<SubjectState?> FindAsync(LinkVisit visit, CancellationToken cancellationToken)
    {
        try
        {
            return await consent.LoadAsync(visit.Subject, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    // If the button is pressed twice, the ledger has one entry. The page shows the reference number of that entry, so
    // that it can be found again.
    private async Task<Change> InLedgerAsync(Change change, SubjectState now, CancellationToken cancellationToken)
    {
        try
        {
            return now.Consent.Entry(change.Scope).Stop is { } standing && standing.Id != change.Id
                ? (await consent.FindAsync(change.Subject, standing.Id, cancellationToken))?.Change ?? change
                : change;
        }
        catch (StoreUnavailableException)
        {
            return change;
        }
    }
}
