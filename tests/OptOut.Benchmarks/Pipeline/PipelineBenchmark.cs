namespace OptOut.Benchmarks.Pipeline;

/// <summary>The figures of the whole product, each a ratio against a floor or a peer in the same run. Takes about two minutes.</summary>
internal static class PipelineBenchmark
{
    public static async Task<int> RunAsync()
    {
        Figure.Head();

        // A system of its own for each: what one leaves on the bus would slow the next down.
        foreach (var figures in (Func<MeasuredSystem, Task>[])
            [
                DrainFigures.RunAsync, IsolationFigures.RunAsync, IsolationFigures.OwnersAsync, PressFigure.RunAsync, AcceptFigure.RunAsync,
                BulkFigure.RunAsync,
            ])
        {
            await using var system = await MeasuredSystem.StartAsync();
            await figures(system);
        }

        return 0;
    }
}
