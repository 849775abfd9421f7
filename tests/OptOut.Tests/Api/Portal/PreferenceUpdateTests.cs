using CsCheck;
using OptOut.Api.Portal;
using OptOut.Consent;
using OptOut.Tests.Consent;

namespace OptOut.Tests.Api.Portal;

public sealed class PreferenceUpdateTests
{
    private static readonly IReadOnlyList<Topic> Topics = [Topic.Parse("a"), Topic.Parse("b"), Topic.Parse("c")];
    private static readonly IReadOnlyDictionary<Channel, IReadOnlyList<Topic>> Offered = Channels.All.ToDictionary(c => c, _ => Topics);
    private static readonly SubjectKey Subject = new(7);
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

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
        Gen.Select(Generated.State, Update).Sample((state, update) =>
        {
            var after = Save(state, update);

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
        Gen.Select(Generated.State, Update).Sample((state, update) =>
        {
            var changes = update.Declined.Changes(null, Offered, Topics, Write);
            var after = changes.Aggregate(state, (s, c) => s.With(c));

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
        Gen.Select(Generated.State, Update).Sample((state, update) =>
        {
            var half = update.Declined.Changes(null, Offered, Topics, Write).Aggregate(state, (s, c) => s.With(c));

            var (after, once) = (Save(half, update), Save(state, update));

            foreach (var channel in Channels.All)
            {
                foreach (var topic in Topics)
                    Assert.Equal(once.Stops(channel).Stops(topic), after.Stops(channel).Stops(topic));
            }
        });

    [Fact]
    public void Saving_the_same_choice_twice_changes_nothing_more() => Gen.Select(Generated.State, Update).Sample((state, update) =>
    {
        var once = Save(state, update);

        Assert.All(update.Changes(once, Offered, Topics, Write), change => Assert.True(once.IsRepeated(change)));
    });

    [Fact]
    public void A_repeated_Stop_overrides_an_Allow_that_has_not_reached_the_store_yet()
    {
        var stopped = ConsentState.Empty.With(
            Change.Create(Guid.CreateVersion7(Now), Subject, Scope.Everything, Decision.Stop, Now.AddDays(-1), Now, Source.OneClick));
        var inFlight = Change.Create(
            Guid.CreateVersion7(Now), Subject, Scope.Parse("email,a"), Decision.Allow, Now.AddSeconds(-5), Now, Source.Portal);
        var update = new PreferenceUpdate(
            false,
            new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>
            {
                [Channel.Email] = new Dictionary<Topic, bool> { [Topics[0]] = false },
            },
            null);

        var change = Assert.Single(update.Changes(stopped, Offered, Topics, Write));

        Assert.True(stopped.IsRepeated(change));
        Assert.Equal(Decision.Stop, stopped.ExtendRepeat(change).With(inFlight).Answer(Channel.Email, Topics[0]).Decision);
    }

    [Fact]
    public void Allowing_every_topic_of_a_channel_does_not_allow_a_topic_that_is_only_offered_on_another_channel()
    {
        var offered = new Dictionary<Channel, IReadOnlyList<Topic>> { [Channel.Email] = [Topics[0], Topics[1]], [Channel.Post] = Topics };
        var stopped = ConsentState.Empty.With(
            Change.Create(Guid.CreateVersion7(Now), Subject, Scope.Everything, Decision.Stop, Now.AddDays(-1), Now, Source.OneClick));
        var update = new PreferenceUpdate(
            false,
            new Dictionary<Channel, IReadOnlyDictionary<Topic, bool>>
            {
                [Channel.Email] = new Dictionary<Topic, bool> { [Topics[0]] = true, [Topics[1]] = true },
            },
            null);

        var after = update.Changes(stopped, offered, Topics, Write).Aggregate(stopped, (s, c) => s.With(c));

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

        Assert.Equal(Scope.Everything, Assert.Single(update.Changes(ConsentState.Empty, offered, Topics, Write)).Scope);
    }

    private static ConsentState Save(ConsentState state, PreferenceUpdate update) =>
        update.Changes(state, Offered, Topics, Write).Aggregate(state, (s, c) => s.IsRepeated(c) ? s.ExtendRepeat(c) : s.With(c));

    private static Change Write(Scope scope, Decision decision, TimeSpan before)
    {
        // Later than every entry of the generated states.
        var now = Now.AddYears(10);
        return Change.Create(Guid.CreateVersion7(now), Subject, scope, decision, now - before, now, Source.Portal);
    }
}
