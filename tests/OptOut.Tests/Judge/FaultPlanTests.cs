using OptOut.Judge.Faults;

namespace OptOut.Tests.Judge;

public sealed class FaultPlanTests
{
    private const int Seed = 4711, Enough = 1000;

    [Fact]
    public void The_same_seed_gives_the_same_faults_and_another_seed_others()
    {
        var plan = Read(Seed);

        Assert.Equal(plan, Read(Seed));
        Assert.NotEqual(plan, Read(Seed + 1));
    }

    [Fact]
    public void Every_kind_and_every_manner_of_a_broken_connection_occurs()
    {
        var plan = Read(Seed);

        Assert.Equal(FaultPlan.Kinds.Order(), plan.Select(f => f.Kind).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<Manner>(), plan.OfType<Trouble>().Where(t => t.Link == Link.Tables).Select(t => t.Manner).Distinct().Order());
        Assert.Contains(plan, f => f is Freeze { Duration.TotalSeconds: > 60 });
        Assert.Contains(plan, f => f is Kill { Life: null });
    }

    [Fact]
    public void Only_the_chosen_kinds_occur() =>
        Assert.All(
            FaultPlan.Create(Seed, ["kill", "copies"]).Take(Enough), fault => Assert.Contains(fault.Kind, (string[])["kill", "copies"]));

    private static List<Fault> Read(int seed) => [.. FaultPlan.Create(seed, []).Take(Enough)];
}
