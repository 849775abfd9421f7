using System.Globalization;
using OptOut.Judge;
using Reply = OptOut.Judge.Answer;

namespace OptOut.Tests.Judge;

/// <summary>
/// A small world in which everything went well, made by hand: what was asked and answered, and the records that follow from it. A test
/// spoils one record, and the verdict must say so.
/// </summary>
internal sealed class JudgedWorld
{
    private static readonly DateTimeOffset Start = new(2026, 11, 28, 9, 0, 0, TimeSpan.Zero);

    private readonly List<JournalLine> _lines = [];
    private readonly Dictionary<string, List<LedgerLine>> _ledgers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Contact>> _contacts = new(StringComparer.Ordinal);
    private readonly List<Mail> _mails = [];
    private int _number;

    public static Contact Email(string person) => new(Contact.Email, $"{person.ToLowerInvariant()}@people.example");

    public static Contact Phone(string person) => new(Contact.Phone, $"+3247000000{person[^1]}");

    public static string Key(string person) => $"SUBJECT{person}".PadRight(26, '0');

    private DateTimeOffset Now => Start.AddSeconds(_lines.Count);

    public void Announce(string person, params Contact[] more)
    {
        Contact[] all = [Email(person), Phone(person), .. more];
        Ask(new Act { Id = NextId(), Entry = "announcement", Person = person, Announces = [.. all.Select(c => c.ToString())] }, "");
        _contacts[person] = [.. all];
        _ledgers[person] = [];
    }

    /// <summary>An act that is recorded, answered and confirmed.</summary>
    /// <returns>The reference number.</returns>
    public string Do(string person, string decision, string scope, string source, string? undoes = null, bool answered = true) =>
        Do(person, decision, [scope], source, undoes, answered);

    /// <summary>Several changes in one submission.</summary>
    public string Do(string person, string decision, string[] scopes, string source, string? undoes = null, bool answered = true)
    {
        string[] cells = [.. scopes.SelectMany(Cell.Covered).Select(c => c.ToString()).Distinct()];
        var submission = new Guid(++_number, 0, 0, new byte[8]).ToString("D")[..^4] + _number.ToString("x4", CultureInfo.InvariantCulture);
        var at = Now;
        var ledger = _ledgers[person].ToList();
        foreach (var (i, scope) in scopes.Index())
        {
            var line = new LedgerLine(
                ledger.Count + 1, ledger.Count + 1, $"{submission[..^1]}{i}", submission, Key(person), scope, decision,
                decision == "Allow" ? ledger.Count : null, at, at, source, "", "", 0, "", "", "",
                ledger.Count == 0 ? LedgerVerifier.Start(Key(person)) : ledger[^1].Hash, "");
            ledger.Add(line with { Hash = LedgerVerifier.HashOf(line) });
        }

        var reference = ledger[^1].SubmissionReference;
        Ask(
            new Act
            {
                Id = NextId(),
                Entry = source,
                Person = person,
                Stops = decision == "Stop" ? cells : [],
                Allows = decision == "Allow" ? cells : [],
                Source = source,
                Undoes = undoes,
            },
            reference,
            answered);
        if (answered)
        {
            _ledgers[person] = ledger;
            _mails.AddRange(_contacts[person].Where(c => c.Kind == Contact.Email).Select(
                c => new Mail(c.Value, Key(person), [reference], at.AddMilliseconds(100), IsDropped: false)));
        }

        return reference;
    }

    /// <summary>The records that follow from what was done.</summary>
    public Observed Observe()
    {
        var subjects = _ledgers.Select(l => Subject(l.Key, l.Value)).ToList();
        var contacts = _contacts.SelectMany(c => c.Value).Distinct().Select(contact => Row(contact, subjects)).ToList();
        return new Observed
        {
            Acts = JournalledAct.From(_lines),
            Subjects = subjects,
            Contacts = contacts,
            Vendors = [.. VendorLists.All.Select(l => l.Vendor).Distinct()],
            VendorEntries =
            [
                .. from list in VendorLists.All
                   from row in contacts
                   where row.Contact.Kind == list.Kind && list.Cells.All(cell => Answering.Holds(row.Stops[cell.Channel], cell.Topic))
                   select new VendorEntry(list.Vendor, list.Name, row.Contact),
            ],
            Mails = _mails,
            Checks =
            [
                .. from row in contacts
                   from cell in row.Contact.Cells
                   select new CheckAnswer(row.Contact, cell, !Answering.Holds(row.Stops[cell.Channel], cell.Topic)),
            ],
            SubjectOfPerson = _ledgers.Keys.ToDictionary(p => p, Key, StringComparer.Ordinal),
            StandInOf = contacts.ToDictionary(c => c.Contact, c => $"STANDIN{c.Contact.Value}"),
        };
    }

    private void Ask(Act act, string reference, bool answered = true)
    {
        _lines.Add(new JournalLine { Sent = act, Attempt = 1, At = Now });
        if (answered)
        {
            _lines.Add(new JournalLine
            {
                Answered = act.Id,
                Attempt = 1,
                At = Now,
                Answer = new Reply(Outcome.Recorded, 200, reference.Length == 0 ? null : reference),
            });
        }
    }

    private SubjectRecord Subject(string person, IReadOnlyList<LedgerLine> ledger)
    {
        var record = new SubjectRecord(
            Key(person), ledger, [], ledger.Count, ledger.Count == 0 ? LedgerVerifier.Start(Key(person)) : ledger[^1].Hash,
            _contacts[person], []);
        return record with { State = LedgerVerifier.Replay(record) };
    }

    private static ContactRecord Row(Contact contact, IReadOnlyList<SubjectRecord> subjects)
    {
        var owners = subjects.Where(s => s.Contacts.Contains(contact)).ToList();
        return new ContactRecord(
            contact,
            [.. owners.Select(o => o.Key)],
            contact.Channels.ToDictionary(channel => channel, channel => Write(Cell.On(channel).Where(
                cell => owners.Exists(o => Answering.IsStopped(o.State, cell))).ToHashSet())));
    }

    private static string Write(HashSet<Cell> stopped)
    {
        var topics = Cell.Topics.Where(t => stopped.Any(c => c.Topic == t)).ToList();
        var general = stopped.Any(c => c.Topic.Length == 0);
        return (general, topics.Count) switch
        {
            (true, 3) => "*",
            (true, _) => "*!" + string.Join(',', Cell.Topics.Except(topics)),
            (false, 0) => "-",
            _ => string.Join(',', topics),
        };
    }

    private string NextId() => string.Create(CultureInfo.InvariantCulture, $"a{_lines.Count}");
}
