namespace OptOut.Tests.Architecture;

/// <summary>
/// Width of the lines of code. <c>dotnet format</c> does not apply <c>max_line_length</c> of <c>.editorconfig</c>, so this test does. A
/// line over 140 columns asks for a break; a few that have no good place for one stay.
/// </summary>
public sealed class LineWidthTests
{
    private const int Wide = 140, TooWide = 160;

    // Of all lines: what is left are JSON bodies, URLs and tables that read better in one piece.
    private const int MostWideInAThousand = 2;

    [Theory]
    [InlineData("functions")]
    [InlineData("tests")]
    public void Few_lines_are_over_140_columns_and_none_over_160(string folder)
    {
        var lines = SourceTree.Code(folder)
            .SelectMany(file => SourceTree.Lines(file).Select((text, i) => (Place: $"{file}:{i + 1}", text.Length)))
            .ToList();
        var wide = lines.Where(l => l.Length > Wide).ToList();

        Assert.True(lines.Count > 1_000, $"{folder} was not read.");
        Assert.True(
            wide.TrueForAll(l => l.Length <= TooWide),
            $"Break these lines, they are over {TooWide} columns:\n"
                + string.Join('\n', wide.Where(l => l.Length > TooWide).Select(l => $"{l.Place} has {l.Length}")));
        Assert.True(
            wide.Count * 1_000 <= lines.Count * MostWideInAThousand,
            $"{wide.Count} of {lines.Count} lines are over {Wide} columns. Break some:\n"
                + string.Join('\n', wide.Select(l => $"{l.Place} has {l.Length}")));
    }
}
