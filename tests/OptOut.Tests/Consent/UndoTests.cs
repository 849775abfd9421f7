using System.Collections.Immutable;
using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

/// <summary>The laws of taking a submission back.</summary>
public sealed class UndoTests
{
    private static readonly Guid SubmissionId = Id(900);

    [Fact]
    public void Undone_after_a_press_every_answer_is_what_it_was_before_it() => Changes.Sample(changes =>
    {
        var before = Ledgered(changes);
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = before.With(press);

        var undone = Save(after.State, Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State));

        Assert.All(Questions, q => Assert.Equal(before.State.Answer(q.Channel, q.Topic).Decision, undone.Answer(q.Channel, q.Topic).Decision));
    });

    [Fact]
    public void Undone_after_an_act_of_several_changes_every_answer_is_what_it_was_before_it() => Gen.Select(Changes, AnyScope.Array[1, 5], AnyDecision).Sample((changes, scopes, decision) =>
    {
        var before = Ledgered(changes);
        var submission = scopes.Distinct().Select((scope, i) => Change.Create(Id(910 + i), Subject, scope, decision, Noon.AddMinutes(30), Noon.AddMinutes(30), Source.PreferencePage, submissionId: SubmissionId));
        var after = before.With(submission);

        // A submission that only repeated what stood is in no ledger, and there is nothing of it to undo.
        var undone = Save(after.State, Undo.Without(SubmissionId, Noon, after.Ledger, after.Repeats, after.State));

        Assert.All(Questions, q => Assert.Equal(before.State.Answer(q.Channel, q.Topic).Decision, undone.Answer(q.Channel, q.Topic).Decision));
    });

    [Fact]
    public void A_Stop_said_after_the_act_of_another_scope_survives() => Gen.Select(Changes, AnyScope).Sample((changes, scope) =>
    {
        if (scope == Scope.Everything)
            return;
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = Ledgered(changes).With(press).With(Stop(902, scope.ToString(), minute: 31, source: Source.VendorWebhook));

        var undone = Save(after.State, Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State));

        foreach (var q in Questions.Where(q => (scope.Channel ?? q.Channel) == q.Channel && (scope.Topic is null || scope.Topic == q.Topic)))
            Assert.Equal(Decision.Stop, undone.Answer(q.Channel, q.Topic).Decision);
    });

    [Fact]
    public void An_Allow_that_came_late_and_lost_to_a_Stop_said_again_wins_nothing_by_an_undo()
    {
        // Stopped at 1, said again at 5, which the ledger does not list; an Allow of 3 arrives after both; the press at 30 takes the place of the Stop in the state.
        var before = Ledgered([Stop(1, minute: 1), Stop(2, minute: 5), Allow(3, "post,c", minute: 3)]);
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = before.With(press);

        var undone = Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State);

        Assert.Equal(Decision.Stop, before.State.Answer(Channel.Post, Topic.Parse("c")).Decision);
        Assert.All(Channels.All, c => Assert.Equal("*", undone[c].ToString()));
    }

    [Fact]
    public void A_Stop_that_the_ledger_read_before_it_does_not_hold_survives()
    {
        var press = Stop(901, minute: 30);
        var read = Ledgered([press]);
        var late = read.State.With(Stop(902, "email,*", minute: 31, source: Source.VendorWebhook));

        var wanted = Undo.Without(press.SubmissionId, press.At, read.Ledger, read.Repeats, late);

        Assert.Equal(["*", "-", "-", "-"], Channels.All.Select(c => wanted[c].ToString()));
    }

    [Theory]
    [InlineData(31, "-")]
    [InlineData(30, "*")]
    [InlineData(0, "*")]
    public void The_same_Stop_said_again_is_undone_with_it_only_if_the_person_had_seen_it(int seen, string left)
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = Ledgered([press]).With(Stop(902, minute: 31, source: Source.PhoneAgent));

        var wanted = Undo.Without(press.SubmissionId, Noon.AddMinutes(seen), after.Ledger, after.Repeats, after.State);

        Assert.All(Channels.All, c => Assert.Equal(left, wanted[c].ToString()));
    }

    [Fact]
    public void What_was_undone_has_nothing_left_to_undo() => Changes.Sample(changes =>
    {
        var press = Stop(901, minute: 30, source: Source.UnsubscribePage);
        var after = Ledgered(changes).With(press);
        var undone = Write(after.State, Undo.Without(press.SubmissionId, press.At, after.Ledger, after.Repeats, after.State)).Aggregate(after, (s, c) => s.With(c));

        Assert.Empty(Write(undone.State, Undo.Without(press.SubmissionId, press.At, undone.Ledger, undone.Repeats, undone.State)));
    });

    [Fact]
    public void An_act_nobody_did_changes_nothing() => Changes.Sample(changes =>
    {
        var ledgered = Ledgered(changes);

        Assert.Empty(Write(ledgered.State, Undo.Without(Id(999), Noon, ledgered.Ledger, ledgered.Repeats, ledgered.State)));
    });

    private static ConsentState Save(ConsentState state, IReadOnlyDictionary<Channel, StopSet> wanted) => Write(state, wanted).Aggregate(state, (s, c) => s.With(c));

    private static IReadOnlyList<Change> Write(ConsentState state, IReadOnlyDictionary<Channel, StopSet> wanted) => Preferences.Changes(state, wanted, (scope, decision, before) =>
    {
        var now = Noon.AddHours(2);
        return Change.Create(EventIds.Derive("undo", scope.ToString()), Subject, scope, decision, now - before, now, Source.UnsubscribePage, submissionId: Id(903));
    });

    private static Written Ledgered(IEnumerable<Change> changes) =>
        changes.DistinctBy(c => c.Id).Aggregate(new Written(ConsentState.Empty, [], ImmutableDictionary<Guid, DateTimeOffset>.Empty), (s, c) => s.With(c));

    /// <summary>State and ledger as the store writes them: a Stop that only repeats one leaves the ledger as it is.</summary>
    private sealed record Written(ConsentState State, IReadOnlyList<LedgerEntry> Ledger, ImmutableDictionary<Guid, DateTimeOffset> Repeats)
    {
        public Written With(params IEnumerable<Change> submission)
        {
            var (state, entries, repeats) = new SubjectState(State, Head).With(submission);
            return new Written(state.Consent, [.. Ledger, .. entries], Repeats.SetItems(repeats));
        }

        private LedgerHead Head => Ledger.Count == 0 ? OptOut.Consent.Ledger.Start(Subject) : new LedgerHead(Ledger[^1].Sequence, Ledger[^1].Hash);
    }
}
