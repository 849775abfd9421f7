using OptOut.Consent;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Web.Pages;

/// <summary>Reads what a page shows of a person, where the page is worth more than what it does not get to know.</summary>
internal sealed class ProfileReader(ProfileStore profiles, TimeProvider time)
{
    // A page in the browser's language now is better than one in the person's own language after a minute.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    /// <returns>Null if the person is unknown or the store does not answer in time.</returns>
    internal async Task<Profile?> FindAsync(SubjectKey subject, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = time.Limit(Timeout, cancellationToken);
            return await profiles.LoadAsync(subject, limit.Token);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            return null; // The page is then in the browser's language.
        }
    }
}
