namespace OptOut.Tests.Architecture;

/// <summary>The source files that this test run was built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>
    /// The C# and Razor files below a folder, without build output. Paths are relative to the root and use forward slashes.
    /// </summary>
    public static IEnumerable<string> Code(string folder) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".cs" or ".razor")
        .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Intersect(["bin", "obj"], StringComparer.Ordinal).Any())
        .Order(StringComparer.Ordinal);

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "Serverless.sln"))
        ? folder
        : Find(
            Path.GetDirectoryName(folder.TrimEnd(Path.DirectorySeparatorChar))
                ?? throw new InvalidOperationException("No folder above the test output contains Serverless.sln."));
}
