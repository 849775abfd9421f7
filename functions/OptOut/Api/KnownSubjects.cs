using OptOut.Consent;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Api;

/// <summary>
/// Tells a controller's system whether a customer number has a contact point here. Without one, because nobody announced it or because it
/// is mistyped, a Stop is kept and stops nothing yet.
/// </summary>
internal sealed class KnownSubjects(ProfileStore profiles, UnannouncedSubjects unannounced, TimeProvider time)
{
    internal const string LinkWarning = "This customer number has no contact point here. Announce the person with "
        + "PUT /api/subjects/{id} before the mailing, and check the number. The link works: a Stop is kept for this customer number, and "
        + "takes effect when a contact point is announced.";

    internal const string ChoiceWarning = "This customer number has no contact point here, so a choice stops nothing yet. Announce the "
        + "person with PUT /api/subjects/{id}, and check the number. What is recorded takes effect when a contact point is announced.";

    // A mailing system waits. A link does not depend on the answer.
    private static readonly TimeSpan LookUpTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Whether a link leads to somebody known; a link that does not is counted in the nightly report.</summary>
    /// <returns>Null when the store does not answer in time.</returns>
    internal async Task<bool?> HasContactPointsAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        using var limit = time.Limit(LookUpTimeout, cancellationToken);
        try
        {
            if ((await profiles.LoadAsync(subject, limit.Token)).HasContactPoints)
                return true;
        }
        catch (Exception e) when (IsOutage(e, cancellationToken))
        {
            return null;
        }

        try
        {
            await unannounced.NoteLinkAsync(subject, limit.Token);
        }
        catch (Exception e) when (IsOutage(e, cancellationToken))
        {
            // The report counts one less. The answer is right all the same.
        }

        return false;
    }

    private static bool IsOutage(Exception e, CancellationToken cancellationToken) =>
        e is StoreUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
