using OptOut.Consent;

namespace OptOut.Unsubscribe;

/// <summary>One act of a person behind a link, that may loosen: what they want, turned into the changes that say it.</summary>
internal static class PersonalAct
{
    // Preferences dates a Stop with exceptions a millisecond before them, and a tie means Stop: two are room enough.
    private static readonly TimeSpan Room = TimeSpan.FromMilliseconds(2);

    /// <param name="visit">Whose act.</param>
    /// <param name="source">One that may allow.</param>
    /// <param name="began">When the request came in, before anything was read: a Stop that arrives meanwhile is later, and wins.</param>
    /// <param name="now">What was read then.</param>
    /// <param name="wanted">What is to be stopped, by channel.</param>
    public static IReadOnlyList<Change> Changes(LinkVisit visit, Source source, DateTimeOffset began, ConsentState now, IReadOnlyDictionary<Channel, StopSet> wanted)
    {
        // What was read counts as before the act, even where the clock of whoever wrote it runs ahead of ours.
        var latest = now.Entries.Select(e => e.Value.At + Room).DefaultIfEmpty(began).Max();
        var moment = latest > began ? latest : began;
        var act = EventIds.New(moment);
        return Preferences.Changes(now, wanted, (scope, decision, before) =>
            Change.Create(EventIds.New(moment), visit.Subject, scope, decision, moment - before, moment, source, visit.Evidence, act));
    }
}
