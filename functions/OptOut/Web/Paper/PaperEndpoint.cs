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
using OptOut.Web.Unsubscribe;

namespace OptOut.Web.Paper;

/// <summary>
/// <c>/q/{code}</c> of a letter: stops everything or some channels, and shows the receipt of what was stopped here. A whole household reads
/// a letter and a code can be guessed, so it hands out no link, shows no choices or contact points, and allows nothing: no undo either.
/// </summary>
internal sealed class PaperEndpoint(
    ChangeIntake intake,
    ConsentStore consent,
    ProfileReader profiles,
    TopicCatalogue catalogue,
    PageRenderer renderer,
    PageViews views,
    ReceiptPages receipts,
    ResultPages results,
    IOptions<ControllerOptions> controller,
    TimeProvider time)
{
    /// <param name="request">GET and HEAD only read; a POST of one of the page's forms stops something.</param>
    /// <param name="code">The code, which was looked up.</param>
    /// <param name="subject">The addressee of the letter.</param>
    /// <param name="entry">What the code stands for.</param>
    /// <param name="cancellationToken">Cancels reading. What is recorded is recorded completely.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer; nothing was recorded.</exception>
    internal async Task<IResult> AnswerAsync(
        HttpRequest request, PrintedCode code, SubjectKey subject, CodeEntry entry, CancellationToken cancellationToken)
    {
        var profile = await profiles.FindAsync(subject, cancellationToken);
        var evidence = new ChangeEvidence(entry.Channel, catalogue.Find(entry.TopicId), entry.Campaign);
        var visit = new PaperVisit(request, code, subject, evidence, views.For(request, profile?.Language));
        if (HttpMethods.IsPost(request.Method))
            return await PostAsync(visit, cancellationToken);
        return Reference.TryParse(LinkText.Word(request.Query["ref"]), out var reference)
            ? await ReceiptAsync(visit, reference, cancellationToken)
            : await PageAsync(visit, StatusCodes.Status200OK);
    }

    private async Task<IResult> PostAsync(PaperVisit visit, CancellationToken cancellationToken)
    {
        var form = await SmallForm.ReadAsync(visit.Request, cancellationToken);
        var choice = form?["choice"].ToString();
        var scopes = choice switch
        {
            "stop" => [Scope.Everything],
            "some" => Ticked(form!["channel"]),
            _ => (IReadOnlyList<Scope>)[],
        };
        if (scopes.Count == 0)
            return await PageAsync(visit, StatusCodes.Status400BadRequest, nothingTicked: choice == "some");

        var now = time.GetUtcNow();
        var submission = EventIds.New(now);
        var changes = scopes.Select(scope => Change.Create(
            EventIds.New(now), visit.Subject, scope, Decision.Stop, now, now, Source.PrintedCode, visit.Evidence, submission)).ToList();
        var recorded = await intake.RecordAsync(changes, WaitFor.Visible);
        return recorded.Durable
            ? await DoneAsync(visit, changes, recorded, cancellationToken)
            : await results.UnavailableAsync(visit.ViewAt(), "down.body", visit.Address());
    }

    // A person who stops every channel that is offered stops everything, also on a channel that is added later.
    private IReadOnlyList<Scope> Ticked(IEnumerable<string?> names)
    {
        var ticked = Offered.Where(c => names.Contains(c.Name(), StringComparer.Ordinal)).ToList();
        return ticked.Count == Offered.Count ? [Scope.Everything] : [.. ticked.Select(c => new Scope(c, null))];
    }

    private IReadOnlyList<Channel> Offered => [.. catalogue.Matrix.Select(c => c.Channel)];

    private Task<IResult> PageAsync(PaperVisit visit, int status, bool nothingTicked = false) =>
        renderer.RenderAsync<PaperPage>(status, new Dictionary<string, object?>
        {
            [nameof(PaperPage.View)] = visit.ViewAt(),
            [nameof(PaperPage.Action)] = visit.Address(),
            [nameof(PaperPage.Channels)] = Offered,
            [nameof(PaperPage.NothingTicked)] = nothingTicked,
        });

    private async Task<IResult> DoneAsync(
        PaperVisit visit, List<Change> changes, IntakeResult recorded, CancellationToken cancellationToken)
    {
        var inLedger = recorded.Stored is true ? await InLedgerAsync(changes, cancellationToken) : null;
        var shown = inLedger ?? changes[0];
        var reference = Reference.From(shown);
        var language = visit.View.Language;
        return await renderer.RenderAsync<PaperDonePage>(StatusCodes.Status200OK, new Dictionary<string, object?>
        {
            // The links to the other languages lead to the receipt: a link cannot repeat what a form did.
            [nameof(PaperDonePage.View)] = inLedger is null ? visit.ViewAt() : visit.ViewAt(reference),
            [nameof(PaperDonePage.Everything)] = changes[0].Scope == Scope.Everything,
            [nameof(PaperDonePage.Moment)] = controller.Value.FormatMoment(shown.At, language),
            [nameof(PaperDonePage.Stopped)] = changes.Select(c => ScopeText.Describe(c.Scope, language, catalogue)).ToList(),
            [nameof(PaperDonePage.Reference)] = reference,
            [nameof(PaperDonePage.Visible)] = recorded.Stored is true,
            [nameof(PaperDonePage.Receipt)] = inLedger is null ? null : (Func<string?, string>)(format => visit.Address(reference, format)),
        });
    }

    // The entry of this submission, or the earlier one by this code if the button was pressed twice. A Stop that the person made
    // elsewhere is theirs: the page does not show when or how.
    private async Task<Change?> InLedgerAsync(List<Change> changes, CancellationToken cancellationToken)
    {
        try
        {
            var state = (await consent.LoadAsync(changes[0].Subject, cancellationToken)).Consent;
            foreach (var change in changes)
            {
                if (await consent.FindAsync(change.Subject, change.Id, cancellationToken) is { } own)
                    return own.Change;
                if (state.Entry(change.Scope).Stop is not { } standing)
                    continue;
                var earlier = await consent.FindAsync(change.Subject, standing.Id, cancellationToken);
                if (earlier?.Change.Source == Source.PrintedCode)
                    return earlier.Change;
            }

            return null;
        }
        catch (StoreUnavailableException)
        {
            return null; // The store became unavailable after the change was recorded. The page does not wait for it.
        }
    }

    private async Task<IResult> ReceiptAsync(PaperVisit visit, string reference, CancellationToken cancellationToken) =>
        await receipts.FindAsync(visit.Subject, reference, visit.View.Language, Source.PrintedCode, cancellationToken) is { } receipt
            ? await receipts.ShowAsync(
                visit.Request, visit.ViewAt(reference), receipt, format => visit.Address(reference, format), visit.Address())
            : await receipts.MissingAsync(visit.ViewAt(), visit.Address());
}
