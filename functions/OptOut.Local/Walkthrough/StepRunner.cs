using System.Globalization;
using System.Text;
using OptOut.Platform;

namespace OptOut.Local.Walkthrough;

/// <summary>Runs the steps one by one and prints a line for each, with its result at the end. Stops at the first failure.</summary>
/// <param name="output">Where the lines are printed.</param>
/// <param name="defaultTimeout">The timeout of a step that sets none of its own.</param>
internal sealed class StepRunner(TextWriter output, TimeProvider time, TimeSpan defaultTimeout)
{
    private const int TitleWidth = 68, ResultWidth = 24;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    /// <returns>Null when every step passed.</returns>
    /// <exception cref="OperationCanceledException">The user stopped the program.</exception>
    public async Task<StepFailure?> RunAsync(IEnumerable<StepGroup> groups, CancellationToken stop)
    {
        var number = 0;
        foreach (var group in groups)
        {
            await output.WriteLineAsync($"\n{group.Title}");
            foreach (var step in group.Steps)
            {
                number++;
                if (await RunStepAsync(number, step, stop) is { } failure)
                    return failure;
            }
        }

        return null;
    }

    private async Task<StepFailure?> RunStepAsync(int number, Step step, CancellationToken stop)
    {
        var timeout = step.Timeout ?? defaultTimeout;
        using var limit = time.Limit(timeout, stop);
        try
        {
            // After cancellation a step gets some time to clean up. A step that ignores the cancellation must not delay the end.
            using var abandon = new CancellationTokenSource();
            await using var timer = time.CreateTimer(_ => abandon.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            using var registration = limit.Token.Register(() => timer.Change(Grace, Timeout.InfiniteTimeSpan));
            var result = await step.Run(limit.Token).WaitAsync(abandon.Token);
            await output.WriteLineAsync(Line(number, step.Title, result));
            return null;
        }
        catch (Exception problem) when (!stop.IsCancellationRequested)
        {
            await output.WriteLineAsync(Line(number, step.Title, "FAILED"));
            return problem switch
            {
                StepFailedException failed => new StepFailure(
                    number,
                    step.Title,
                    failed.Expected,
                    failed.Seen + (limit.HasExpired ? $", after {ResultFormat.Seconds(timeout)}" : "")),
                OperationCanceledException => new StepFailure(
                    number, step.Title, $"the step to finish within {ResultFormat.Seconds(timeout)}", "it is still running"),
                CannotStartException => new StepFailure(number, step.Title, "everything to start", problem.Message),
                _ => new StepFailure(number, step.Title, "no exception", $"{problem.GetType().Name}: {problem.Message}"),
            };
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // An exception during shutdown is not a failure of the step.
            throw new OperationCanceledException(problem.Message, problem, stop);
        }
    }

    private static string Line(int number, string title, string result)
    {
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{number,4}  {title.PadRight(TitleWidth)}");
        return line.Append(' ').Append(result.PadLeft(ResultWidth)).ToString();
    }
}

/// <summary>The step that failed.</summary>
internal sealed record StepFailure(int Number, string Title, string Expected, string Seen);
