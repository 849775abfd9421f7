namespace OptOut.Judge;

/// <summary>
/// Each submission that was answered is named in exactly one confirmation to each of the person's addresses. One that is in the ledger and
/// was never answered may be named, and need not be. The product chooses at least once: a process that dies, stops or loses the store
/// between the vendor's acceptance and the row that records it sends the mail again. Such a second mail is excused by that one
/// disturbance, and counted; a missing one never is.
/// </summary>
internal sealed class MailRules(Observed observed, Expectation expectation)
{
    // From the vendor's acceptance until the row is written: milliseconds, or as long as the product tries to write it.
    private static readonly TimeSpan Recording = TimeSpan.FromSeconds(8);

    // Who complained to a vendor or stands on a list did not write to us, and gets no mail.
    private static readonly string[] NotThePerson = ["VendorWebhook", "Reconciliation", "Import"];

    /// <summary>The second mails that a disturbance excuses, each with it.</summary>
    public List<string> Excused { get; } = [];

    /// <summary>
    /// Submissions that no mail names because they only repeated what stood, and entered the ledger after all: a handler that met such a
    /// change again, after a later Allow was stored, took it for news. Nobody needs a mail of them, and they change no answer.
    /// </summary>
    public List<string> LateRepeats { get; } = [];

    public IEnumerable<Finding> Judge()
    {
        var named = observed.Mails.Where(m => !m.IsDropped)
            .SelectMany(m => m.References.Select(r => (m.Subject, m.To, Reference: r, m.At)))
            .ToLookup(n => (n.Subject, n.To, n.Reference), n => n.At);
        var owed = new HashSet<(string Subject, string Reference)>();
        foreach (var subject in observed.Subjects)
        {
            var addresses = Addresses(subject);
            foreach (var submission in subject.Ledger.Where(l => !NotThePerson.Contains(l.Source)).GroupBy(l => l.SubmissionReference))
            {
                owed.Add((subject.Key, submission.Key));
                foreach (var (address, isDue) in addresses)
                {
                    var isAnswered = submission.Any(line => IsAnswered(subject, line));
                    DateTimeOffset[] at = [.. named[(subject.Key, address, submission.Key)].Order()];
                    if (Judge(subject, submission.First(), address, isDue && isAnswered, at) is { } finding)
                        yield return finding;
                }
            }
        }

        foreach (var other in named.Where(n => !owed.Contains((n.Key.Subject, n.Key.Reference))))
        {
            yield return new Finding(
                "A confirmation names only what is in the ledger.",
                $"A mail of {other.First():HH:mm:ss.fff} to {other.Key.To} names {other.Key.Reference}; the ledger of "
                    + $"{other.Key.Subject} has no such submission of the person.",
                Areas.Confirmation);
        }
    }

    private Finding? Judge(SubjectRecord subject, LedgerLine line, string address, bool isDue, DateTimeOffset[] at)
    {
        var what = $"{line.SubmissionReference} of {subject.Key}, recorded {line.ReceivedAt:HH:mm:ss.fff} by {line.Source}, to {address}";
        if (at.Length == 0 && isDue)
        {
            if (!subject.Ledger.Where(l => l.SubmissionId == line.SubmissionId).All(l => IsLateRepeat(subject, l)))
            {
                return new Finding(
                    "Every submission is named in a confirmation mail.", $"No mail names {what}.", MissingArea(subject, line));
            }

            LateRepeats.Add(what);
        }

        for (var i = 1; i < at.Length; i++)
        {
            var accepted = at[i - 1];
            var cause = observed.Disturbances.FirstOrDefault(
                d => d.Target is "functions" or "storage" or "network" && d.From <= accepted + Recording && d.To >= accepted);
            if (cause is null)
            {
                return new Finding(
                    "Every submission is named in exactly one confirmation mail.",
                    $"{at.Length} mails name {what}: {string.Join(", ", at.Select(a => a.ToString("HH:mm:ss.fff", null)))}. Nothing was "
                        + "disturbed while the first was being recorded.",
                    Areas.Confirmation);
            }

            Excused.Add($"{what}, again at {at[i]:HH:mm:ss.fff}: {cause.What} from {cause.From:HH:mm:ss.fff} to {cause.To:HH:mm:ss.fff}");
        }

        return null;
    }

    // Where no vendor was told of this person since, the message itself may be missing.
    private static string MissingArea(SubjectRecord subject, LedgerLine line) =>
        subject.Confirmations.Any(c => c.At >= line.ReceivedAt) ? Areas.Confirmation : $"{Areas.Lost}; or {Areas.Confirmation}";

    private bool IsAnswered(SubjectRecord subject, LedgerLine line)
    {
        var person = observed.SubjectOfPerson.FirstOrDefault(p => p.Value == subject.Key).Key;
        return observed.Acts.Any(a => a.Success is not null && a.Fits(line)
            && (person is not null ? expectation.MayConcern(a, person) : observed.StandInOf.Any(
                s => s.Value == subject.Key && a.Act.ContactPoint == s.Key.ToString())));
    }

    // A Stop that stands in the ledger after an Allow which is dated later, and whose scope was stopped before.
    private static bool IsLateRepeat(SubjectRecord subject, LedgerLine line)
    {
        var before = subject.Ledger.Where(l => l.Sequence < line.Sequence).ToList();
        return line.IsStop
            && before.Exists(l => !l.IsStop && l.At >= line.At)
            && before.Exists(l => l.IsStop && l.Scope == line.Scope && l.At <= line.At);
    }

    // Mails go to the addresses that the controller gave last, or that a stranger typed. One that came or went is due only sometimes.
    private IReadOnlyList<(string Address, bool IsDue)> Addresses(SubjectRecord subject)
    {
        var person = observed.SubjectOfPerson.FirstOrDefault(p => p.Value == subject.Key).Key;
        if (person is null)
            return [.. subject.Contacts.Where(c => c.Kind == Contact.Email).Select(c => (c.Value, true))];
        var announced = observed.Acts.Where(a => a.Act.IsAnnouncement && a.Act.Person == person && !a.IsVoid)
            .Select(a => a.Act.Announces.Select(Contact.Parse).Where(c => c.Kind == Contact.Email).Select(c => c.Value).ToHashSet())
            .ToList();
        var always = announced.Aggregate((IEnumerable<string>?)null, (all, some) => all?.Intersect(some) ?? some)?.ToHashSet() ?? [];
        return [.. announced.SelectMany(a => a).Distinct().Select(address => (address, always.Contains(address)))];
    }
}
