using CsCheck;
using OptOut.Consent;
using static OptOut.Tests.Consent.Generated;

namespace OptOut.Tests.Consent;

public sealed class StopSetTests
{
    private static readonly Topic?[] TopicsToTest = [null, .. Topics, Topic.Parse("unheard-of")];

    [Fact]
    public void A_set_survives_a_round_trip_through_text() => AnyStopSet.Sample(set =>
    {
        Assert.Equal(set, StopSet.Parse(set.ToString()));
        Assert.Equal(set.GetHashCode(), StopSet.Parse(set.ToString()).GetHashCode());
    });

    [Theory]
    [InlineData("-", false, "")]
    [InlineData("*", true, "")]
    [InlineData("a,b", false, "a,b")]
    [InlineData("*!a,b", true, "a,b")]
    public void A_set_has_four_text_forms(string text, bool general, string different)
    {
        var set = StopSet.Parse(text);

        Assert.Equal((general, different), (set.General, string.Join(',', set.Exceptions)));
        Assert.Equal(text, set.ToString());
        Assert.Equal((text == "-", text == "*"), (set.IsNothing, set.IsEverything));
    }

    [Theory]
    [InlineData("")]
    [InlineData("*!")]
    [InlineData("*a")]
    [InlineData("a,")]
    [InlineData("A")]
    [InlineData("a, b")]
    [InlineData("-a")]
    [InlineData("**")]
    public void Any_other_form_is_refused(string text) => Assert.Throws<FormatException>(() => StopSet.Parse(text));

    [Fact]
    public void A_union_stops_what_either_stops_and_nothing_else() => Gen.Select(AnyStopSet, AnyStopSet).Sample((a, b) =>
    {
        foreach (var topic in TopicsToTest)
            Assert.Equal(a.Stops(topic) || b.Stops(topic), a.Union(b).Stops(topic));
    });

    [Fact]
    public void Union_is_commutative_associative_and_idempotent() => Gen.Select(AnyStopSet, AnyStopSet, AnyStopSet).Sample((a, b, c) =>
    {
        Assert.Equal(a.Union(b), b.Union(a));
        Assert.Equal(a.Union(b).Union(c), a.Union(b.Union(c)));
        Assert.Equal(a, a.Union(a));
        Assert.Equal(a, a.Union(StopSet.Nothing));
        Assert.Equal(StopSet.Everything, a.Union(StopSet.Everything));
    });

    [Fact]
    public void What_any_owner_of_a_shared_address_stopped_is_stopped_for_the_address() => State.Array[1, 4].Sample(owners =>
    {
        foreach (var (channel, topic) in Questions)
        {
            var union = owners.Select(o => o.Stops(channel)).Aggregate((a, b) => a.Union(b));

            Assert.Equal(owners.Any(o => o.Answer(channel, topic).Decision == Decision.Stop), union.Stops(topic));
        }
    });
}
