using OptOut.Company;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ContactPoints;

/// <summary>What another subject with the same contact point stopped on one channel, though this subject allows some of it.</summary>
internal sealed record SharedStop(Identifier Identifier, Channel Channel, StopSet Stops, StopSet Own)
{
    /// <summary>Whether this is stopped by the other subject alone.</summary>
    public bool Blocks(Topic? topic) => Stops.Stops(topic) && !Own.Stops(topic);

    /// <summary>
    /// Says to the person what is not sent to which contact point, in plain words. Of the other person it says no more than that.
    /// </summary>
    /// <returns>Null when nothing that the person could choose is concerned.</returns>
    public string? Describe(Language language, TopicCatalogue catalogue)
    {
        var offered = catalogue.Matrix.FirstOrDefault(c => c.Channel == Channel).Topics ?? [];
        Topic[] blocked = [.. offered.Where(t => Blocks(t))];
        if (blocked.Length == 0)
            return null;
        var scopes = offered.All(t => Stops.Stops(t)) ? [new Scope(Channel, null)] : blocked.Select(t => new Scope(Channel, t));
        return language.Format(
            "shared.stopped", Identifier, string.Join("; ", scopes.Select(s => ScopeText.Describe(s, language, catalogue))));
    }
}

/// <summary>
/// Finds what a subject allows and still does not get, because somebody else with the same contact point stopped it: a contact point
/// receives only what all of its owners allow.
/// </summary>
internal sealed class SharedContactPoints(IdentifierIndex index)
{
    /// <summary>One query for each current contact point. None for one that gets nothing anyway.</summary>
    /// <param name="subject">The person who is shown the result.</param>
    /// <param name="own">What the person decided.</param>
    /// <param name="profile">The person's contact points.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="Platform.StoreUnavailableException">The store does not answer.</exception>
    public async Task<IReadOnlyList<SharedStop>> FindAsync(
        SubjectKey subject, ConsentState own, Profile profile, CancellationToken cancellationToken)
    {
        var open = profile.Current.Distinct().Where(i => i.Channels.Any(c => !own.Stops(c).IsEverything));
        return [.. (await Task.WhenAll(open.Select(i => FindAsync(subject, own, i, cancellationToken)))).SelectMany(s => s)];
    }

    // From what the others want, not from the row's own union: that may still hold what the person has just allowed.
    private async Task<IEnumerable<SharedStop>> FindAsync(
        SubjectKey subject, ConsentState own, Identifier identifier, CancellationToken cancellationToken)
    {
        if (await index.OthersAsync(identifier, subject, cancellationToken) is not { } others)
            return [];
        return identifier.Channels
            .Select(channel => new SharedStop(identifier, channel, others.Stops[channel], own.Stops(channel)))
            .Where(s => s.Blocks(null) || s.Stops.Exceptions.Concat(s.Own.Exceptions).Any(t => s.Blocks(t)));
    }
}
