namespace OptOut.Tests.Schedules.Exploration;

/// <summary>One after another, except that each mishap strikes once, at the first operation that it names, in the order given.</summary>
internal sealed class Script(params IEnumerable<(string Actor, string Text, Mishap Mishap)> mishaps) : IStrategy
{
    private readonly Queue<(string Actor, string Text, Mishap Mishap)> _mishaps = new(mishaps);

    public int Choose(IReadOnlyList<Operation> pending) => 0;

    public Mishap Strike(Operation operation) =>
        _mishaps.TryPeek(out var next)
        && operation.Actor.Name.StartsWith(next.Actor, StringComparison.Ordinal)
        && operation.Text.StartsWith(next.Text, StringComparison.Ordinal)
            ? _mishaps.Dequeue().Mishap
            : Mishap.None;

    public int Milliseconds() => 50;
}
