using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Platform;
using OptOut.Platform.Http;
using OptOut.Records;

namespace OptOut.Api.Portal;

/// <summary>
/// <c>/api/subjects/{id}/preferences</c>, for the controller's own portal, where the person has logged in: what stands, and what the person chooses there.
/// That is the person's own act, so it may allow as well as stop (<see cref="Source.Portal"/>). A person nobody told us of yet is answered and
/// recorded like any other: a Stop may come before the first address.
/// </summary>
internal sealed class PortalEndpoint(
    ConsentStore consent, ChangeIntake intake, TopicCatalogue catalogue, IdentifierProtector protector, LinkHeaders links, TimeProvider time)
{
    // Without the store a choice is recorded word for word: better than to let a person wait longer for the fewest changes.
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    // What a person may choose on.
    private readonly IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> _offered = catalogue.Matrix.ToDictionary(c => c.Channel, c => c.Topics);

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken)
    {
        id = CustomerNumber.FromRoute(id);
        if (CustomerNumber.Problem(id) is { } wrong)
            return ApiAnswers.Invalid("id", wrong);

        var subject = protector.SubjectOf(id);
        return await LoadAsync(subject, cancellationToken) is { } state
            ? Answer(StatusCodes.Status200OK, Answer(subject, state.Consent))
            : ApiAnswers.RetryLater("The store does not answer.");
    }

    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        id = CustomerNumber.FromRoute(id);
        var (body, problem) = await ApiBody.ReadAsync(request, PreferencesRequestJson.Default.PreferencesRequest, cancellationToken);
        if (problem is not null)
            return problem;
        var errors = new List<(string, string)>();
        if (CustomerNumber.Problem(id) is { } wrong)
            errors.Add(("id", wrong));
        var update = body!.Read(_offered, errors);
        if (errors.Count > 0)
            return ApiAnswers.Invalid(errors);

        var subject = protector.SubjectOf(id);
        var before = update.Everything ? null : await LoadAsync(subject, cancellationToken);
        var submission = Submission.Create(subject, Source.Portal, new ChangeEvidence(Reference: update.Reference), began, before?.Consent ?? ConsentState.Empty);
        var changes = update.Changes(before?.Consent, _offered, catalogue.Topics, submission.Write);
        var recorded = changes.Count == 0 ? new IntakeResult(Durable: true, Stored: true) : await intake.RecordAsync(changes, AnswerWhen.WaitForVisible);
        if (!recorded.Durable)
            return ApiAnswers.RetryLater("The choice could not be kept, so it is not recorded. Show the person no success.");
        if (recorded.Stored is true && await ShownAsync(subject, update, changes, cancellationToken) is { } shown)
            return Answer(StatusCodes.Status200OK, shown);

        return changes.Count == 0
            ? ApiAnswers.RetryLater("The store does not answer.")
            : Answer(StatusCodes.Status202Accepted, Accepted(subject, changes[0]));
    }

    // What the store has now, which another submission may have changed again meanwhile.
    private async Task<PreferencesRecorded?> ShownAsync(
        SubjectKey subject, PreferenceUpdate update, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        try
        {
            if (await LoadAsync(subject, cancellationToken) is not { } after)
                return null;
            var restsOn = update.RestsOn(after.Consent) is { } entry ? await consent.FindAsync(subject, entry.EventId, cancellationToken) : null;
            var recorded = RecordedSubmission.From(after, restsOn, changes.Count > 0 ? changes[0].SubmissionId : null);
            return new PreferencesRecorded(Answer(subject, after.Consent), recorded);
        }
        catch (StoreUnavailableException)
        {
            return null; // It was there a moment ago.
        }
    }

    private PreferencesAnswer Answer(SubjectKey subject, ConsentState state) =>
        PreferencesAnswer.From(subject, state, Links(subject), _offered);

    private PreferencesAccepted Accepted(SubjectKey subject, Change change)
    {
        var own = Links(subject);
        return new(subject.ToString(), own.Preferences, own.Url, new AcceptedSubmission(Reference.From(change)));
    }

    private LinkForms Links(SubjectKey subject) => links.Write(new Link(subject, Channel: null, TopicId: 0, time.GetUtcNow(), Campaign: 0));

    private async Task<SubjectState?> LoadAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        using var limit = time.Limit(StoreTimeout, cancellationToken);
        try
        {
            return await consent.LoadAsync(subject, limit.Token);
        }
        catch (Exception e) when (e is StoreUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static NoStoreResult Answer(int status, object answer) =>
        new(Results.Json(answer, answer.GetType(), PreferencesAnswerJson.Default, statusCode: status));
}
