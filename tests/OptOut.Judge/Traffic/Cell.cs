namespace OptOut.Judge;

/// <summary>One question: may we send about this topic over this channel? Without a topic it is about marketing in general.</summary>
/// <param name="Topic">The topic's short name; empty for marketing in general.</param>
internal readonly record struct Cell(string Channel, string Topic)
{
    public static IReadOnlyList<string> Channels { get; } = ["email", "sms", "phone", "post"];

    /// <summary>The topics of the settings with which everything runs on one machine.</summary>
    public static IReadOnlyList<string> Topics { get; } = ["newsletter", "offers", "events"];

    public static IReadOnlyList<Cell> All { get; } = [.. Channels.SelectMany(On)];

    public static IReadOnlyList<Cell> On(string channel) => [.. Topics.Prepend("").Select(topic => new Cell(channel, topic))];

    /// <summary>The questions that a scope answers, written <c>channel,topic</c> with <c>*</c> for all: <c>email,*</c>.</summary>
    public static IReadOnlyList<Cell> Covered(string scope)
    {
        var (channel, topic) = Split(scope);
        return [.. All.Where(cell => (channel == "*" || cell.Channel == channel) && (topic == "*" || cell.Topic == topic))];
    }

    public static Cell Parse(string text)
    {
        var (channel, topic) = Split(text);
        return new Cell(channel, topic == "-" ? "" : topic);
    }

    /// <summary><c>email,newsletter</c>, or <c>email,-</c> for marketing in general.</summary>
    public override string ToString() => $"{Channel},{(Topic.Length == 0 ? "-" : Topic)}";

    private static (string Channel, string Topic) Split(string text) => text.Split(',') is [var channel, var topic]
        ? (channel, topic)
        : throw new FormatException($"'{text}' is not 'channel,topic'.");
}
