using System.Collections.Immutable;
using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

/// <summary>The properties of undoing a submission.</summary>
public sealed class UndoTests
{
    private static readonly Guid SubmissionId = Id(900);

    [Fact]
    public void Undoing_a_press_restores_every_answer_from_before_it() => Changes.Sample(changes =>
    {
        var before = Record(changes);
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = before.With(press);

        var undone = Save(after.State, Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State));

        Assert.All(
            Questions, q => Assert.Equal(before.State.Answer(q.Channel, q.Topic).Decision, undone.Answer(q.Channel, q.Topic).Decision));
    });

    [Fact]
    public void Undoing_a_submission_of_several_changes_restores_every_answer_from_before_it() =>
        Gen.Select(Changes, AnyScope.Array[1, 5], AnyDecision).Sample((changes, scopes, decision) =>
        {
            var before = Record(changes);
            var submission = scopes.Distinct().Select((scope, i) => Change.Create(
                Id(910 + i),
                Subject,
                scope,
                decision,
                Noon.AddMinutes(30),
                Noon.AddMinutes(30),
                Source.PreferencePage,
                submissionId: SubmissionId));
            var after = before.With(submission);

            // A submission that only repeated the current state is not in the ledger, so there is nothing to undo.
            var undone = Save(after.State, Undo.Without(SubmissionId, Noon, after.Ledger, after.Repeats, after.State));

            Assert.All(
                Questions, q => Assert.Equal(before.State.Answer(q.Channel, q.Topic).Decision, undone.Answer(q.Channel, q.Topic).Decision));
        });

    [Fact]
    public void A_later_Stop_of_another_scope_survives_the_undo() => Gen.Select(Changes, AnyScope).Sample((changes, scope) =>
    {
        if (scope == Scope.Everything)
            return;
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = Record(changes).With(press).With(Stop(902, scope.ToString(), minute: 31, source: Source.VendorWebhook));

        var undone = Save(after.State, Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State));

        foreach (var q in Questions.Where(
            q => (scope.Channel ?? q.Channel) == q.Channel && (scope.Topic is null || scope.Topic == q.Topic)))
        {
            Assert.Equal(Decision.Stop, undone.Answer(q.Channel, q.Topic).Decision);
        }
    });

    [Fact]
    public void An_Allow_that_arrived_late_and_lost_to_a_repeated_Stop_does_not_win_after_an_undo()
    {
        // minute  1  Stop
        // minute  5  the same Stop again, which the ledger does not list
        // minute  3  an Allow for post,c, which arrives after both
        // minute 30  the press, which replaces the Stop in the state
        var before = Record([Stop(1, minute: 1), Stop(2, minute: 5), Allow(3, "post,c", minute: 3)]);
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = before.With(press);

        var undone = Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State);

        Assert.Equal(Decision.Stop, before.State.Answer(Channel.Post, Topic.Parse("c")).Decision);
        Assert.All(Channels.All, c => Assert.Equal("*", undone[c].ToString()));
    }

    [Fact]
    public void A_Stop_recorded_after_the_ledger_was_read_survives_the_undo()
    {
        var press = Stop(901, minute: 30);
        var read = Record([press]);
        var late = read.State.With(Stop(902, "email,*", minute: 31, source: Source.VendorWebhook));

        var wanted = Undo.Without(press.SubmissionId, press.At, read.Ledger, read.Repeats, late);

        Assert.Equal(["*", "-", "-", "-"], Channels.All.Select(c => wanted[c].ToString()));
    }

    [Theory]
    [InlineData(31, "-")]
    [InlineData(30, "*")]
    [InlineData(0, "*")]
    public void A_repetition_of_the_Stop_is_undone_with_it_only_if_the_person_had_seen_it(int seen, string left)
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = Record([press]).With(Stop(902, minute: 31, source: Source.PhoneAgent));

        var wanted = Undo.Without(press.SubmissionId, Noon.AddMinutes(seen), after.Ledger, after.Repeats, after.State);

        Assert.All(Channels.All, c => Assert.Equal(left, wanted[c].ToString()));
    }

    [Fact]
    public void A_second_undo_changes_nothing() => Changes.Sample(changes =>
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = Record(changes).With(press);
        var undone = Write(after.State, Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State)).Aggregate(
            after, (s, c) => s.With(c));

        Assert.Empty(Write(undone.State, Undo.Without(press.SubmissionId, press.At, undone.Ledger, undone.Repeats, undone.State)));
    });

    [Fact]
    public void Undoing_an_unknown_submission_changes_nothing() => Changes.Sample(changes =>
    {
        var recorded = Record(changes);

        Assert.Empty(Write(recorded.State, Undo.Without(Id(999), Noon, recorded.Ledger, recorded.Repeats, recorded.State)));
    });

    private static ConsentState Save(ConsentState state, IReadOnlyDictionary<Channel, StopSet> wanted) =>
        Write(state, wanted).Aggregate(state, (s, c) => s.With(c));

    private static IReadOnlyList<Change> Write(ConsentState state, IReadOnlyDictionary<Channel, StopSet> wanted) =>
        Preferences.Changes(state, wanted, (scope, decision, before) =>
        {
            var now = Noon.AddHours(2);
            return Change.Create(
                EventIds.Derive("undo", scope.ToString()),
                Subject,
                scope,
                decision,
                now - before,
                now,
                Source.UnsubscribePage,
                submissionId: Id(903));
        });

    private static RecordedChanges Record(IEnumerable<Change> changes) =>
        changes
            .DistinctBy(c => c.Id)
            .Aggregate(new RecordedChanges(ConsentState.Empty, [], ImmutableDictionary<Guid, DateTimeOffset>.Empty), (s, c) => s.With(c));

    /// <summary>State and ledger as the store writes them: a Stop that only repeats another is not added to the ledger.</summary>
    private sealed record RecordedChanges(
        ConsentState State, IReadOnlyList<LedgerEntry> Ledger, ImmutableDictionary<Guid, DateTimeOffset> Repeats)
    {
        public RecordedChanges With(params IEnumerable<Change> submission)
        {
            var (state, entries, repeats) = new SubjectState(State, Head).With(submission);
            return new RecordedChanges(state.Consent, [.. Ledger, .. entries], Repeats.SetItems(repeats));
        }

        private LedgerHead Head =>
            Ledger.Count == 0 ? OptOut.Consent.Ledger.Start(Subject) : new LedgerHead(Ledger[^1].Sequence, Ledger[^1].Hash);
    }
}
