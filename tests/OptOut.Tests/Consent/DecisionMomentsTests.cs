using CsCheck;
using OptOut.Consent;

namespace OptOut.Tests.Consent;

public sealed class DecisionMomentsTests
{
    private static readonly DateTimeOffset Start = Generated.Noon;

    [Theory]
    [InlineData("email,offers Stop", "newsletter", null)]
    [InlineData("email,offers Stop", null, null)]
    [InlineData("email,offers Stop", "offers", 1)]
    [InlineData("sms,* Stop", "offers", null)]
    [InlineData("sms,offers Stop|*,offers Stop", "offers", 2)]
    [InlineData("*,* Stop", "offers", 1)]
    [InlineData("*,* Stop|email,newsletter Allow", "newsletter", 2)]
    [InlineData("*,* Stop|email,newsletter Allow", "offers", 1)]
    [InlineData("*,* Stop|email,newsletter Allow", null, 1)]
    [InlineData("*,* Stop|email,offers Stop", null, 1)]
    [InlineData("email,offers Stop|email,* Allow", "newsletter", 2)]
    [InlineData("email,offers Stop|sms,* Allow", "newsletter", null)]
    public void Only_a_decision_that_covers_the_question_gives_its_moment(string decisions, string? topic, int? minute) =>
        Assert.Equal(
            minute is { } m ? Start.AddMinutes(m) : null,
            DecisionMoments.From(Channel.Email, State(decisions)).For(topic is null ? null : Topic.Parse(topic)));

    [Fact]
    public void Of_several_owners_the_Stop_decides_and_not_a_later_Allow_of_somebody_else()
    {
        ConsentState[] owners = [State("*,* Stop"), State("sms,* Stop|email,* Allow"), ConsentState.Empty];
        var (_, moments) = owners.Select(Email).Aggregate(Union);

        Assert.Equal(Start.AddMinutes(1), moments.For(null));
        Assert.Equal(Start.AddMinutes(1), moments.For(Topic.Parse("newsletter")));
    }

    [Fact]
    public void Nobody_who_decided_anything_gives_no_moment()
    {
        Assert.Null(DecisionMoments.None.For(null));
        Assert.Null(DecisionMoments.From(Channel.Email, ConsentState.Empty).For(Topic.Parse("offers")));
    }

    [Fact]
    public void The_moment_of_a_question_is_that_of_the_entry_that_decides_it() => CsCheck.Check.Sample(Generated.State, state =>
    {
        foreach (var channel in Channels.All)
        {
            var moments = DecisionMoments.Parse(DecisionMoments.From(channel, state).ToString());
            Assert.Equal(DecisionMoments.From(channel, state), moments);
            foreach (var topic in (Topic?[])[null, Topic.Parse("a"), Topic.Parse("b"), Topic.Parse("c"), Topic.Parse("never")])
                Assert.Equal(state.Answer(channel, topic).At, moments.For(topic));
        }
    });

    [Fact]
    public void The_order_in_which_owners_are_united_makes_no_difference() =>
        CsCheck.Gen.Select(Generated.State, Generated.State, Generated.State).Sample((a, b, c) =>
        {
            var (stops, moments) = Union(Union(Email(a), Email(b)), Email(c));
            Assert.Equal((stops, moments), Union(Email(c), Union(Email(b), Email(a))));
            Assert.Equal((stops, moments), Union((stops, moments), Email(b)));

            // The latest of the Stops that decide, or else of the Allows.
            foreach (var topic in (Topic?[])[null, Topic.Parse("a"), Topic.Parse("b"), Topic.Parse("c"), Topic.Parse("never")])
            {
                var answers = ((ConsentState[])[a, b, c]).Select(s => s.Answer(Channel.Email, topic)).Where(x => x.DecidedBy is not null).ToList();
                var decisive = answers.FindAll(x => x.Decision == Decision.Stop) is { Count: > 0 } stopped ? stopped : answers;
                Assert.Equal(decisive.Max(x => x.At), moments.For(topic));
            }
        });

    private static (StopSet Stops, DecisionMoments Moments) Email(ConsentState state) =>
        (state.Stops(Channel.Email), DecisionMoments.From(Channel.Email, state));

    private static (StopSet Stops, DecisionMoments Moments) Union(
        (StopSet Stops, DecisionMoments Moments) a, (StopSet Stops, DecisionMoments Moments) b) =>
        (a.Stops.Union(b.Stops), DecisionMoments.Union(a, b));

    // The first decision is dated minute 1, the next minute 2, and so on; an Allow has seen what came before.
    private static ConsentState State(string decisions) => RecordedSubject.Of(decisions.Split('|').Select((decision, i) =>
        decision.Split(' ') is [var scope, "Stop"]
            ? Generated.Stop(i + 1, scope, minute: i + 1)
            : Generated.Allow(i + 1, decision.Split(' ')[0], minute: i + 1, seen: i))).Consent;
}
