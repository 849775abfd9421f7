namespace OptOut.Judge;

internal enum Standing
{
    /// <summary>What was not answered, or overlapped, leaves it open.</summary>
    Either,
    Stopped,
    Allowed,
}

/// <param name="Because">The act that it rests on; null when nothing was ever asked.</param>
internal readonly record struct Expected(Standing Standing, JournalledAct? Because);

/// <summary>
/// What must stand after what was asked and answered. A Stop that was answered stands, unless the person allowed the same later, or may
/// have. Something is allowed when nobody asked to stop it, or each who may have was answered before the person allowed it again.
/// </summary>
internal sealed class Expectation
{
    private readonly IReadOnlyList<JournalledAct> _acts;
    private readonly ILookup<Contact, Owner> _owners;
    private readonly ILookup<Contact, JournalledAct> _actsOnContact;
    private readonly ILookup<string, Claim> _claims;
    private readonly Dictionary<Contact, IReadOnlyList<Claim>> _contactClaims = [];

    public Expectation(IEnumerable<JournalledAct> acts)
    {
        _acts = [.. acts.Where(a => !a.IsVoid)];
        _owners = _acts.Where(a => a.Act.IsAnnouncement)
            .SelectMany(a => a.Act.Announces.Select(text => (Contact: Contact.Parse(text), Act: a)))
            .ToLookup(a => a.Contact, a => new Owner(
                a.Act.Act.Person!, a.Act.Attempts[0].SentAt, a.Act.Began, a.Act.Success?.Ended ?? long.MaxValue, a.Act.Ended));
        _actsOnContact = _acts.Where(a => a.Act.ContactPoint is not null).ToLookup(a => Contact.Parse(a.Act.ContactPoint!));
        _claims = _acts.SelectMany(Claims).ToLookup(c => c.Person, c => c.Claim, StringComparer.Ordinal);
        foreach (var contact in _actsOnContact)
            _contactClaims[contact.Key] = [.. contact.Where(a => a.Act.Stops.Count > 0).Select(a => new Claim(a, a.Success is not null))];
        People = [.. _acts.Where(a => a.Act.Person is not null).Select(a => a.Act.Person!).Distinct(StringComparer.Ordinal)];
        Contacts = [.. _owners.Select(o => o.Key).Union(_actsOnContact.Select(a => a.Key))];
    }

    public IReadOnlyList<string> People { get; }

    public IReadOnlyList<Contact> Contacts { get; }

    /// <summary>What must stand for a person, whoever shares a contact point.</summary>
    public Expected Of(string person, Cell cell)
    {
        var covering = _claims[person].Where(c => c.Stops.Contains(cell) || c.Allows.Contains(cell)).ToList();
        var (stops, allows) = (covering.FindAll(c => c.Stops.Contains(cell)), covering.FindAll(c => c.Allows.Contains(cell)));
        if (Last(stops, allows) is { } standing)
            return new Expected(Standing.Stopped, standing);
        return stops.TrueForAll(s => allows.Exists(a => a.Certain && s.Ended < a.Began && !IsATie(s, a)))
            ? new Expected(Standing.Allowed, allows.FindLast(a => a.Certain)?.Act)
            : new Expected(Standing.Either, null);
    }

    /// <summary>What must stand for a contact point: it is stopped when anybody who has or had it stopped.</summary>
    public Expected Of(Contact contact, Cell cell)
    {
        var owners = _owners[contact].Select(o => (o.Person, IsCertain: o.CertainFrom < long.MaxValue)).Distinct().ToList();
        foreach (var owner in owners.Where(o => o.IsCertain))
        {
            if (Of(owner.Person, cell) is { Standing: Standing.Stopped } stopped)
                return stopped;
        }

        var direct = _contactClaims.GetValueOrDefault(contact, []).Where(c => c.Stops.Contains(cell)).ToList();
        var allows = owners.SelectMany(o => _claims[o.Person]).Where(c => c.Allows.Contains(cell)).ToList();
        if (Last(direct, allows) is { } standing)
            return new Expected(Standing.Stopped, standing);
        return owners.TrueForAll(o => Of(o.Person, cell).Standing == Standing.Allowed) && direct.TrueForAll(d => HasOwner(contact, d.Act))
            ? new Expected(Standing.Allowed, allows.FindLast(a => a.Certain)?.Act)
            : new Expected(Standing.Either, null);
    }

    /// <summary>The people for whom an act certainly counts.</summary>
    public IReadOnlyList<string> CertainPeople(JournalledAct act) => act.Act.Person is { } person
        ? [person]
        : [.. Owners(act).Where(o => o.IsCertain).Select(o => o.Person)];

    /// <summary>The people for whom an act may count.</summary>
    public IReadOnlyList<string> PossiblePeople(JournalledAct act) => act.Act.Person is { } person
        ? [person]
        : [.. Owners(act).Select(o => o.Person)];

    /// <summary>Whether an act may count for a person.</summary>
    public bool MayConcern(JournalledAct act, string person) =>
        act.Act.Person == person || (act.Act.ContactPoint is not null && Owners(act).Any(o => o.Person == person));

    /// <summary>Whether somebody acted on a contact point of the person before it was known whose it is.</summary>
    public bool MayHaveAdopted(string person) => _claims[person].Any(c => c.IsAdopted);

    /// <summary>Acts on a contact point, for the subject that stands for its unknown owner.</summary>
    public IEnumerable<JournalledAct> ActsOn(Contact contact) => _actsOnContact[contact];

    /// <summary>
    /// Whether something else stops some of the same, so that the act may only repeat it. A later act too: an answer says that the act is
    /// durable, and the next one may be stored before it.
    /// </summary>
    public bool MayRepeat(JournalledAct act, string person)
    {
        var cells = act.Act.Stops.Select(Cell.Parse).ToHashSet();
        return _claims[person].Any(c => c.Act != act && c.Stops.Overlaps(cells))
            || act.Attempts.Count > 1;
    }

    // The certain Stop after which nobody may have allowed it again.
    private static JournalledAct? Last(List<Claim> stops, List<Claim> allows) =>
        stops.FindLast(s => s.Certain && allows.TrueForAll(a => a.Ended < s.CertainFrom))?.Act;

    // A vendor writes whole seconds, so the nightly comparison takes its entry for as late as the second allows, and a tie means Stop.
    private static bool IsATie(Claim stop, Claim allow) => stop.Act.Act.Vendor is not null
        && allow.Act.Attempts[0].SentAt - stop.Act.Attempts[^1].SentAt < TimeSpan.FromSeconds(3);

    private bool HasOwner(Contact contact, JournalledAct act) => _owners[contact].Any(o => o.CertainFrom < act.Began);

    // The product finds out who has the contact point when it handles the message.
    private IEnumerable<(string Person, bool IsCertain)> Owners(JournalledAct act) => _owners[Contact.Parse(act.Act.ContactPoint!)]
        .GroupBy(o => o.Person, StringComparer.Ordinal)
        .Where(o => o.Any(one => one.PossibleFrom < act.Ended || one.Since < act.OnItsWayUntil))
        .Select(o => (o.Key, act.Success is { } success && o.Any(one => one.CertainFrom < success.Began)));

    private IEnumerable<(string Person, Claim Claim)> Claims(JournalledAct act)
    {
        if (act.Act.IsAnnouncement)
        {
            // Whoever acted on the contact point before anybody was known to have it: the new owner takes that over.
            return act.Act.Announces.Select(Contact.Parse)
                .SelectMany(contact => _actsOnContact[contact].Where(
                    a => a.Began < act.Ended && a.Act.Stops.Count > 0 && !HasOwner(contact, a)))
                .Select(a => (act.Act.Person!, new Claim(a, Certain: false) { IsAdopted = true }));
        }

        return act.Act.Person is { } person
            ? [(person, new Claim(act, act.Success is not null))]
            : Owners(act).Select(o => (o.Person, new Claim(act, o.IsCertain)));
    }

    /// <param name="CertainFrom">Since when somebody certainly is known to have it; the end of time when that was not answered.</param>
    private sealed record Owner(string Person, DateTimeOffset Since, long PossibleFrom, long CertainFrom, long Ended);

    private sealed record Claim(JournalledAct Act, bool Certain)
    {
        public bool IsAdopted { get; init; }

        public long Began => Act.Began;

        /// <summary>The beginning of the attempt that was answered.</summary>
        public long CertainFrom => Act.Success?.Began ?? long.MaxValue;

        public long Ended => IsAdopted ? long.MaxValue : Act.Ended;

        public HashSet<Cell> Stops { get; } = [.. Act.Act.Stops.Select(Cell.Parse)];

        public HashSet<Cell> Allows { get; } = Act.IsRecorded || Act.Success is null ? [.. Act.Act.Allows.Select(Cell.Parse)] : [];
    }
}
