using CsCheck;
using OptOut.Api.Portal;
using OptOut.Consent;
using OptOut.Tests.Consent;

namespace OptOut.Tests.Api.Portal;

public sealed class PreferenceUpdateTests
{
    private static readonly IReadOnlyList<Topic> Topics = [Topic.Parse("a"), Topic.Parse("b"), Topic.Parse("c")];
    private static readonly IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> Offered = Channels.All.ToDictionary(c => c, _ => Topics);
    private static readonly DateTimeOffset Now = new(2036, 5, 1, 12, 0, 0, TimeSpan.Zero);

    // A choice in the portal: some channels, and some topics of each.
    private static readonly Gen<PreferenceUpdate> Update = Gen.Int[0, 2].Array[12].Select(cells => new PreferenceUpdate(
        Everything: false,
        Channels.All.Zip(cells.Chunk(3))
            .Select(row => KeyValuePair.Create(
                row.First,
                (IReadOnlyDictionary<Topic, bool>)Topics.Zip(row.Second)
                    .Where(c => c.Second < 2)
                    .ToDictionary(c => c.First, c => c.Second == 1)))
            .Where(row => row.Value.Count > 0)
            .ToDictionary(),
        null));

    [Fact]
    public void What_is_named_is_as_wanted_afterwards_and_no_other_topic_is_loosened_or_stopped() =>
        Gen.Select(Generated.Recorded, Update).Sample((before, update) =>
        {
            var (state, after) = (before.Consent, Save(before, update).Consent);

            foreach (var channel in Channels.All)
            {
                foreach (var topic in Topics)
                {
                    var wanted = update.Cells.GetValueOrDefault(channel)?.TryGetValue(topic, out var choice) is true
                        ? choice
                        : !state.Stops(channel).Stops(topic);
                    Assert.Equal(wanted, after.Answer(channel, topic).Decision == Decision.Allow);
                }

                var (general, cells) = (state.Stops(channel).General, update.Cells.GetValueOrDefault(channel));
                if (cells is null || (cells.Values.Contains(true) && cells.Values.Contains(false)))
                    Assert.Equal(general, after.Stops(channel).General);
                else if (cells.Count < Topics.Count)
                    Assert.True(after.Stops(channel).General || !general, "A stopped channel is loosened only for what is named.");
                else
                    Assert.Equal(cells.Values.Contains(false), after.Stops(channel).General);
            }
        });

    [Fact]
    public void Without_the_current_state_what_is_declined_is_stopped_and_nothing_is_loosened() =>
        Gen.Select(Generated.Recorded, Update).Sample((before, update) =>
        {
            var changes = update.Declined.Changes(null, Offered, Topics, Writer(0));
            var (state, after) = (before.Consent, before.Take(changes).Consent);

            Assert.All(changes, change => Assert.Equal(Decision.Stop, change.Decision));
            foreach (var channel in Channels.All)
            {
                foreach (var topic in Topics)
                {
                    var declined = update.Cells.GetValueOrDefault(channel)?.TryGetValue(topic, out var wanted) is true && !wanted;
                    Assert.Equal(declined || state.Stops(channel).Stops(topic), after.Stops(channel).Stops(topic));
                }

                Assert.True(after.Stops(channel).General || !state.Stops(channel).General);
            }
        });

    [Fact]
    public void A_choice_that_could_not_be_completed_and_is_sent_again_ends_as_if_it_had_been_sent_once() =>
        Gen.Select(Generated.Recorded, Update).Sample((before, update) =>
        {
            var half = before.Take(update.Declined.Changes(null, Offered, Topics, Writer(0)));

            var (after, once) = (Save(half, update).Consent, Save(before, update).Consent);

            foreach (var channel in Channels.All)
            {
                foreach (var topic in Topics)
                    Assert.Equal(once.Stops(channel).Stops(topic), after.Stops(channel).Stops(topic));
            }
        });

    [Fact]
    public void Saving_the_same_choice_twice_changes_nothing_more() => Gen.Select(Generated.Recorded, Update).Sample((before, update) =>
    {
        var once = Save(before, update);

        var again = update.Changes(once.Consent, Offered, Topics, Writer(once.State.Number));

        Assert.All(again, change => Assert.Equal(Decision.Stop, change.Decision));
        Assert.All(Channels.All, channel => Assert.Equal(once.Consent.Stops(channel), once.Take(again).Consent.Stops(channel)));
    });

    [Fact]
    public void The_last_change_that_the_store_took_decides_even_if_the_clock_of_its_machine_is_behind()
    {
        var after = RecordedSubject.Of([Generated.Stop(1, minute: 5)]).Take(Generated.Allow(2, "email,a", minute: 0, seen: 1)).Consent;
        var update = new PreferenceUpdate(
            false,
            new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>
            {
                [Channel.Email] = new Dictionary<Topic, bool> { [Topics[0]] = true, [Topics[1]] = false },
            },
            null);

        Assert.Equal(Generated.Id(2), update.DecidingChange(after));
    }

    [Fact]
    public void A_repeated_Stop_overrides_an_Allow_that_has_not_reached_the_store_yet()
    {
        var stopped = RecordedSubject.Of([Generated.Stop(1)]);
        var inFlight = Generated.Allow(2, "email,a", seen: 1);
        var update = new PreferenceUpdate(
            false,
            new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>
            {
                [Channel.Email] = new Dictionary<Topic, bool> { [Topics[0]] = false },
            },
            null);

        var change = Assert.Single(update.Changes(stopped.Consent, Offered, Topics, Writer(1)));

        Assert.Equal((Scope.Everything, Decision.Stop), (change.Scope, change.Decision));
        Assert.Equal(Decision.Stop, stopped.Take(change).Take(inFlight).Consent.Answer(Channel.Email, Topics[0]).Decision);
    }

    [Fact]
    public void Allowing_every_topic_of_a_channel_does_not_allow_a_topic_that_is_only_offered_on_another_channel()
    {
        var offered = new Dictionary<Channel, IReadOnlyList<Topic>> { [Channel.Email] = [Topics[0], Topics[1]], [Channel.Post] = Topics };
        var stopped = RecordedSubject.Of([Generated.Stop(1)]);
        var update = new PreferenceUpdate(
            false,
            new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>
            {
                [Channel.Email] = new Dictionary<Topic, bool> { [Topics[0]] = true, [Topics[1]] = true },
            },
            null);

        var after = stopped.Take(update.Changes(stopped.Consent, offered, Topics, Writer(1))).Consent;

        Assert.Equal("c", after.Stops(Channel.Email).ToString());
        Assert.Equal("*", after.Stops(Channel.Post).ToString());
    }

    [Fact]
    public void Declining_every_topic_of_every_channel_that_the_controller_offers_stops_the_other_channels_too()
    {
        var offered = new Dictionary<Channel, IReadOnlyList<Topic>> { [Channel.Email] = [Topics[0]] };
        var update = new PreferenceUpdate(
            false,
            new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>
            {
                [Channel.Email] = new Dictionary<Topic, bool> { [Topics[0]] = false },
            },
            null);

        Assert.Equal(Scope.Everything, Assert.Single(update.Changes(ConsentState.Empty, offered, Topics, Writer(0))).Scope);
    }

    private static RecordedSubject Save(RecordedSubject before, PreferenceUpdate update) =>
        before.Take(update.Changes(before.Consent, Offered, Topics, Writer(before.State.Number)));

    private static Func<Scope, Decision, Change> Writer(long seen) =>
        Submission.Create(Generated.Subject, Source.Portal, ChangeEvidence.None, Now, seen).CreateChange;
}
