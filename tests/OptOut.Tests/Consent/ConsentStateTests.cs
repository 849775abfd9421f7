using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

public sealed class ConsentStateTests
{
    [Fact]
    public void Merging_is_commutative_associative_and_idempotent() => Gen.Select(State, State, State).Sample((a, b, c) =>
    {
        Assert.Equal(a.Merge(b), b.Merge(a));
        Assert.Equal(a.Merge(b).Merge(c), a.Merge(b.Merge(c)));
        Assert.Equal(a, a.Merge(a));
        Assert.Equal(a, a.Merge(ConsentState.Empty));
        Assert.Equal(a, ConsentState.Empty.Merge(a));
        Assert.Equal(a.Merge(b).GetHashCode(), b.Merge(a).GetHashCode());
    });

    [Fact]
    public void The_ledger_gives_the_same_state_in_any_order_and_however_often_it_is_read() =>
        Gen.Select(Recorded, Gen.Int.Array[60]).Sample((recorded, shuffle) =>
        {
            var twice = recorded.Ledger.Concat(recorded.Ledger).Zip(shuffle).OrderBy(p => p.Second).Select(p => p.First);

            Assert.Equal(Ledger.Replay(recorded.Ledger), Ledger.Replay(recorded.Ledger.Concat(twice)));
        });

    [Fact]
    public void A_question_is_stopped_when_a_Stop_that_covers_it_is_later_than_what_every_Allow_that_covers_it_had_seen() =>
        Recorded.Sample(recorded =>
        {
            foreach (var question in Questions)
            {
                // The same rule, written in another way and without compression.
                var covering = recorded.Ledger.Where(e => Covers(e.Change.Scope, question)).ToArray();
                var expected = covering.Any(stop => stop.Change.Decision == Decision.Stop
                    && !covering.Any(allow => allow.Change.Decision == Decision.Allow && allow.Change.Seen >= stop.Number));

                Assert.Equal(expected, Ledger.Replay(recorded.Ledger).Answer(question.Channel, question.Topic).Decision == Decision.Stop);
            }
        });

    [Fact]
    public void The_stops_of_a_channel_agree_with_the_answers_for_every_known_and_unknown_topic() => State.Sample(state =>
    {
        foreach (var (channel, topic) in Questions)
            Assert.Equal(state.Answer(channel, topic).Decision == Decision.Stop, state.Stops(channel).Stops(topic));
    });

    [Fact]
    public void Where_a_scope_is_stopped_another_Stop_of_it_alters_no_answer() => Gen.Select(Recorded, AnyScope).Sample((recorded, scope) =>
    {
        if (!recorded.Consent.IsStopped(scope))
            return;
        var again = recorded.Consent.With(Ledger.Append(recorded.State.Head, recorded.State.Number + 1, Stop(99, scope.ToString())));

        foreach (var (channel, topic) in Questions)
            Assert.Equal(recorded.Consent.Answer(channel, topic).Decision, again.Answer(channel, topic).Decision);
    });

    [Fact]
    public void A_state_can_be_rebuilt_from_its_entries() => State.Sample(state => Assert.Equal(state, ConsentState.From(state.Entries)));

    [Fact]
    public void An_empty_state_answers_Allow() =>
        Assert.Equal(new ConsentAnswer(Decision.Allow, null, null, null), ConsentState.Empty.Answer(Channel.Post));

    [Fact]
    public void An_Allow_for_one_topic_leaves_the_rest_stopped()
    {
        var state = RecordedSubject.Of([Stop(1), Allow(2, "email,a", minute: 1, seen: 1)]).Consent;

        Assert.Equal("*!a", state.Stops(Channel.Email).ToString());
        Assert.Equal("*", state.Stops(Channel.Sms).ToString());
        Assert.Equal(new ConsentAnswer(Decision.Stop, Scope.Everything, Id(1), Noon), state.Answer(Channel.Email));
        Assert.Equal(
            new ConsentAnswer(Decision.Allow, Scope.Parse("email,a"), Id(2), Noon.AddMinutes(1)),
            state.Answer(Channel.Email, Topics[0]));
    }
}
