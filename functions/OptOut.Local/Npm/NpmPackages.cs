using System.Diagnostics;
using System.Security.Cryptography;

namespace OptOut.Local.Npm;

/// <summary>
/// Packages of npm, in a folder of this user named by the hash of their lock file: installed once, then shared by every run, work tree and
/// test until the lock file changes.
/// </summary>
internal static class NpmPackages
{
    /// <param name="name">What they are for, as a person is told when they cannot be installed. Part of the folder's name.</param>
    /// <param name="manifests">The folder of their package.json and package-lock.json.</param>
    /// <param name="nodeJs">Whose npm installs them.</param>
    /// <param name="cacheFolder">Null: this user's own.</param>
    /// <param name="time">For waiting until another process is done with the same.</param>
    /// <returns>The folder that holds node_modules.</returns>
    /// <exception cref="CannotStartException">npm could not install the packages.</exception>
    public static async Task<string> EnsureAsync(string name, string manifests, NodeJs nodeJs, string? cacheFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        cacheFolder ??= DefaultCacheFolder();
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(manifests, "package-lock.json"), cancellationToken)))[..16];
        var installed = Path.Combine(cacheFolder, $"{name.ToLowerInvariant()}-{hash}");
        if (Directory.Exists(installed))
            return installed;

        Directory.CreateDirectory(cacheFolder);
        await using var held = await HoldAsync(installed + ".lock", time, cancellationToken);
        if (Directory.Exists(installed))
            return installed;

        // npm works in a folder of another name, so that the final name only ever means a whole installation.
        var partial = installed + ".partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        Directory.CreateDirectory(partial);
        foreach (var file in new[] { "package.json", "package-lock.json" })
            File.Copy(Path.Combine(manifests, file), Path.Combine(partial, file));
        await InstallAsync(name, nodeJs, partial, cancellationToken);
        Directory.Move(partial, installed);
        return installed;
    }

    private static string DefaultCacheFolder()
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "OptOut");
    }

    /// <summary>Waits for another process that installs the same packages. The operating system frees the file when its holder dies.</summary>
    private static async Task<FileStream> HoldAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
            }
        }
    }

    private static async Task InstallAsync(string name, NodeJs nodeJs, string folder, CancellationToken cancellationToken)
    {
        // --ignore-scripts: nothing here needs an install script, and none is to run on a developer's machine.
        var start = new ProcessStartInfo(nodeJs.Npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // npm starts "node" by name: the one that was checked must be the one it finds.
        start.Environment["PATH"] = Path.GetDirectoryName(nodeJs.Node) + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        using var npm = Process.Start(start)!;
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
                throw new CannotStartException($"{name} could not be installed: npm ci ended with {npm.ExitCode}. Check that npm reaches its registry (npm ping), then try again. npm said:{Environment.NewLine}{errors.Trim()}");
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }
    }
}
