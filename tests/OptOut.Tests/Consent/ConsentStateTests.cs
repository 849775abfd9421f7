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
    public void Changes_give_the_same_state_in_any_order_and_however_often_they_are_repeated() =>
        Gen.Select(Changes, Gen.Int.Array[36]).Sample((changes, shuffle) =>
        {
            var thrice = changes.Concat(changes).Concat(changes).Zip(shuffle).OrderBy(p => p.Second).Select(p => p.First);

            Assert.Equal(StateOf(changes), StateOf(thrice.Concat(changes)));
        });

    [Fact]
    public void The_latest_of_the_four_scopes_that_cover_a_question_decides_and_a_tie_means_Stop() => Changes.Sample(changes =>
    {
        var state = StateOf(changes);
        foreach (var (channel, topic) in Questions)
        {
            // The same rule, written in another way: of all changes that cover the question the latest decides, and of several at that
            // moment any Stop.
            var covering = changes
                .Where(c => (c.Scope.Channel ?? channel) == channel && (c.Scope.Topic is null || c.Scope.Topic == topic))
                .ToArray();
            var latest = covering.Length == 0 ? [] : covering.Where(c => c.At == covering.Max(o => o.At)).ToArray();
            var expected = latest.Any(c => c.Decision == Decision.Stop) ? Decision.Stop : Decision.Allow;

            Assert.Equal(expected, state.Answer(channel, topic).Decision);
        }
    });

    [Fact]
    public void Only_the_persons_own_action_ever_turns_a_Stop_into_an_Allow() => AnyAttempt.Array[0, 12].Sample(attempts =>
    {
        var state = ConsentState.Empty;
        foreach (var change in attempts.Select(a => a.Record()).OfType<Change>())
        {
            var before = state;
            state = state.With(change);
            foreach (var (channel, topic) in Questions)
            {
                if (before.Answer(channel, topic).Decision == Decision.Stop && state.Answer(channel, topic).Decision == Decision.Allow)
                {
                    Assert.Equal(Decision.Allow, change.Decision);
                    Assert.True(
                        change.Source is Source.UnsubscribePage or Source.PreferencePage or Source.Portal
                            || (change.Source is Source.SmsReply && channel == Channel.Sms));
                    Assert.True(change.At > before.Answer(channel, topic).Entry!.Value.At);
                }
            }
        }
    });

    [Fact]
    public void A_Stop_later_than_every_Allow_of_its_scope_wins_whatever_else_arrives() =>
        Gen.Select(Changes, AnyScope).Sample((changes, scope) =>
        {
            var stop = Change.Create(Id(99), Subject, scope, Decision.Stop, Noon.AddMinutes(6), Noon.AddMinutes(6), Source.OneClick);
            var state = StateOf([stop, .. changes]);

            foreach (var (channel, topic) in Questions.Where(
                q => (scope.Channel ?? q.Channel) == q.Channel && (scope.Topic is null || scope.Topic == q.Topic)))
            {
                Assert.Equal(Decision.Stop, state.Answer(channel, topic).Decision);
            }
        });

    [Fact]
    public void The_stops_of_a_channel_agree_with_the_answers_for_every_known_and_unknown_topic() => State.Sample(state =>
    {
        foreach (var (channel, topic) in Questions)
            Assert.Equal(state.Answer(channel, topic).Decision == Decision.Stop, state.Stops(channel).Stops(topic));
    });

    [Fact]
    public void A_repeated_change_is_a_Stop_and_alters_no_answer() => Gen.Select(Changes, AnyChange).Sample((changes, change) =>
    {
        var state = StateOf(changes);
        if (!state.IsRepeated(change))
            return;

        Assert.Equal(Decision.Stop, change.Decision);
        foreach (var (channel, topic) in Questions)
            Assert.Equal(state.Answer(channel, topic).Decision, state.With(change).Answer(channel, topic).Decision);
    });

    [Fact]
    public void A_state_can_be_rebuilt_from_its_entries() => State.Sample(state => Assert.Equal(state, ConsentState.From(state.Entries)));

    [Fact]
    public void An_empty_state_answers_Allow()
    {
        var answer = ConsentState.Empty.Answer(Channel.Post);

        Assert.Equal(new ConsentAnswer(Decision.Allow, null, null), answer);
    }

    [Fact]
    public void A_later_Allow_for_one_topic_leaves_the_rest_stopped()
    {
        var state = StateOf([Stop(1), Allow(2, "email,a", minute: 1)]);

        Assert.Equal("*!a", state.Stops(Channel.Email).ToString());
        Assert.Equal("*", state.Stops(Channel.Sms).ToString());
        Assert.Equal(
            new ConsentAnswer(Decision.Allow, Scope.Parse("email,a"), new ConsentEntry(Decision.Allow, Noon.AddMinutes(1), Id(2))),
            state.Answer(Channel.Email, Topics[0]));
    }

    [Fact]
    public void A_Stop_after_an_Allow_is_not_a_repetition()
    {
        var state = StateOf([Stop(1), Allow(2, "email,a", minute: 1)]);

        Assert.False(state.IsRepeated(Stop(3, minute: 2)));
        Assert.True(state.With(Stop(3, minute: 2)).IsRepeated(Stop(4, minute: 3)));
        Assert.False(state.IsRepeated(Allow(5, minute: 3)));
        Assert.False(ConsentState.Empty.IsRepeated(Stop(6)));
    }
}
