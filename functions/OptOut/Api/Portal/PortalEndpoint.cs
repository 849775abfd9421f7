using Microsoft.AspNetCore.Http;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Platform;
using OptOut.Platform.Http;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Api.Portal;

/// <summary>
/// <c>/api/subjects/{id}/preferences</c>, for the controller's own portal, where the person has logged in: returns the current preferences
/// and records what the person chooses. The choice is the person's own, so it may allow as well as stop (<see cref="Source.Portal"/>). A
/// customer number that is not registered yet is handled like any other: a Stop may come before the first address.
/// </summary>
internal sealed class PortalEndpoint(
    ConsentStore consent,
    ProfileStore profiles,
    SharedContactPoints shared,
    ChangeIntake intake,
    TopicCatalogue catalogue,
    IdentifierProtector protector,
    LinkHeaders links,
    TimeProvider time)
{
    // Without the store, what is declined is recorded exactly as given. That may be more changes than needed, but the
    // person need not wait longer. What is wanted again has to wait.
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(3);

    // The channels and topics that a person may choose.
    private readonly IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> _offered = catalogue.Matrix.ToDictionary(
        c => c.Channel, c => c.Topics);

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken)
    {
        id = CustomerNumber.FromRoute(id);
        if (CustomerNumber.FindProblem(id) is { } wrong)
            return ApiProblems.Invalid("id", wrong);

        var subject = protector.SubjectOf(id);
        return await CurrentAsync(StatusCodes.Status200OK, subject, cancellationToken);
    }

    public async Task<IResult> PutAsync(HttpRequest request, string id, CancellationToken cancellationToken)
    {
        id = CustomerNumber.FromRoute(id);
        var (body, problem) = await ApiBody.ReadAsync(request, PreferencesRequestJson.Default.PreferencesRequest, cancellationToken);
        if (problem is not null)
            return problem;
        var errors = new List<(string, string)>();
        if (CustomerNumber.FindProblem(id) is { } wrong)
            errors.Add(("id", wrong));
        var update = body!.Read(_offered, errors);
        if (errors.Count > 0)
            return ApiProblems.Invalid(errors);

        var subject = protector.SubjectOf(id);
        var seen = SeenVersion.Read(request.Headers.IfMatch);
        if (update.Allows && seen is null)
        {
            return ApiProblems.HeaderRequired(
                "To allow something again, send the header If-Match with the ETag of the preferences that the person saw, as GET of this address "
                    + "gives it: what was stopped since then stays stopped. If-Match: * says nothing about that. A body that only stops needs none.");
        }

        var before = update.Everything ? null : await ReadAsync(cancel => consent.LoadAsync(subject, cancel), cancellationToken);
        if (before is null && update.Allows)
            return await DeclineAsync(subject, update.Declined);
        return update.Allows && seen != new StateVersion(subject, before!.Number)
            ? await CurrentAsync(StatusCodes.Status412PreconditionFailed, subject, cancellationToken)
            : await RecordAsync(subject, update, before, cancellationToken);
    }

    private async Task<IResult> CurrentAsync(int status, SubjectKey subject, CancellationToken cancellationToken) =>
        await ReadAsync(cancel => ViewAsync(subject, cancel), cancellationToken) is { } view
            ? Answer(status, Answer(subject, view), Version(subject, view.State))
            : ApiProblems.RetryLater("The store does not answer.");

    private async Task<IResult> RecordAsync(
        SubjectKey subject, PreferenceUpdate update, SubjectState? before, CancellationToken cancellationToken)
    {
        var changes = Changes(subject, update, before);
        var recorded = changes.Count == 0
            ? new IntakeResult(Durable: true, Stored: true)
            : await intake.RecordAsync(changes, WaitFor.Visible);
        if (!recorded.Durable)
            return ApiProblems.RetryLater("The choice could not be saved, so it is not recorded. Do not show the person a success.");
        if (recorded.Stored is true && await CurrentAsync(subject, update, changes, cancellationToken) is var (current, state))
            return Answer(StatusCodes.Status200OK, current, Version(subject, state));

        return changes.Count == 0
            ? ApiProblems.RetryLater("The store does not answer.")
            : Answer(StatusCodes.Status202Accepted, Accepted(subject, changes[0]));
    }

    // The Allows of the choice cannot be computed without the store, so the answer is no success. A Stop does not wait for them.
    private async Task<IResult> DeclineAsync(SubjectKey subject, PreferenceUpdate declined)
    {
        var stops = Changes(subject, declined, before: null);
        if (stops.Count > 0 && (await intake.RecordAsync(stops, WaitFor.Durable)).Durable)
        {
            return ApiProblems.RetryLater(
                "The store does not answer. What the person declined is recorded; what the person wants again is not. "
                    + "Do not show the person a success.");
        }

        return ApiProblems.RetryLater(
            "The store does not answer, and without it nothing can be allowed again. Nothing is recorded. "
                + "Do not show the person a success.");
    }

    private IReadOnlyList<Change> Changes(SubjectKey subject, PreferenceUpdate update, SubjectState? before)
    {
        var submission = Submission.Create(
            subject, Source.Portal, new ChangeEvidence(Reference: update.Reference), time.GetUtcNow(), before?.Number ?? 0);
        return update.Changes(before?.Consent, _offered, catalogue.Topics, submission.CreateChange);
    }

    // The state that the store has now. Another submission may have changed it in the meantime.
    private async Task<(PreferencesRecorded Current, SubjectState State)?> CurrentAsync(
        SubjectKey subject, PreferenceUpdate update, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        try
        {
            if (await ReadAsync(cancel => ViewAsync(subject, cancel), cancellationToken) is not { } view)
                return null;
            var after = view.State;
            var deciding = update.DecidingChange(after.Consent) is { } change
                ? await consent.FindAsync(subject, change, cancellationToken)
                : null;
            var recorded = RecordedSubmission.From(after, deciding, changes.Count > 0 ? changes[0].SubmissionId : null);
            return (new PreferencesRecorded(Answer(subject, view), recorded), after);
        }
        catch (StoreUnavailableException)
        {
            return null; // The store became unavailable after the choice was recorded.
        }
    }

    private PreferencesAnswer Answer(SubjectKey subject, SubjectView view) =>
        PreferencesAnswer.From(subject, view, Links(subject), _offered);

    private PreferencesAccepted Accepted(SubjectKey subject, Change change)
    {
        var own = Links(subject);
        return new(subject.ToString(), own.Preferences, own.Url, new AcceptedSubmission(Reference.From(change)));
    }

    private LinkForms Links(SubjectKey subject) => links.Write(new Link(subject, Channel: null, TopicId: 0, time.GetUtcNow(), Campaign: 0));

    private async Task<SubjectView> ViewAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        var (reading, known) = (consent.LoadAsync(subject, cancellationToken), profiles.LoadAsync(subject, cancellationToken));
        await Task.WhenAll(reading, known);
        var (state, profile) = (await reading, await known);
        return new SubjectView(
            state, profile.HasContactPoints, await shared.FindAsync(subject, state.Consent, profile, cancellationToken));
    }

    // Null when the store does not answer in time.
    private async Task<T?> ReadAsync<T>(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = time.Limit(StoreTimeout, cancellationToken);
        try
        {
            return await read(limit.Token);
        }
        catch (Exception e) when (e is StoreUnavailableException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static string Version(SubjectKey subject, SubjectState state) => new StateVersion(subject, state.Number).ToString();

    private static NoStoreResult Answer(int status, object answer, string? version = null) =>
        new(Results.Json(answer, answer.GetType(), PreferencesAnswerJson.Default, statusCode: status), version);
}
