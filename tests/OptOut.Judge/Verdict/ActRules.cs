namespace OptOut.Judge;

/// <summary>
/// What was answered is in the ledger and stands; nothing is undone but by a later act of the person; nobody else is in a ledger.
/// </summary>
internal sealed class ActRules(Observed observed, Expectation expectation)
{
    // Longer than a message stays with somebody who died or froze with it.
    private static readonly TimeSpan OnItsWay = TimeSpan.FromMinutes(3);

    private readonly Dictionary<string, SubjectRecord> _subjects = observed.Subjects.ToDictionary(s => s.Key, StringComparer.Ordinal);

    public IEnumerable<Finding> Judge() => [.. Refused(), .. Stands(), .. InLedger(), .. Unexplained()];

    /// <summary>
    /// Reference numbers that lead to no entry because the submission may have repeated what stood. Not a finding today: a repeat adds no
    /// entry.
    /// </summary>
    public IEnumerable<string> Repeated => Unfound().Where(u => u.MayRepeat).Select(u => u.Act.ToString());

    private IEnumerable<Finding> Refused() =>
        from act in observed.Acts
        from attempt in act.Attempts
        where attempt.Answer is { Outcome: Outcome.Refused }
        select new Finding(
            "A valid request is answered with success, or told to come again.",
            $"{act} was answered {attempt.Answer!.Status}.",
            Areas.Entry);

    private IEnumerable<Finding> Stands()
    {
        foreach (var person in expectation.People)
        {
            var state = _subjects.GetValueOrDefault(observed.SubjectOfPerson[person])?.State ?? [];
            foreach (var cell in Cell.All)
            {
                var expected = expectation.Of(person, cell);
                var deciding = Answering.Deciding(state, cell);
                var found = deciding?.ToString() ?? "nothing";
                if (expected.Standing == OptOut.Judge.Standing.Stopped && deciding is not { IsStop: true })
                {
                    yield return new Finding(
                        "An opt-out that was answered stands.",
                        $"{expected.Because} stopped {cell} for customer {person}; the state of {observed.SubjectOfPerson[person]} has "
                            + $"{found}.",
                        Lost(expected.Because!, person, cell, deciding));
                }
                else if (expected.Standing == OptOut.Judge.Standing.Allowed && deciding is { IsStop: true }
                    && !MayHaveComeLater(person, cell, expected.Because))
                {
                    yield return new Finding(
                        "Nobody is stopped who did not ask, or who allowed it again.",
                        $"{cell} of customer {person} ({observed.SubjectOfPerson[person]}) must be allowed"
                            + $"{(expected.Because is { } allow ? $" since {allow}" : ": nobody asked to stop it")}; "
                            + $"the state has {found}.",
                        expected.Because is null ? Areas.Store : Areas.Of(expected.Because));
                }
            }
        }
    }

    // Where a Stop may have been lost: it never came, only a part of its submission came, or something loosened it.
    private string Lost(JournalledAct stop, string person, Cell cell, Deciding? deciding)
    {
        var ledger = Ledger(observed.SubjectOfPerson[person]);
        var stored = ledger.Where(l => stop.Reference is { } number ? l.SubmissionReference == number : l.IsStop && stop.Fits(l)).ToList();
        var area = stored.Count == 0 && !expectation.MayRepeat(stop, person) ? Areas.Intake
            : stored.Count > 0 && !stored.Exists(l => l.IsStop && Cell.Covered(l.Scope).Contains(cell)) ? Areas.Part
            : deciding is null ? Areas.Store
            : Areas.Of(Loosening(ledger, person, cell, deciding));
        return stop.Act.Undoes is not null || Undone(person, stop) ? Areas.WithUndo(area) : area;
    }

    // Whether the person took something back since: an undo may take back more than its own submission.
    private bool Undone(string person, JournalledAct stop) => observed.Acts.Any(
        a => a.Act.Undoes is not null && !a.IsVoid && a.Ended > stop.Began && expectation.MayConcern(a, person));

    // The act whose entry decides; or else the one that allowed this, or whatever the person allowed last: it allowed too much.
    private JournalledAct? Loosening(IReadOnlyList<LedgerLine> ledger, string person, Cell cell, Deciding deciding)
    {
        var number = ledger.FirstOrDefault(l => l.Id == deciding.ChangeId)?.SubmissionReference;
        var allows = observed.Acts.Where(a => a.Act.Allows.Count > 0 && expectation.MayConcern(a, person)).ToList();
        return allows.Find(a => number is not null && a.Reference == number)
            ?? allows.FindLast(a => a.Act.Allows.Contains(cell.ToString()))
            ?? allows.LastOrDefault();
    }

    private IEnumerable<Finding> InLedger()
    {
        foreach (var (act, mayRepeat) in Unfound())
        {
            if (!mayRepeat)
            {
                yield return new Finding(
                    "A reference number that was given out is in the ledger.",
                    $"{act}: no entry of its subjects has this number.",
                    Areas.Intake);
            }
        }

        foreach (var act in observed.Acts.Where(a => a is { IsRecorded: true, Act.Stops.Count: > 0 }))
        {
            foreach (var person in expectation.CertainPeople(act).Where(p => !expectation.MayRepeat(act, p)))
            {
                if (Ledger(observed.SubjectOfPerson[person]).Any(line => line.IsStop && act.Fits(line)))
                    continue;
                yield return new Finding(
                    "An opt-out that was answered is in the ledger.",
                    $"{act}: the ledger of customer {person} ({observed.SubjectOfPerson[person]}) has no Stop of the source "
                        + $"{act.Act.Source}{(act.Act.Vendor is { } vendor ? $" by {vendor}" : "")}, though nothing else stops the same.",
                    Areas.Intake);
            }
        }
    }

    private IEnumerable<(JournalledAct Act, bool MayRepeat)> Unfound()
    {
        foreach (var act in observed.Acts.Where(a => a is { IsRecorded: true, Reference: not null }))
        {
            var people = expectation.PossiblePeople(act);
            var keys = people.Select(p => observed.SubjectOfPerson[p]).ToList();
            if (act.Act.ContactPoint is { } contact)
                keys.AddRange(observed.StandInOf.TryGetValue(Contact.Parse(contact), out var standIn) ? [standIn] : []);
            if (!keys.SelectMany(Ledger).Any(line => line.SubmissionReference == act.Reference))
                yield return (act, people.Any(p => expectation.MayRepeat(act, p)) || (act.Act.ContactPoint is not null && Others(act)));
        }

        // A contact point that nobody is known to have: whether somebody else acted on it.
        bool Others(JournalledAct act) => act.Attempts.Count > 1 || expectation.ActsOn(Contact.Parse(act.Act.ContactPoint!)).Count() > 1;
    }

    private IEnumerable<Finding> Unexplained()
    {
        var people = observed.SubjectOfPerson.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
        var standIns = observed.StandInOf.ToDictionary(s => s.Value, s => s.Key, StringComparer.Ordinal);
        foreach (var subject in observed.Subjects)
        {
            foreach (var line in subject.Ledger)
            {
                if (people.TryGetValue(subject.Key, out var person) ? IsExplained(line, person)
                    : standIns.TryGetValue(subject.Key, out var contact) && expectation.ActsOn(contact).Any(a => a.Fits(line)))
                {
                    continue;
                }

                yield return new Finding(
                    "Every entry of a ledger is something that was asked.",
                    $"Entry {line.Sequence} of {subject.Key} ({person ?? standIns.GetValueOrDefault(subject.Key).ToString()}): "
                        + $"{line.Decision} {line.Scope} by {line.Source} {line.Vendor} at {line.ReceivedAt:HH:mm:ss.fff}, reference "
                        + $"{line.SubmissionReference}; no act of the journal asked for it.",
                    Areas.Intake);
            }
        }
    }

    private bool IsExplained(LedgerLine line, string person) => line.Source == "Import"
        ? expectation.MayHaveAdopted(person)
        : observed.Acts.Any(a => (a.Fits(line) || MayRepeat(a, line)) && expectation.MayConcern(a, person));

    // Who leaves something stopped says again whatever stopped it, however wide that was.
    private bool MayRepeat(JournalledAct act, LedgerLine line) => !act.IsVoid && line.IsStop && line.Source == act.Act.Source
        && act.Act.Stops.Count > 0
        && Ledger(line.Subject).Any(l => l.Sequence < line.Sequence && l.IsStop && l.Scope == line.Scope);

    // A Stop that was answered may still have been on its way to the store when the person saw what they allowed again. It stands.
    private bool MayHaveComeLater(string person, Cell cell, JournalledAct? allow) => allow is not null && observed.Acts.Any(act =>
        act.Act.Stops.Contains(cell.ToString())
        && expectation.MayConcern(act, person)
        && act.Attempts.Any(a => a.Began < allow.Ended && (a.AnsweredAt ?? a.SentAt) > allow.Attempts[0].SentAt - OnItsWay));

    private IReadOnlyList<LedgerLine> Ledger(string subject) => _subjects.GetValueOrDefault(subject)?.Ledger ?? [];
}
