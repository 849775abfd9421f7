namespace OptOut.Benchmarks.Pipeline;

/// <summary>The figures of the whole product, each a ratio against a floor or a peer in the same run. Takes about three minutes.</summary>
internal static class PipelineBenchmark
{
    private static readonly (string Name, Func<MeasuredSystem, Task> RunAsync)[] All =
    [
        ("drain", DrainFigures.RunAsync),
        ("isolation", IsolationFigures.RunAsync),
        ("owners", IsolationFigures.OwnersAsync),
        ("press", PressFigure.RunAsync),
        ("accept", AcceptFigure.RunAsync),
        ("bulk", BulkFigure.RunAsync),
    ];

    private const string Telemetry = "telemetry";

    /// <param name="names">The figures to measure; all if empty.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> names)
    {
        if (names.Except(All.Select(f => f.Name).Append(Telemetry)).FirstOrDefault() is { } unknown)
        {
            await Console.Error.WriteLineAsync($"'{unknown}' is no figure. Give some of: {string.Join(", ", All.Select(f => f.Name).Append(Telemetry))}.");
            return 1;
        }

        Figure.Head();

        // A system of its own for each: what one leaves on the bus would slow the next down.
        foreach (var (_, runAsync) in All.Where(f => names.Count == 0 || names.Contains(f.Name)))
        {
            await using var system = await MeasuredSystem.StartAsync();
            await runAsync(system);
        }

        if (names.Count == 0 || names.Contains(Telemetry))
            await TelemetryFigure.RunAsync();
        return 0;
    }
}
