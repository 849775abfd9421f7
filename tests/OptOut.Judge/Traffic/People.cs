using System.Globalization;

namespace OptOut.Judge;

/// <summary>
/// Who is announced, and whose acts are under way. Stops of one person may overlap. What loosens (an Allow, an undo, a form with several
/// choices) is a person's only act while it is under way, so that afterwards it is certain what must stand.
/// </summary>
internal sealed class People(int seed)
{
    private readonly Lock _gate = new();
    private readonly List<Person> _all = [];
    private readonly List<Contact> _strangers = [];
    private int _number, _stranger;

    public int Count
    {
        get
        {
            lock (_gate)
                return _all.Count;
        }
    }

    /// <summary>A new person with contact points of their own, whose announcement is under way.</summary>
    public Person Create(bool isBystander, params Contact[] shared)
    {
        lock (_gate)
        {
            var n = ++_number;
            var person = new Person(Text($"J{seed}-{n}"), [.. Contacts(n), .. shared], isBystander) { Busy = 1 };
            _all.Add(person);
            return person;
        }
    }

    /// <summary>An e-mail address that nobody has yet.</summary>
    public Contact NewEmail()
    {
        lock (_gate)
            return new Contact(Contact.Email, Text($"e{seed}-{++_number}@people.example"));
    }

    /// <summary>A contact point that the controller did not announce.</summary>
    public Contact NewStranger(Dice dice)
    {
        lock (_gate)
        {
            var n = ++_stranger;
            var contact = dice.Below(3) switch
            {
                0 => new Contact(Contact.Email, Text($"s{seed}-{n}@strangers.example")),
                1 => new Contact(Contact.Phone, Text($"+32471{100_000 + n}")),
                _ => new Contact(Contact.Postal, Text($"BE|9000|DORPSSTRAAT|{n}|")),
            };
            _strangers.Add(contact);
            return contact;
        }
    }

    /// <summary>A contact point of a stranger who acted, and who is announced only now.</summary>
    public Contact? TakeStranger(Dice dice)
    {
        lock (_gate)
        {
            if (_strangers.Count == 0)
                return null;
            var contact = dice.Pick(_strangers);
            _strangers.Remove(contact);
            return contact;
        }
    }

    /// <summary>Begins an act of one person; null when nobody suits.</summary>
    /// <param name="alone">Whether it must be the person's only act.</param>
    public Person? Enter(Dice dice, bool alone, Func<Person, bool> suits)
    {
        lock (_gate)
        {
            var found = _all.FindAll(
                p => p is { IsBystander: false, IsAnnounced: true, IsAlone: false, IsLeftAlone: false }
                    && (!alone || p.Busy == 0) && suits(p));
            if (found.Count == 0)
                return null;
            var person = dice.Pick(found);
            Begin(person, alone);
            return person;
        }
    }

    /// <summary>Begins an act that names a contact point: of everybody who has it, or may have it.</summary>
    /// <returns>False when one of them must be alone now.</returns>
    public bool TryEnter(Contact contact, IReadOnlyCollection<Person> already, out IReadOnlyList<Person> owners)
    {
        lock (_gate)
        {
            owners = [.. _all.Where(p => p.Contacts.Contains(contact) && !already.Contains(p))];
            if (owners.Any(p => p.IsAlone || p.IsBystander || p.IsLeftAlone))
                return false;
            foreach (var owner in owners)
            {
                Begin(owner, alone: false);
                owner.IsUncertain |= !owner.IsAnnounced;
            }

            return true;
        }
    }

    /// <summary>Ends an act.</summary>
    /// <param name="change">What is known to be so since it was answered.</param>
    public void Leave(IEnumerable<Person> people, Action<Person> change)
    {
        lock (_gate)
        {
            foreach (var person in people)
            {
                change(person);
                (person.Busy, person.IsAlone) = (person.Busy - 1, false);
            }
        }
    }

    public IReadOnlyList<Person> Snapshot()
    {
        lock (_gate)
            return [.. _all];
    }

    private static void Begin(Person person, bool alone)
    {
        (person.Busy, person.IsAlone) = (person.Busy + 1, alone);
        if (!alone)
            person.Last = null;
    }

    private Contact[] Contacts(int n) =>
    [
        new(Contact.Email, Text($"j{seed}-{n}@people.example")),
        new(Contact.Phone, Text($"+32470{100_000 + n}")),
        new(Contact.Postal, Text($"BE|9000|KERKSTRAAT|{n}|")),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
