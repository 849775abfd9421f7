namespace OptOut.Judge;

/// <summary>The mistakes that were proven, and what the judge wants to be known besides.</summary>
internal sealed record Judgement(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Notes);

internal static class Verdict
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Waits until nothing is under way, reads everything, and judges it. Mails that are due at the end of an interval may still come, so
    /// findings are proven only when they are there at the deadline.
    /// </summary>
    /// <param name="journal">What was asked and answered.</param>
    /// <param name="disturbances">What was broken, and when. Everything must be healed by now.</param>
    /// <param name="deadline">Until when the product may still catch up.</param>
    public static async Task<Judgement> JudgeAsync(
        SystemUnderTest system,
        ActJournal journal,
        IReadOnlyList<Disturbance> disturbances,
        TimeSpan deadline,
        CancellationToken cancellationToken,
        TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var end = time.GetUtcNow() + deadline;
        var settling = new Settling(system, time);
        using var observer = new Observer(system);
        while (true)
        {
            var underWay = await settling.WaitAsync(end, cancellationToken);
            var judgement = Judge(await observer.ReadAsync(journal.Path, disturbances, cancellationToken));
            if (underWay is not null)
            {
                judgement = judgement with
                {
                    Findings = [.. judgement.Findings, new Finding(
                        "Everything that was accepted is finished some time after the last disturbance.",
                        $"Still under way: {underWay}.",
                        Areas.Outbox)],
                };
            }

            if (judgement.Findings.Count == 0 || time.GetUtcNow() > end)
                return judgement with { Notes = [.. judgement.Notes, $"{settling.Replayed} dead letters were replayed."] };
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    /// <summary>Judges what was observed. Pure: the same records, the same findings.</summary>
    public static Judgement Judge(Observed observed)
    {
        var expectation = new Expectation(observed.Acts);
        var (acts, mails) = (new ActRules(observed, expectation), new MailRules(observed, expectation));
        Finding[] findings =
        [
            .. LedgerRules.Judge(observed),
            .. acts.Judge(),
            .. ContactRules.Judge(observed, expectation),
            .. VendorRules.Judge(observed, expectation),
            .. mails.Judge(),
            .. observed.Outbox.Select(row => new Finding(
                "Nothing is left in the outbox.", $"The row {row} was never published.", Areas.Outbox)),
        ];
        var repeated = acts.Repeated.ToList();
        return new Judgement(
            findings,
            [
                $"{observed.Acts.Count} acts, {observed.Acts.Count(a => a.Success is not null)} answered; {observed.Subjects.Count} "
                    + $"subjects with {observed.Subjects.Sum(s => s.Ledger.Count)} entries; {expectation.Contacts.Count} contact points; "
                    + $"{observed.VendorEntries.Count} entries of {observed.Vendors.Count} vendors; {observed.Mails.Count} mails; "
                    + $"{observed.Checks.Count} checks.",
                $"{repeated.Count} submissions repeated what stood, and their number leads to no entry.",
                $"{mails.LateRepeats.Count} submissions repeated what stood, entered the ledger after a later Allow, and no mail names "
                    + "them.",
                .. mails.Excused.Select(e => $"A second mail, excused: {e}."),
            ]);
    }
}
