using System.Collections.Immutable;

namespace OptOut.Consent;

/// <summary>A Stop that only repeated what stood: it took a number and has no entry in the ledger.</summary>
internal sealed record Repeat(long Number, Change Change);

/// <summary>The submission whose changes were taken last.</summary>
/// <param name="Before">The subject's number before its first change.</param>
internal readonly record struct LastSubmission(Guid Id, long Before);

/// <summary>The result of taking changes.</summary>
/// <param name="Entries">What the ledger gets, in its order.</param>
/// <param name="Unknown">Allows that claim to have seen a state which the subject never had. They are not taken.</param>
/// <param name="OldNews">Stops reported from before the person allowed the same again. They are not taken.</param>
internal sealed record Taken(
    SubjectState State, IReadOnlyList<LedgerEntry> Entries, IReadOnlyList<Change> Unknown, IReadOnlyList<Change> OldNews);

/// <summary>Everything about a subject that a change can depend on, and the head of its ledger.</summary>
/// <param name="Number">The number of the change that was taken last; 0 before the first.</param>
/// <param name="Last">The submission whose changes were taken last.</param>
/// <param name="Repeats">The last repeats without a ledger entry, oldest first, at most <see cref="MaxRepeats"/>.</param>
/// <param name="Entered">When each source that hands out reference numbers last got a ledger entry.</param>
internal sealed record SubjectState(
    ConsentState Consent,
    long Number,
    LedgerHead Head,
    LastSubmission Last,
    ImmutableList<Repeat> Repeats,
    ImmutableDictionary<Source, DateTimeOffset> Entered)
{
    public const int MaxRepeats = 32;

    public static SubjectState Start(SubjectKey subject) => new(
        ConsentState.Empty, 0, Ledger.Start(subject), default, [], ImmutableDictionary<Source, DateTimeOffset>.Empty);

    /// <summary>The same state, going on above a number if its own is lower: after a restore, none may be given again.</summary>
    public SubjectState NumberedAbove(long number) => Number < number ? this with { Number = number } : this;

    /// <summary>
    /// Takes the changes of a submission: wide scopes before narrow ones, Allows before Stops of the same width. So "no e-mail but the
    /// newsletter" is a Stop of <c>email,*</c>, then an Allow of <c>email,newsletter</c>.
    /// </summary>
    /// <param name="changes">Without those whose ids the ledger has: that is not known here.</param>
    public Taken Take(IEnumerable<Change> changes)
    {
        var taking = new Taking(this);
        foreach (var change in InOrder(changes))
            taking.Take(change);
        return taking.Result();
    }

    public static IOrderedEnumerable<Change> InOrder(IEnumerable<Change> changes) =>
        changes.OrderByDescending(c => c.Scope.Width).ThenByDescending(c => c.Decision);

    /// <summary>Whether the id is of a change that this row still names. Of the others only the ledger knows.</summary>
    public bool Names(Guid id) =>
        Repeats.Any(r => r.Change.Id == id) || Consent.Entries.Any(e => e.Value.Stop?.Id == id || e.Value.Allow?.Id == id);

    private sealed class Taking(SubjectState before)
    {
        // Somebody who presses again and again gets one reference number in this time.
        private static readonly TimeSpan EntryInterval = TimeSpan.FromMinutes(1);

        private readonly List<LedgerEntry> _entries = [];
        private readonly List<Change> _unknown = [], _oldNews = [];
        private SubjectState _state = before;

        public Taken Result() => new(_state, _entries, _unknown, _oldNews);

        public void Take(Change change)
        {
            if (_state.Names(change.Id))
                return;
            if (_state.Last.Id != change.SubmissionId)
                _state = _state with { Last = new LastSubmission(change.SubmissionId, _state.Number) };
            if (change.Decision == Decision.Stop)
                TakeStop(change);
            else
                TakeAllow(change);
        }

        private void TakeStop(Change stop)
        {
            if (stop.Source.Reports() && _state.Consent.IsOldNews(stop.Scope, stop.At))
                _oldNews.Add(stop);
            else if (!_state.Consent.IsStopped(stop.Scope) || IsEntryDue(stop))
                Enter(NextNumber(), stop);
            else
                Repeat(stop);
        }

        private void TakeAllow(Change allow)
        {
            if (allow.Seen > _state.Last.Before)
            {
                _unknown.Add(allow);
                return;
            }

            // The Stops of its own submission count as seen only if nothing else came in since what the person saw.
            var seen = allow.Seen == _state.Last.Before ? _state.Number : allow.Seen!.Value;
            foreach (var repeat in _state.Repeats.Where(r => r.Number > seen && r.Change.Scope.Overlaps(allow.Scope) && IsLatest(r)).ToArray())
                EnterRepeat(repeat);
            Enter(NextNumber(), allow with { Seen = seen });
        }

        private bool IsEntryDue(Change stop) => stop.Source.HandsOutReference()
            && !(_state.Entered.TryGetValue(stop.Source, out var last) && (stop.ReceivedAt - last).Duration() < EntryInterval);

        private void Repeat(Change stop)
        {
            var number = NextNumber();
            _state = _state with
            {
                Consent = _state.Consent.Raise(stop.Scope, number),
                Repeats = _state.Repeats.Add(new Repeat(number, stop)),
            };
            if (_state.Repeats.Count <= MaxRepeats)
                return;
            if (IsLatest(_state.Repeats[0]))
                EnterRepeat(_state.Repeats[0]);
            else
                _state = _state with { Repeats = _state.Repeats.RemoveAt(0) };
        }

        // The ledger alone must give every answer. Without this entry, what is entered or forgotten next would make it say less than we do.
        private void EnterRepeat(Repeat repeat)
        {
            _state = _state with { Repeats = _state.Repeats.Remove(repeat) };
            Enter(repeat.Number, repeat.Change);
        }

        private bool IsLatest(Repeat repeat) => _state.Consent.Entry(repeat.Change.Scope).Stop?.Number == repeat.Number;

        private long NextNumber()
        {
            _state = _state with { Number = _state.Number + 1 };
            return _state.Number;
        }

        private void Enter(long number, Change change)
        {
            var entry = Ledger.Append(_state.Head, number, change);
            _entries.Add(entry);
            _state = _state with
            {
                Consent = _state.Consent.With(entry),
                Head = new LedgerHead(entry.Sequence, entry.Hash),
                Entered = change.Source.HandsOutReference() ? _state.Entered.SetItem(change.Source, change.ReceivedAt) : _state.Entered,
            };
        }
    }
}
