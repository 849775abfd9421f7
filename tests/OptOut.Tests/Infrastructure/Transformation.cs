using System.Text.RegularExpressions;

namespace OptOut.Tests.Infrastructure;

/// <summary>
/// Applies a compiled workspace transformation to a row. It understands only the forms that log-privacy.bicep produces and fails
/// for anything else. The regular expressions run on .NET's non-backtracking engine, which, like Kusto's (RE2), supports no
/// lookaround and no backreferences.
/// </summary>
internal sealed partial class Transformation
{
    private readonly HashSet<string> _removed = [];
    private readonly List<Func<Dictionary<string, string>, (string Column, string Value)>> _columns = [];

    public Transformation(string kql)
    {
        Assert.DoesNotContain('\n', kql);
        var steps = kql.Split(" | ");
        Assert.Equal("source", steps[0]);
        foreach (var step in steps[1..])
        {
            if (step.StartsWith("project-away ", StringComparison.Ordinal))
                _removed.UnionWith(step["project-away ".Length..].Split(", "));
            else
                Extend(Assert.IsType<string>(step.StartsWith("extend ", StringComparison.Ordinal) ? step["extend ".Length..] : null));
        }
    }

    public Dictionary<string, string> Create(IReadOnlyDictionary<string, string> row)
    {
        Assert.All(_removed, column => Assert.Contains(column, row.Keys));
        var result = row.Where(c => !_removed.Contains(c.Key)).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal);
        foreach (var (column, value) in _columns.Select(extend => extend(result)).ToList())
            result[column] = value;
        return result;
    }

    private void Extend(string assignments)
    {
        var found = Assignment().Matches(assignments);
        Assert.Equal(assignments, string.Join(", ", found.Select(m => m.Value)));
        foreach (Match assignment in found)
        {
            var column = assignment.Groups["column"].Value;
            Regex kept = Compile(assignment, "kept"), where = Compile(assignment, "where"), head = Compile(assignment, "head");
            _columns.Add(row =>
            {
                var value = row[column];
                if (assignment.Groups["kept"].Success)
                    return (column, kept.Match(value).Groups[1].Value);
                if (!where.IsMatch(value))
                    return (column, value);
                return (
                    column,
                    assignment.Groups["head"].Success ? head.Match(value).Groups[1].Value + "..." : assignment.Groups["empty"].Value);
            });
        }
    }

    private static Regex Compile(Match assignment, string group) =>
        new(assignment.Groups[group].Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    // The forms: keep what matches; cut off from the first slash; empty a property bag.
    [GeneratedRegex(
        @"(?<column>\w+) = (?:extract\(@'(?<kept>[^']*)', 1, \k<column>\)"
            + @"|iif\((?:\k<column>|tostring\(\k<column>\)) matches regex @'(?<where>[^']*)', "
            + @"(?:strcat\(extract\(@'(?<head>[^']*)', 1, \k<column>\), '\.\.\.'\)|parse_json\('(?<empty>\{\}|\[\])'\)), \k<column>\))",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Assignment();
}
