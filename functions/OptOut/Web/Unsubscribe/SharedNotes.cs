using OptOut.Company;
using OptOut.Consent;
using OptOut.Platform;
using OptOut.Records;
using OptOut.Records.ContactPoints;

namespace OptOut.Web.Unsubscribe;

/// <summary>What a page says about contact points that somebody else has too, and stopped.</summary>
internal sealed class SharedNotes(SharedContactPoints shared, ConsentStore consent, TopicCatalogue catalogue)
{
    /// <param name="visit">Whose page it is.</param>
    /// <param name="own">What the person decided.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <returns>A text for each contact point and channel; none when the page shows what will really happen.</returns>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    internal async Task<IReadOnlyList<string>> WriteAsync(LinkVisit visit, ConsentState own, CancellationToken cancellationToken) =>
        visit.Profile is not { } profile
            ? []
            :
            [
                .. (await shared.FindAsync(visit.Subject, own, profile, cancellationToken))
                    .Select(s => s.Describe(visit.View.Language, catalogue))
                    .OfType<string>(),
            ];

    /// <summary>The same after something was recorded. That page is shown even when the store has become unavailable.</summary>
    internal async Task<IReadOnlyList<string>> WriteAfterAsync(LinkVisit visit, CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(visit, (await consent.LoadAsync(visit.Subject, cancellationToken)).Consent, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return [];
        }
    }
}
