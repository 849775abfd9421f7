using OptOut.Consent;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules;

/// <summary>Schedules that were found by exploring and that must never break again, each written down as what goes wrong in it.</summary>
public sealed class FoundScheduleTests
{
    /// <summary>
    /// Example: the store is unavailable, so the handler puts its message off by a second. Meanwhile the message is delivered once more,
    /// and this time the confirmation is due in an hour. The bus dropped the second message as a duplicate of the first.
    /// </summary>
    [Fact]
    public void A_confirmation_that_is_due_later_is_sent_though_its_message_has_waited_for_the_store() => Holds(
        new Script(
            ("confirmation", "read subject~a", Mishap.DeliverAgain),
            ("confirmation", "read subject~a", Mishap.FailBefore),
            ("confirmation", "read subject~a", Mishap.FailBefore),
            ("confirmation", "read subject~a", Mishap.FailBefore)),
        story =>
        {
            var a = story.Person("a");
            story.Register(a, story.Email("a"));
            story.Stop(a, "email,newsletter");
            story.BeforeAll();
            story.Stop(a, "*,*");
        });

    private static void Holds(Script script, Action<Story> tell) => Schedule.OnOwnThread(() =>
    {
        using var world = new World(script, Channel.Email);
        var schedule = Schedule.Run("found", 0, new Story(world, script, new SeededNumbers(1)), tell);
        Assert.True(schedule.Broken.Count == 0, schedule.ToString());
        return true;
    });
}
