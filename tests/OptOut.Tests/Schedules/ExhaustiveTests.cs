using OptOut.Consent;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules;

/// <summary>The orders of a few actors with at most so many preemptions, one after the other instead of by chance, up to a number.</summary>
public sealed class ExhaustiveTests(ITestOutputHelper output)
{
    private const int Most = 20, MostLong = 500;

    [Fact]
    public void Two_Stops_in_the_first_orders() => Enumerate("two Stops", preemptions: 2, Most);

    [LongFact(Category = "Schedules")]
    public void Two_Stops_in_hundreds_of_orders() => Enumerate("two Stops", preemptions: 2, MostLong);

    [LongFact(Category = "Schedules")]
    public void An_Allow_against_a_Stop_in_hundreds_of_orders() => Enumerate("an Allow against a Stop", preemptions: 2, MostLong);

    [LongFact(Category = "Schedules")]
    public void Two_people_with_one_address_in_hundreds_of_orders() => Enumerate("two people with one address", preemptions: 2, MostLong);

    [LongFact(Category = "Schedules")]
    public void An_unknown_address_gets_an_owner_in_hundreds_of_orders() =>
        Enumerate("an unknown address gets an owner", preemptions: 2, MostLong);

    private void Enumerate(string name, int preemptions, int most)
    {
        var tell = Stories.All.Single(s => s.Name == name).Tell;
        var count = Schedule.OnOwnThread(() =>
        {
            var (strategy, tried) = (new Exhaustive(preemptions), 0);
            do
            {
                using var world = new World(strategy, Channel.Email);
                var schedule = Schedule.Run(
                    name, 0, new Story(world, strategy, new SeededNumbers(1)), story => tell(story, new SeededNumbers(1)));
                if (schedule.Broken.Count > 0)
                    Assert.Fail($"Order {tried}: {schedule}");
                tried++;
            }
            while (tried < most && strategy.Next());
            return tried;
        });
        output.WriteLine($"{name}: {count} orders with at most {preemptions} preemptions{(count == most ? ", and there are more" : "")}.");
    }
}
