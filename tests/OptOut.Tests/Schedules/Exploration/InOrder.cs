namespace OptOut.Tests.Schedules.Exploration;

/// <summary>One after another, and nothing fails.</summary>
internal sealed class InOrder : IStrategy
{
    public int Choose(IReadOnlyList<Operation> pending) => 0;

    public Mishap Strike(Operation operation) => Mishap.None;

    public int Milliseconds() => 50;
}
