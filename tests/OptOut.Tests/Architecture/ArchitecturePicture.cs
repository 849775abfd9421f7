using System.Text;

namespace OptOut.Tests.Architecture;

/// <summary>
/// Draws the areas and their dependencies as a Mermaid diagram. A dependency implied by others is left out: the diagram shows only what is
/// directly below each area.
/// </summary>
internal static class ArchitecturePicture
{
    private const string Start = "```mermaid\n", End = "```\n";

    /// <summary>Fails if the diagram in the document is out of date. The message says how to redraw it.</summary>
    public static void Verify(string document, IReadOnlyCollection<AreaUse> uses)
    {
        var file = Path.Combine(SourceTree.Root, document);
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var (from, to) = FindDiagram(text, document);
        var drawn = Draw(uses);
        if (text[from..to] == drawn)
            return;

        if (Environment.GetEnvironmentVariable("OPTOUT_DRAW") is not "1")
        {
            Assert.Fail(
                $"The diagram in {document} does not match the product's dependencies. "
                    + $"Run the test with OPTOUT_DRAW=1 to redraw it. It should be:\n{drawn}");
        }

        File.WriteAllText(file, text[..from] + drawn + text[to..]);
    }

    internal static string Draw(IEnumerable<AreaUse> uses)
    {
        // Only permitted uses, which form no cycle, so Reaches terminates. Another test reports the rest.
        var edges = uses.Where(u => Areas.Permits(u.From, u.To))
            .Select(u => (From: Top(u.From), To: Top(u.To)))
            .Where(e => e.From != e.To)
            .ToHashSet();
        var below = edges.ToLookup(e => e.From, e => e.To, StringComparer.Ordinal);
        var text = new StringBuilder("flowchart TD\n");
        foreach (var row in Areas.Rows
            .Select(row => row.Where(area => edges.Any(e => e.From == area || e.To == area)).ToList())
            .Where(row => row.Count > 0))
        {
            text.Append("    ").AppendJoin(" ~~~ ", row).Append('\n');
        }

        foreach (var (from, to) in edges
            .Where(e => !Reaches(below, e.From, e.To))
            .OrderBy(e => Areas.Row(e.From))
            .ThenBy(e => e.From, StringComparer.Ordinal)
            .ThenBy(e => Areas.Row(e.To))
            .ThenBy(e => e.To, StringComparer.Ordinal))
        {
            text.Append("    ").Append(from).Append(" --> ").Append(to).Append('\n');
        }

        return text.ToString();
    }

    // Through at least one other area.
    private static bool Reaches(ILookup<string, string> below, string from, string to) =>
        below[from].Any(next => next != to && (below[next].Contains(to, StringComparer.Ordinal) || Reaches(below, next, to)));

    private static string Top(string area) => area.Split('/')[0];

    private static (int From, int To) FindDiagram(string text, string document)
    {
        var from = text.IndexOf(Start, StringComparison.Ordinal);
        Assert.True(from >= 0, $"{document} contains no Mermaid diagram.");
        from += Start.Length;
        return (from, text.IndexOf(End, from, StringComparison.Ordinal));
    }
}
