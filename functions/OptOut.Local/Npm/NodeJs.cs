using System.Diagnostics;
using System.Globalization;

namespace OptOut.Local.Npm;

/// <summary>The paths of node and npm on this machine; their version is checked.</summary>
internal sealed record NodeJs(string Node, string Npm)
{
    /// <summary>Azurite itself supports older versions; some of its dependencies require this one.</summary>
    public const int OldestMajor = 20;

    private const string Fix = "Install Node.js 20 or newer (https://nodejs.org), open a new terminal and try "
        + "again. It runs Azurite, the emulator of tables and blobs.";

    /// <exception cref="CannotStartException">Node.js or npm is missing or too old.</exception>
    public static async Task<NodeJs> FindAsync(string? searchPath, CancellationToken cancellationToken)
    {
        searchPath ??= Environment.GetEnvironmentVariable("PATH") ?? "";
        var node = Find(searchPath, OperatingSystem.IsWindows() ? "node.exe" : "node")
            ?? throw new CannotStartException($"Node.js was not found on the PATH. {Fix}");
        var npm = Find(searchPath, OperatingSystem.IsWindows() ? "npm.cmd" : "npm")
            ?? throw new CannotStartException($"npm, which comes with Node.js, was not found on the PATH. {Fix}");
        var version = await VersionOfAsync(node, cancellationToken);
        if (MajorOf(version) < OldestMajor)
            throw new CannotStartException($"Node.js {version} ({node}) is too old. {Fix}");
        return new NodeJs(node, npm);
    }

    private static string? Find(string searchPath, string name) => searchPath
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static async Task<string> VersionOfAsync(string node, CancellationToken cancellationToken)
    {
        using var process = Process.Start(
            new ProcessStartInfo(node, ["--version"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var version = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return version.Trim().TrimStart('v');
    }

    private static int MajorOf(string version) =>
        int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
}
