using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Records.Feed;
using OptOut.Tests.Schedules.Exploration;
using OptOut.Tests.Schedules.InMemory;

namespace OptOut.Tests.Schedules;

/// <summary>What must hold when every message has been handled, whatever the order and whatever failed on the way.</summary>
/// <param name="isStrict">Whether to demand too what today's code does not promise: see the skipped tests.</param>
internal sealed class Invariants(Story story, bool isStrict = false)
{
    private readonly List<string> _broken = [];
    private readonly World _world = story.World;

    /// <returns>What does not hold, in plain words; empty when everything does.</returns>
    public IReadOnlyList<string> Check()
    {
        var steps = _world.Scheduler.Steps.Count;
        _world.Scheduler.Start("judge", CheckAsync);
        _world.Scheduler.RunWith(new InOrder());
        _world.Scheduler.Steps.RemoveRange(steps, _world.Scheduler.Steps.Count - steps);
        return _broken;
    }

    private async Task CheckAsync()
    {
        foreach (var dead in _world.Bus.DeadLetters)
            _broken.Add($"A message to {dead.Subscription} became a dead letter.");
        var states = new Dictionary<SubjectKey, ConsentState>();
        foreach (var (subject, name) in story.People)
            states[subject] = await CheckSubjectAsync(subject, name);
        foreach (var identifier in story.ContactPoints)
            await CheckContactPointAsync(identifier, states);
        await CheckFeedAsync();
    }

    // Who reads the feed alone must know what stands, and where every ledger ends.
    private async Task CheckFeedAsync()
    {
        var feed = await _world.Get<FeedReader>().SinceAsync(null, CancellationToken.None).ToArrayAsync();
        foreach (var identifier in story.ContactPoints)
        {
            var hash = _world.Get<IdentifierProtector>().Hash(identifier);
            var told = feed.SelectMany(e => e.ContactPoints).Where(c => c.Hash == hash).MaxBy(c => c.Version);
            var row = await _world.Get<IdentifierIndex>().FindAsync(identifier, CancellationToken.None);
            foreach (var channel in identifier.Channels)
            {
                var (held, known) = (row?.Stops[channel] ?? StopSet.Nothing, told?.Stops[channel] ?? StopSet.Nothing);
                if (!held.Equals(known))
                    _broken.Add($"The row of {_world.Names.Of(identifier)} says {held}, and the feed says {known}.");
            }
        }

        foreach (var (subject, name) in story.People)
        {
            var head = (await _world.Get<ConsentStore>().LoadAsync(subject, CancellationToken.None)).Head;
            if (head.Sequence > 0 && !feed.Any(e => e.Subject == subject && e.Head == head))
                _broken.Add($"{name}'s ledger ends at entry {head.Sequence}, and the feed does not say so.");
        }
    }

    private async Task<ConsentState> CheckSubjectAsync(SubjectKey subject, string name)
    {
        var consent = _world.Get<ConsentStore>();
        var row = await consent.LoadAsync(subject, CancellationToken.None);
        var (state, head) = (row.Consent, row.Head);
        if (head.Sequence == 0 && !Answered(subject).Any())
            return state;
        var ledger = new List<LedgerEntry>();
        await foreach (var entry in consent.LedgerAsync(subject, CancellationToken.None))
            ledger.Add(entry);
        if (Ledger.FirstBroken(subject, ledger, head) is { } at)
            _broken.Add($"The chain of {name}'s ledger breaks at entry {at}.");
        if (ledger.DistinctBy(e => e.Change.Id).Count() != ledger.Count)
            _broken.Add($"{name}'s ledger has a change twice.");

        var asked = story.Acts.SelectMany(a => a.Changes).Select(c => c.Id).ToHashSet();
        foreach (var entry in ledger.Where(e => !asked.Contains(e.Change.Id) && e.Change.Source != Source.Import && !IsReported(e.Change)))
            _broken.Add($"{name}'s ledger has {entry.Change.Decision} {entry.Change.Scope}, which nobody asked for.");

        var replayed = Ledger.Replay(ledger);
        Change[] all = [.. ledger.Select(e => e.Change).Concat(Answered(subject)).DistinctBy(c => c.Id)];
        foreach (var (channel, topic) in Questions())
        {
            var question = $"{channel.Name()},{topic?.Value ?? "*"}";
            var stopped = state.Answer(channel, topic).Decision == Decision.Stop;
            Change[] covering = [.. all.Where(c => Covers(c, channel, topic))];
            if (!stopped && covering.Any(c => c.Decision == Decision.Stop && !covering.Any(allow => HadSeen(allow, c, orMade: true))))
                _broken.Add($"{name}: {question} is allowed, and a Stop that nobody had seen was undone.");
            if (stopped && !covering.Any(c => c.Decision == Decision.Stop && !covering.Any(allow => HadSeen(allow, c, orMade: false))))
                _broken.Add($"{name}: {question} is stopped, although somebody who had seen every Stop allowed it.");
            if (stopped != (replayed.Answer(channel, topic).Decision == Decision.Stop))
                _broken.Add($"{name}: {question} is {(stopped ? "stopped" : "allowed")}, and a replay of the ledger says the opposite.");
            foreach (var undo in story.Acts.Where(a => a.Undone is not null))
            {
                if (!stopped && Without(undo, covering, ledger).Any())
                    _broken.Add($"{name}: {question} is allowed; the undo took back a Stop that it was not about.");
            }
        }

        await CheckReportsAsync(subject, name, state, ledger);
        await CheckConfirmationsAsync(subject, name, ledger);
        return state;
    }

    // A vendor that repeats its report may find another owner than the first time.
    private bool IsReported(Change change) =>
        change.Source == Source.VendorWebhook && story.Acts.Exists(a => a.Reported == change.Scope);

    // Whose a reported Stop is, apply finds out: see CheckReportsAsync.
    private IEnumerable<Change> Answered(SubjectKey subject) =>
        story.Acts.Where(a => a.IsAnswered && a.Reported is null).SelectMany(a => a.Changes).Where(c => c.Subject == subject);

    // Each final owner of the contact point has the Stop in a ledger of their own, or has taken it over from the stand-in; or it only
    // repeated what stood. What somebody allows may have stood when it came.
    private async Task CheckReportsAsync(SubjectKey subject, string name, ConsentState state, List<LedgerEntry> ledger)
    {
        var profile = await _world.Get<ProfileStore>().LoadAsync(subject, CancellationToken.None);
        foreach (var act in story.Acts.Where(a => a.IsAnswered && a.About is { } about && profile.Identifiers.Contains(about)))
        {
            if (_world.Get<IdentifierProtector>().SubjectOf(act.About!.Value) != subject
                && !state.IsStopped(act.Reported!.Value)
                && !ledger.Exists(e => e.Change.Id == EventIds.Of(act.Event, subject)
                    || e.Change is { Source: Source.Import } or { Decision: Decision.Allow }))
            {
                _broken.Add($"{name} has {_world.Names.Of(act.About.Value)}, and not its reported Stop of {act.Reported}.");
            }
        }
    }

    // The Stops that stand without the undone submission and without the undo. A Stop of the undone scope that was only a repeat when the
    // person looked is the same Stop to them.
    private IEnumerable<Change> Without(Act undo, Change[] covering, List<LedgerEntry> ledger)
    {
        var scopes = ledger.Where(e => e.Change.SubmissionId == undo.Undone).Select(e => e.Change.Scope).ToHashSet();
        return covering.Where(stop => stop.Decision == Decision.Stop
            && stop.SubmissionId != undo.Undone
            && !(scopes.Contains(stop.Scope) && undo.KnownRepeats.Contains(stop.Id))
            && !covering.Any(allow => undo.Changes.All(u => u.Id != allow.Id) && HadSeen(allow, stop, orMade: true)));
    }

    // An Allow undoes a Stop of its own submission only if nothing else came in: with orMade that counts, without it is left open.
    private bool HadSeen(Change allow, Change stop, bool orMade) => allow.Decision == Decision.Allow
        && ((orMade && allow.SubmissionId == stop.SubmissionId)
            || story.Acts.Exists(a => a.Changes.Any(c => c.Id == allow.Id) && a.Known.Contains(stop.Id)));

    private async Task CheckConfirmationsAsync(SubjectKey subject, string name, List<LedgerEntry> ledger)
    {
        var profile = await _world.Get<ProfileStore>().LoadAsync(subject, CancellationToken.None);
        var protector = _world.Get<IdentifierProtector>();
        if (story.Moved.Contains(subject) || profile.Identifiers.Any(i => protector.SubjectOf(i) == subject))
            return;
        var disturbed = _world.Scheduler.Disturbed.Any(a => a.StartsWith(Topology.Confirmation, StringComparison.Ordinal));
        var answered = Answered(subject).Select(c => c.SubmissionId).ToHashSet();
        var submissions = ledger
            .Where(e => answered.Contains(e.Change.SubmissionId)
                && e.Change.Source is not (Source.VendorWebhook or Source.Reconciliation or Source.Import))
            .Select(e => e.Change.SubmissionId)
            .Distinct();
        foreach (var submission in submissions)
        {
            foreach (var address in profile.Current.Where(i => i.Kind == IdentifierKind.Email))
            {
                var mails = _world.Mail.Sent.Count(m =>
                    m.To == address && m.PlainText.Contains(Reference.From(submission), StringComparison.Ordinal));
                // A process that dies between the mail and the row that records it sends that mail once more (ConfirmationHandler).
                if (mails == 0 || (mails > 1 && !disturbed))
                    _broken.Add($"{name}: a submission was confirmed by {mails} mails.");
            }
        }
    }

    private async Task CheckContactPointAsync(Identifier identifier, Dictionary<SubjectKey, ConsentState> states)
    {
        var name = _world.Names.Of(identifier);
        var standIn = _world.Get<IdentifierProtector>().SubjectOf(identifier);
        var row = await _world.Get<IdentifierIndex>().FindAsync(identifier, CancellationToken.None);
        var owners = row?.Subjects ?? [];
        foreach (var (subject, state) in states)
        {
            var profile = await _world.Get<ProfileStore>().LoadAsync(subject, CancellationToken.None);
            if (profile.Identifiers.Contains(identifier) && !owners.Contains(subject) && (subject != standIn || owners.Count == 0))
                _broken.Add($"{story.People[subject]} has {name}, and its row does not know it.");
            foreach (var channel in identifier.Channels.Where(_ => profile.Identifiers.Contains(identifier)))
            {
                foreach (var topic in MemoryVendor.Questions)
                {
                    if (state.Answer(channel, topic).Decision != Decision.Stop || row?.Stops[channel].Stops(topic) == true)
                        continue;
                    var question = $"{channel.Name()},{topic?.Value ?? "*"}";
                    _broken.Add($"{story.People[subject]} stopped {question}, and the row of {name} does not.");
                }
            }
        }

        foreach (var channel in identifier.Channels)
        {
            var union = owners.Aggregate(StopSet.Nothing, (stops, o) => stops.Union(states[o].Stops(channel)));
            var held = row?.Stops[channel] ?? StopSet.Nothing;
            if (!held.Equals(union))
                _broken.Add($"The row of {name} says {held}, and its owners say {union}.");
            foreach (var vendor in _world.Vendors.Where(v => v.Channel == channel))
            {
                var (wanted, entries) = (vendor.ListsFor(held), vendor.EntriesOf(identifier));
                // A process that dies, or loses the store, between the push and the row that records it. Delivered again, its message takes
                // its own Stops for pushed, but not those of other messages that were pushed with it. Nothing is sent that should not be.
                if (!isStrict && wanted.IsSubsetOf(entries)
                    && _world.Scheduler.Disturbed.Any(a => a.StartsWith($"{channel.Name()}#", StringComparison.Ordinal)))
                {
                    continue;
                }

                if (!wanted.SetEquals(entries))
                {
                    _broken.Add($"{vendor.Name} has {name} on its lists ({string.Join(',', entries.Order())}), "
                        + $"and the row says {held}.");
                }
            }

            if (story.Acts.SelectMany(a => a.Changes).Any(c => c.Decision == Decision.Allow))
                continue;
            var reported = story.Acts.Where(a => a.IsAnswered && a.About == identifier).SelectMany(a => a.Changes);
            foreach (var scope in reported.Select(c => c.Scope))
            {
                if ((scope.Channel is null || scope.Channel == channel) && !held.Stops(scope.Topic))
                    _broken.Add($"A vendor's report of {scope} for {name} was answered, and the row says {held}.");
            }
        }
    }

    private static IEnumerable<(Channel, Topic?)> Questions() =>
        from channel in Channels.All
        from topic in MemoryVendor.Questions
        select (channel, topic);

    private static bool Covers(Change change, Channel channel, Topic? topic) =>
        (change.Scope.Channel is null || change.Scope.Channel == channel) && (change.Scope.Topic is null || change.Scope.Topic == topic);
}
