using System.Globalization;
using System.Text;
using OptOut.Platform;

namespace OptOut.Local.Story;

/// <summary>Takes the steps one by one and tells of each in a line, its figure at the end. Stops at the first that fails.</summary>
/// <param name="output">Where the story goes.</param>
/// <param name="patience">How long a step may take that names no time of its own.</param>
internal sealed class Teller(TextWriter output, TimeProvider time, TimeSpan patience)
{
    private const int TitleWidth = 68, FigureWidth = 24;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    /// <returns>Null when every step went as it should.</returns>
    /// <exception cref="OperationCanceledException">The person at the keyboard wants it to end.</exception>
    public async Task<StepFailure?> TellAsync(IEnumerable<Chapter> chapters, CancellationToken stop)
    {
        var number = 0;
        foreach (var chapter in chapters)
        {
            await output.WriteLineAsync($"\n{chapter.Title}");
            foreach (var step in chapter.Steps)
            {
                number++;
                if (await TakeAsync(number, step, stop) is { } failure)
                    return failure;
            }
        }

        return null;
    }

    private async Task<StepFailure?> TakeAsync(int number, Step step, CancellationToken stop)
    {
        var most = step.Timeout ?? patience;
        using var limit = time.Limit(most, stop);
        try
        {
            // Told to stop, a step still gets the time to leave things as they should be; one that does not listen may not hold up the end.
            using var deaf = new CancellationTokenSource();
            await using var timer = time.CreateTimer(_ => deaf.Cancel(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            using var told = limit.Token.Register(() => timer.Change(Grace, Timeout.InfiniteTimeSpan));
            var figure = await step.Run(limit.Token).WaitAsync(deaf.Token);
            await output.WriteLineAsync(Line(number, step.Title, figure));
            return null;
        }
        catch (Exception problem) when (!stop.IsCancellationRequested)
        {
            await output.WriteLineAsync(Line(number, step.Title, "FAILED"));
            return problem switch
            {
                StepFailedException failed => new StepFailure(number, step.Title, failed.Expected, failed.Seen + (limit.HasExpired ? $", after {Figures.Seconds(most)}" : "")),
                OperationCanceledException => new StepFailure(number, step.Title, $"its end within {Figures.Seconds(most)}", "it goes on"),
                CannotStartException => new StepFailure(number, step.Title, "everything to start", problem.Message),
                _ => new StepFailure(number, step.Title, "no fault", $"{problem.GetType().Name}: {problem.Message}"),
            };
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // Whatever breaks while everything is being stopped is no news.
            throw new OperationCanceledException(problem.Message, problem, stop);
        }
    }

    private static string Line(int number, string title, string figure)
    {
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{number,4}  {title.PadRight(TitleWidth)}");
        return line.Append(' ').Append(figure.PadLeft(FigureWidth)).ToString();
    }
}

/// <summary>The step that ended the story.</summary>
internal sealed record StepFailure(int Number, string Title, string Expected, string Seen);
