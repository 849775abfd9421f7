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
    public void A_saved_channel_has_its_new_preferences_and_the_others_keep_theirs() => Gen.Select(Recorded, Wanted).Sample((before, wanted) =>
    {
        var after = Save(before, wanted).Consent;

        foreach (var channel in Channels.All)
            Assert.Equal(wanted.GetValueOrDefault(channel) ?? before.Consent.Stops(channel), after.Stops(channel));
    });

    [Fact]
    public void Saving_the_current_preferences_changes_nothing() => State.Sample(state =>
        Assert.Empty(Preferences.Changes(state, Channels.All.ToDictionary(c => c, state.Stops), Writer(0))));

    [Fact]
    public void Saving_the_same_preferences_again_changes_nothing() =>
        Gen.Select(Recorded, Wanted).Sample((before, wanted) =>
            Assert.Empty(Preferences.Changes(Save(before, wanted).Consent, wanted, Writer(0))));

    [Fact]
    public void The_changes_of_one_submission_may_arrive_in_any_order() =>
        Gen.Select(Recorded, Wanted, Gen.Int.Array[60]).Sample((before, wanted, shuffle) =>
        {
            var changes = Preferences.Changes(before.Consent, wanted, Writer(before.State.Number));
            var shuffled = changes.Zip(shuffle).OrderBy(p => p.Second).Select(p => p.First);

            Assert.All(Channels.All, c =>
                Assert.Equal(before.Take(changes).Consent.Stops(c), before.Take(shuffled).Consent.Stops(c)));
        });

    [Fact]
    public void On_a_stale_page_nothing_becomes_looser_than_wanted_or_than_what_came_in() =>
        Gen.Select(Recorded, Wanted, Changes).Sample((page, wanted, meanwhile) =>
        {
            var now = meanwhile.Where(c => c.Decision == Decision.Stop).DistinctBy(c => c.Id)
                .Aggregate(page, (subject, c) => subject.Take(c with { Id = EventIds.Derive(c.Id.ToString()), SubmissionId = Id(600) }));

            var after = now.Take(Preferences.Changes(now.Consent, wanted, Writer(page.State.Number))).Consent;

            foreach (var (channel, topic) in Questions)
            {
                var isNew = now.Consent.Stops(channel).Stops(topic) && !page.Consent.Stops(channel).Stops(topic);
                if (isNew || (wanted.TryGetValue(channel, out var stops) && stops.Stops(topic)))
                    Assert.Equal(Decision.Stop, after.Answer(channel, topic).Decision);
            }
        });

    [Fact]
    public void Stopping_every_channel_is_one_change_the_consolidated_opt_out()
    {
        var change = Assert.Single(
            Preferences.Changes(
                RecordedSubject.Of([Stop(1, "sms,*")]).Consent, Channels.All.ToDictionary(c => c, _ => StopSet.Everything), Writer(1)));

        Assert.Equal((Scope.Everything, Decision.Stop), (change.Scope, change.Decision));
    }

    [Fact]
    public void Restoring_the_preferences_from_before_a_press_takes_one_Allow_and_keeps_an_earlier_Stop()
    {
        var before = RecordedSubject.Of([Stop(1, "sms,a")]);

        var changes = Preferences.Changes(
            before.Take(Stop(2, minute: 1)).Consent, Channels.All.ToDictionary(c => c, before.Consent.Stops), Writer(2));

        Assert.Equal(["*,* Allow", "sms,a Stop"], changes.Select(c => $"{c.Scope} {c.Decision}"));
    }

    [Fact]
    public void Allowing_one_topic_after_a_Stop_of_everything_allows_only_that_topic()
    {
        var state = RecordedSubject.Of([Stop(1)]).Consent;

        var change = Assert.Single(Preferences.Changes(
            state,
            new Dictionary<Channel, StopSet> { [Channel.Email] = state.Stops(Channel.Email).With(Topics[0], stopped: false) },
            Writer(1)));

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

    private static RecordedSubject Save(RecordedSubject before, Dictionary<Channel, StopSet> wanted) =>
        before.Take(Preferences.Changes(before.Consent, wanted, Writer(before.State.Number)));

    private static Func<Scope, Decision, Change> Writer(long seen) =>
        new Submission(Subject, SubmissionId, Noon.AddHours(2), Source.PreferencePage, ChangeEvidence.None, seen).CreateChange;
}
