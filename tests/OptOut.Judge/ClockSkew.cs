namespace OptOut.Judge;

/// <summary>What skewed clocks take from what the journal proves.</summary>
internal static class ClockSkew
{
    /// <summary>
    /// Lets every answered attempt last longer by the difference of the clocks: what was sent within it may be dated before it.
    /// </summary>
    public static IReadOnlyList<JournalledAct> Blur(IReadOnlyList<JournalledAct> acts, TimeSpan difference)
    {
        if (difference == TimeSpan.Zero)
            return acts;
        var sent = acts.SelectMany(a => a.Attempts).OrderBy(a => a.SentAt).ToList();
        var times = sent.ConvertAll(a => a.SentAt);

        // Whose a contact point is does not depend on a clock.
        return [.. acts.Select(act => act.Act.IsAnnouncement ? act : act with { Attempts = [.. act.Attempts.Select(Blur)] })];

        Attempt Blur(Attempt attempt)
        {
            if (attempt is not { Ended: { } ended, AnsweredAt: { } answered })
                return attempt;
            var at = times.BinarySearch(answered + difference);
            var last = at >= 0 ? at : ~at - 1;
            return last < 0 ? attempt : attempt with { Ended = Math.Max(ended, sent[last].Began) };
        }
    }
}
