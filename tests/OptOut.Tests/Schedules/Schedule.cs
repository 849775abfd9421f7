using System.Globalization;
using System.Runtime.ExceptionServices;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules;

/// <summary>One schedule that ran to its end.</summary>
/// <param name="Story">What happened at the same time.</param>
/// <param name="Steps">The steps, in their order.</param>
/// <param name="Broken">What does not hold; empty when everything does.</param>
internal sealed record Schedule(string Story, ulong Seed, IReadOnlyList<Step> Steps, IReadOnlyList<string> Broken)
{
    private const int MostMishaps = 4, StackBytes = 64 << 20;

    /// <summary>
    /// Does some work on a thread without a synchronization context, as the scheduler needs. Continuations run inside one another, so the
    /// thread has a large stack.
    /// </summary>
    public static T OnOwnThread<T>(Func<T> work)
    {
        var result = default(T);
        Exception? problem = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception e)
                {
                    problem = e;
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        if (problem is not null)
            ExceptionDispatchInfo.Throw(problem);
        return result!;
    }

    /// <summary>Runs the schedule of a seed: its story, its decisions and its faults all follow from it.</summary>
    /// <param name="isStrict">Whether to demand too what today's code does not promise.</param>
    public static Schedule Of(ulong seed, bool isStrict = false)
    {
        var numbers = new SeededNumbers(seed);
        var (name, tell) = Stories.All[numbers.Below(Stories.All.Count)];
        // Half of the schedules without any fault: what holds there is more.
        var mishaps = numbers.OneIn(2) ? 0 : 1 + numbers.Below(MostMishaps);
        World? world = null;
        var strategy = new RandomStrategy(numbers, mishaps, actor => world!.CanDeliverAgain(actor));
        using (world = new World(strategy, Channel.Email))
            return Run(name, seed, new Story(world, strategy, numbers), story => tell(story, numbers), isStrict);
    }

    public static Schedule Run(string name, ulong seed, Story story, Action<Story> tell, bool isStrict = false)
    {
        var world = story.World;
        List<string> broken = [];
        try
        {
            tell(story);
            world.Scheduler.Run();
            LetTimePass(world);
            Heal(story);
            broken.AddRange(new Invariants(story, isStrict).Check());
        }
        catch (Exception e)
        {
            broken.Add($"{e.GetType().Name}: {e.Message}");
        }

        return new Schedule(name, seed, world.Scheduler.Steps, broken);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {string.Join('\n', Broken)}
        {Story}, seed {Seed}. Once more:
        OPTOUT_SCHEDULE_SEED={Seed} dotnet test tests/OptOut.Tests --filter FullyQualifiedName~Whatever_the_order
        {Drawing.Of(Steps)}
        """);

    // What waits for later comes in its turn, and may still fail.
    private static void LetTimePass(World world)
    {
        while (world.Bus.NextDue is { } due)
        {
            world.Time.AdvanceTo(due);
            world.Bus.ActivateDue();
            world.Scheduler.Run();
        }
    }

    // Everything works again: callers repeat what was not accepted, and the timer empties the outbox.
    private static void Heal(Story story)
    {
        var world = story.World;
        for (var round = 0; round < 10; round++)
        {
            if (world.Tables.IsEmpty("outbox") && story.Acts.TrueForAll(a => a.Again is null))
                return;
            world.Time.Advance(TimeSpan.FromMinutes(1));
            foreach (var act in story.Acts.Where(a => a.Again is not null).ToArray())
                world.Scheduler.Start($"{act.Name}, again", act.Again!);
            world.Scheduler.Start("sweep, at last", () => world.Get<Outbox>().SweepAsync(CancellationToken.None));
            world.Scheduler.RunWith(new InOrder());
            while (world.Bus.NextDue is { } due)
            {
                world.Time.AdvanceTo(due);
                world.Bus.ActivateDue();
                world.Scheduler.RunWith(new InOrder());
            }
        }

        throw new InvalidOperationException("Something is still waiting after ten minutes without a fault.");
    }
}
