namespace OptOut.Local.Walkthrough;

/// <summary>A group of steps under one heading.</summary>
internal sealed record StepGroup(string Title, IReadOnlyList<Step> Steps);

/// <summary>One step: it does something and verifies the outcome.</summary>
/// <param name="Title">What happened, in plain words; printed after the step.</param>
/// <param name="Run">Runs the step and returns the result to print.</param>
internal sealed record Step(string Title, Func<CancellationToken, Task<string>> Run)
{
    /// <summary>A step that takes longer fails. Null: the runner's default.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>Thrown when a step does not see what it expects.</summary>
internal sealed class StepFailedException(string expected, string seen, Exception? inner = null)
    : Exception($"Expected {expected}; saw {seen}.", inner)
{
    public string Expected { get; } = expected;

    public string Seen { get; } = seen;
}
