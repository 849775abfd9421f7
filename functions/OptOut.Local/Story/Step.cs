namespace OptOut.Local.Story;

/// <summary>Some steps that belong together, under a heading.</summary>
internal sealed record Chapter(string Title, IReadOnlyList<Step> Steps);

/// <summary>One thing that happens, and is checked.</summary>
/// <param name="Title">What happened, in words anybody understands, as it reads once it has.</param>
/// <param name="Run">Does it, and gives the figure that proves it.</param>
internal sealed record Step(string Title, Func<CancellationToken, Task<string>> Run)
{
    /// <summary>A step that takes longer has failed. Null: what is usual.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>What a step saw is not what it should have seen.</summary>
internal sealed class StepFailedException(string expected, string seen, Exception? inner = null) : Exception($"Expected {expected}; saw {seen}.", inner)
{
    public string Expected { get; } = expected;

    public string Seen { get; } = seen;
}
