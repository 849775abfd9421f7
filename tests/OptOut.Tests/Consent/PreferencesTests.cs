using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

public sealed class PreferencesTests
{
    private static readonly Guid SubmissionId = Id(500);

    private static readonly Gen<Dictionary<Channel, StopSet>> Wanted =
        Gen.Select(AnyStopSet, AnyStopSet, AnyStopSet, AnyStopSet, Gen.Bool.Array[4], (email, sms, phone, post, named) =>
            Channels.All
                .Zip([email, sms, phone, post])
                .Zip(named)
                .Where(p => p.Second)
                .ToDictionary(p => p.First.First, p => p.First.Second));

    [Fact]
    public void A_saved_channel_has_its_new_preferences_and_the_others_keep_theirs() => Gen.Select(State, Wanted).Sample((state, wanted) =>
    {
        var after = Save(state, wanted);

        foreach (var channel in Channels.All)
            Assert.Equal(wanted.GetValueOrDefault(channel) ?? state.Stops(channel), after.Stops(channel));
    });

    [Fact]
    public void Saving_the_current_preferences_changes_nothing() => State.Sample(state =>
        Assert.Empty(Preferences.Changes(state, Channels.All.ToDictionary(c => c, state.Stops), Write)));

    [Fact]
    public void Saving_the_same_preferences_again_changes_nothing() =>
        Gen.Select(State, Wanted).Sample((state, wanted) => Assert.Empty(Preferences.Changes(Save(state, wanted), wanted, Write)));

    [Fact]
    public void The_changes_of_one_submission_may_arrive_in_any_order() =>
        Gen.Select(State, Wanted, Gen.Int.Array[60]).Sample((state, wanted, shuffle) =>
        {
            var changes = Preferences.Changes(state, wanted, Write);

            Assert.Equal(
                changes.Aggregate(state, (s, c) => s.With(c)),
                changes.Zip(shuffle).OrderBy(p => p.Second).Aggregate(state, (s, p) => s.With(p.First)));
        });

    [Fact]
    public void Stopping_every_channel_is_one_change_the_consolidated_opt_out()
    {
        var change = Assert.Single(
            Preferences.Changes(StateOf([Stop(1, "sms,*")]), Channels.All.ToDictionary(c => c, _ => StopSet.Everything), Write));

        Assert.Equal((Scope.Everything, Decision.Stop), (change.Scope, change.Decision));
    }

    [Fact]
    public void Restoring_the_preferences_from_before_a_press_takes_one_Allow_and_keeps_an_earlier_Stop()
    {
        var before = StateOf([Stop(1, "sms,a")]);

        var changes = Preferences.Changes(before.With(Stop(2, minute: 1)), Channels.All.ToDictionary(c => c, before.Stops), Write);

        Assert.Equal(["*,* Allow", "sms,a Stop"], changes.Select(c => $"{c.Scope} {c.Decision}"));
    }

    [Fact]
    public void Allowing_one_topic_after_a_Stop_of_everything_allows_only_that_topic()
    {
        var state = StateOf([Stop(1)]);

        var change = Assert.Single(Preferences.Changes(
            state,
            new Dictionary<Channel, StopSet> { [Channel.Email] = state.Stops(Channel.Email).With(Topics[0], stopped: false) },
            Write));

        Assert.Equal((Scope.Parse("email,a"), Decision.Allow), (change.Scope, change.Decision));
    }

    [Fact]
    public void Changing_one_topic_of_a_set_changes_only_that_topic() =>
        Gen.Select(AnyStopSet, Gen.OneOf(Topics), Gen.Bool).Sample((set, topic, stopped) =>
        {
            var changed = set.With(topic, stopped);

            Assert.Equal(stopped, changed.Stops(topic));
            Assert.Equal(set.General, changed.General);
            Assert.All(Topics.Where(t => t != topic), t => Assert.Equal(set.Stops(t), changed.Stops(t)));
        });

    private static ConsentState Save(ConsentState state, Dictionary<Channel, StopSet> wanted) =>
        Preferences.Changes(state, wanted, Write).Aggregate(state, (s, c) => s.With(c));

    private static Change Write(Scope scope, Decision decision, TimeSpan before)
    {
        var now = Noon.AddHours(2);
        return Change.Create(
            EventIds.Derive(SubmissionId.ToString(), scope.ToString()),
            Subject,
            scope,
            decision,
            now - before,
            now,
            Source.PreferencePage,
            submissionId: SubmissionId);
    }
}
