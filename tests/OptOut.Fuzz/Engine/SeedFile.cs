using System.Text;

namespace OptOut.Fuzz.Engine;

/// <summary>
/// The seeds of a target: <c>Seeds/{name}.txt</c>, one after the other, with a line of equals signs between two. In a file without such
/// a line every line is a seed.
/// </summary>
internal static class SeedFile
{
    private const string Between = "\n====\n";

    public static IEnumerable<byte[]> Read(FuzzTarget target)
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Seeds", target.Name + ".txt");
        if (!File.Exists(file))
            return [];
        var text = File.ReadAllText(file).ReplaceLineEndings("\n").TrimEnd('\n');
        var seeds = text.Contains(Between, StringComparison.Ordinal) ? text.Split(Between) : text.Split('\n');
        return seeds.Select(seed => Encoding.UTF8.GetBytes(target.Fill(seed)));
    }
}
