using OptOut.Api;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules;

/// <summary>People, their contact points, and what they and others do at the same time.</summary>
internal sealed class Story(World world, IStrategy strategy, SeededNumbers numbers)
{
    private readonly IdentifierProtector _protector = world.Get<IdentifierProtector>();

    public World World => world;

    public List<Act> Acts { get; } = [];

    /// <summary>Everybody, with a name, the stand-ins of unknown people too.</summary>
    public Dictionary<SubjectKey, string> People { get; } = [];

    public List<Identifier> ContactPoints { get; } = [];

    /// <summary>People whose address changed on the way, so that it is not said who gets which mail.</summary>
    public HashSet<SubjectKey> Moved { get; } = [];

    public SubjectKey Person(string name)
    {
        var subject = _protector.SubjectOf($"C-{name}");
        if (People.TryAdd(subject, name))
            world.Names.Add(subject, name);
        return subject;
    }

    public Identifier Email(string name)
    {
        if (!EmailAddress.TryParse($"{name}@example.com", out var identifier))
            throw new ArgumentException("Not an address.", nameof(name));
        if (!ContactPoints.Contains(identifier))
        {
            ContactPoints.Add(identifier);
            world.Names.Add(identifier, _protector.Hash(identifier), $"{name}@");
            var standIn = _protector.SubjectOf(identifier);
            People[standIn] = $"owner-of-{name}";
            world.Names.Add(standIn, $"owner-of-{name}");
        }

        return identifier;
    }

    /// <summary>Does what has been started so far, one after another, before the schedule begins.</summary>
    public void BeforeAll()
    {
        world.Scheduler.RunWith(new InOrder());
        world.Scheduler.Steps.Clear();
        Moved.Clear();
    }

    public void Stop(SubjectKey subject, string scope, Source source = Source.OneClick) =>
        Start($"stop {People[subject]} {scope}", act => StopAsync(act, subject, Scope.Parse(scope), source));

    /// <summary>The preference page, saved: the person saw what stood when the page was posted.</summary>
    public void Choose(SubjectKey subject, StopSet email) => Start($"choose {People[subject]} {email}", async act =>
    {
        var now = await SeeAsync(act, subject);
        var wanted = new Dictionary<Channel, StopSet> { [Channel.Email] = email };
        await RecordAsync(act, Preferences.Changes(now.Consent, wanted, Submit(subject, now.Number, Source.PreferencePage)));
    });

    /// <summary>A Stop on the page, and then its undo from the page with the result.</summary>
    public void StopAndUndo(SubjectKey subject, string scope) => Start($"undo {People[subject]} {scope}", async act =>
    {
        var stop = new Act($"{act.Name}: the Stop");
        Acts.Add(stop);
        await StopAsync(stop, subject, Scope.Parse(scope), Source.UnsubscribePage);
        var (consent, submission) = (world.Get<ConsentStore>(), stop.Changes[0].SubmissionId);
        var shown = await SeeAsync(act, subject);

        Begin();
        var ledger = new List<LedgerEntry>();
        await foreach (var entry in consent.LedgerAsync(subject, CancellationToken.None))
            ledger.Add(entry);
        if (!ledger.Exists(e => e.Change.SubmissionId == submission))
            return;
        var now = (await consent.LoadAsync(subject, CancellationToken.None)).Consent;
        var wanted = Undo.Without(submission, shown.Number, ledger, now);
        act.Undone = submission;
        await RecordAsync(act, Preferences.Changes(now, wanted, Submit(subject, shown.Number, Source.UnsubscribePage)));
    });

    // What a page shows. A Stop that only repeats what stands is on it too, though the row may name another change.
    private async Task<SubjectState> SeeAsync(Act act, SubjectKey subject)
    {
        Begin();
        var store = world.Get<ConsentStore>();
        var shown = await store.LoadAsync(subject, CancellationToken.None);
        await foreach (var entry in store.LedgerAsync(subject, CancellationToken.None))
        {
            if (entry.Number <= shown.Number)
                act.Known.Add(entry.Change.Id);
        }

        act.KnownRepeats.UnionWith(shown.Repeats.Select(r => r.Change.Id));
        act.Known.UnionWith(act.KnownRepeats);
        return shown;
    }

    /// <summary>A vendor reports an unsubscribe of somebody whom we may not know. A report that is repeated keeps the moment of its event.</summary>
    public void VendorStop(Identifier identifier, string scope, string eventKey)
    {
        DateTimeOffset? at = null;
        Start($"vendor stop {world.Names.Of(identifier)} {scope}", act => Repeatedly(act, async () =>
        {
            var now = Begin();
            at ??= now;
            (act.About, act.Reported) = (identifier, Scope.Parse(scope));
            var stop = new IdentifierStop(
                identifier, Scope.Parse(scope), at.Value, Source.VendorWebhook, new ChangeEvidence(Vendor: "memory"), eventKey);
            act.Event = stop.EventId;
            if (await world.Get<IdentifierIntake>().RecordAsync(stop, WaitFor.Durable) is not { } changes)
                return false;
            act.Changes = changes;
            return true;
        }));
    }

    /// <summary>The controller says which contact points a person has.</summary>
    public void Register(SubjectKey subject, params Identifier[] identifiers) =>
        Start($"register {People[subject]} {string.Join(' ', identifiers.Select(world.Names.Of))}", act => Repeatedly(act, async () =>
        {
            Begin();
            Moved.Add(subject);
            return await world.Get<SubjectRegistrar>().SaveAsync(subject, identifiers, "en", CancellationToken.None);
        }));

    public void Sweep() => Start("sweep", async act =>
    {
        Begin();
        await world.Get<Outbox>().SweepAsync(CancellationToken.None);
    });

    private async Task StopAsync(Act act, SubjectKey subject, Scope scope, Source source)
    {
        var now = Begin();
        act.Changes = [Change.Create(numbers.NextGuid(), subject, scope, Decision.Stop, now, now, source)];
        act.IsAnswered = (await world.Get<ChangeIntake>().RecordAsync(
            act.Changes, source == Source.OneClick ? WaitFor.Durable : WaitFor.Visible)).Durable;
    }

    private async Task RecordAsync(Act act, IReadOnlyList<Change> changes)
    {
        act.Changes = changes;
        act.IsAnswered = changes.Count == 0 || (await world.Get<ChangeIntake>().RecordAsync(changes, WaitFor.Visible)).Durable;
    }

    private static async Task Repeatedly(Act act, Func<Task<bool>> body)
    {
        act.Again = Once;
        await Once();

        async Task Once()
        {
            act.IsAnswered = await body();
            if (act.IsAnswered)
                act.Again = null;
        }
    }

    private Func<Scope, Decision, Change> Submit(SubjectKey subject, long seen, Source source) =>
        Submission.Create(subject, source, ChangeEvidence.None, world.Time.GetUtcNow(), seen).CreateChange;

    // Two Stops may come in the same millisecond.
    private DateTimeOffset Begin()
    {
        world.Time.Advance(TimeSpan.FromMilliseconds(strategy.Milliseconds()));
        return world.Time.GetUtcNow();
    }

    private void Start(string name, Func<Act, Task> body)
    {
        var act = new Act(name);
        Acts.Add(act);
        world.Scheduler.Start(name, async () =>
        {
            try
            {
                await body(act);
            }
            catch (StoreUnavailableException)
            {
                // The endpoint answers 503.
            }
        });
    }
}
