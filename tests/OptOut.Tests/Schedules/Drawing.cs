using System.Globalization;
using System.Text;
using OptOut.Tests.Schedules.Exploration;

namespace OptOut.Tests.Schedules;

/// <summary>Draws a schedule: a line for each step, with who, what and the result. Reads that found nothing or a row
/// that nobody else wrote are left out.</summary>
internal static class Drawing
{
    public static string Of(IReadOnlyList<Step> steps)
    {
        var writers = steps.Where(s => s.Kind == OperationKind.Write)
            .SelectMany(s => Rows(s.Text).Select(row => (row, s.Actor)))
            .ToLookup(w => w.row, w => w.Actor, StringComparer.Ordinal);
        var width = steps.Select(s => s.Actor.Length).DefaultIfEmpty().Max();
        var drawing = new StringBuilder();
        foreach (var (i, step) in steps.Index())
        {
            if (step is { Kind: OperationKind.Read, Result: "0 rows" })
                continue;
            if (step is { Kind: OperationKind.Read, Result: "200" or "ResourceNotFound" }
                && !Rows(step.Text).Any(row => writers[row].Any(w => w != step.Actor)))
            {
                continue;
            }

            drawing.Append(CultureInfo.InvariantCulture, $"{i,4} {step.Actor.PadRight(width)} {step.Text}");
            drawing.AppendLine(step.Result.Length > 0 ? $" -> {step.Result}" : "");
        }

        return drawing.ToString();
    }

    // "merge subject~a + insert event~a~0000000001" names two rows.
    private static IEnumerable<string> Rows(string text) => text
        .Replace(" (any version)", "", StringComparison.Ordinal)
        .Split(" + ")
        .Select(part => part[(part.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
}
