namespace OptOut.Judge;

/// <summary>
/// What a form with a choice for each topic means, as the preferences page and the portal describe it. A person who declines every topic
/// of a channel wants nothing over it, whatever it is about; one who wants every topic again wants the channel again; else marketing in
/// general stays as it was.
/// </summary>
internal static class Choices
{
    /// <param name="before">What was stopped.</param>
    /// <param name="wanted">By channel: the topics that are wanted. Channels that are not named stay as they are.</param>
    public static HashSet<Cell> Apply(IReadOnlySet<Cell> before, IReadOnlyDictionary<string, IReadOnlyCollection<string>> wanted)
    {
        var after = before.ToHashSet();
        foreach (var (channel, topics) in wanted)
        {
            foreach (var topic in Cell.Topics)
                Set(new Cell(channel, topic), stopped: !topics.Contains(topic));
            if (topics.Count == 0 || topics.Count == Cell.Topics.Count)
                Set(new Cell(channel, ""), stopped: topics.Count == 0);
        }

        return after;

        void Set(Cell cell, bool stopped)
        {
            if (stopped)
                after.Add(cell);
            else
                after.Remove(cell);
        }
    }

    /// <summary>Random choices on some of the channels.</summary>
    public static Dictionary<string, IReadOnlyCollection<string>> Roll(Dice dice, IEnumerable<string> channels) => channels.ToDictionary(
        channel => channel,
        IReadOnlyCollection<string> (_) => dice.Below(4) switch
        {
            0 => [],
            1 => Cell.Topics,
            _ => [.. Cell.Topics.Where(_ => dice.Chance(50))],
        },
        StringComparer.Ordinal);

    /// <summary>The act's claims: each choice that stops, and each that loosens what was stopped.</summary>
    public static (string[] Stops, string[] Allows) Claims(
        IReadOnlySet<Cell> before, IReadOnlySet<Cell> after, IEnumerable<string> channels) =>
        (
            [.. after.Where(c => channels.Contains(c.Channel) && (c.Topic.Length > 0 || Cell.On(c.Channel).All(after.Contains)))
                .Select(c => c.ToString())],
            [.. before.Except(after).Select(c => c.ToString())]);
}
