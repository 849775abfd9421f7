using System.Diagnostics;
using System.Security.Cryptography;

namespace OptOut.Local.Npm;

/// <summary>
/// Installs npm packages in a folder of this user that is named after the hash of their lock file: they are installed once, then shared by
/// every run, work tree and test until the lock file changes.
/// </summary>
internal static class NpmPackages
{
    /// <param name="name">The name of the tool they belong to: shown when they cannot be installed, and part of the folder's name.</param>
    /// <param name="manifests">The folder with package.json and package-lock.json.</param>
    /// <param name="nodeJs">The Node.js whose npm installs them.</param>
    /// <param name="cacheFolder">The folder to install in; null for this user's default.</param>
    /// <param name="time">For waiting while another process installs the same packages.</param>
    /// <returns>The folder that contains node_modules.</returns>
    /// <exception cref="CannotStartException">npm could not install the packages.</exception>
    public static async Task<string> EnsureAsync(
        string name, string manifests, NodeJs nodeJs, string? cacheFolder, TimeProvider time, CancellationToken cancellationToken)
    {
        cacheFolder ??= DefaultCacheFolder();
        var hash = Convert.ToHexStringLower(
            SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(manifests, "package-lock.json"), cancellationToken)))[..16];
        var installed = Path.Combine(cacheFolder, $"{name.ToLowerInvariant()}-{hash}");
        if (Directory.Exists(installed))
            return installed;

        Directory.CreateDirectory(cacheFolder);
        await using var fileLock = await LockAsync(installed + ".lock", time, cancellationToken);
        if (Directory.Exists(installed))
            return installed;

        // npm installs into a temporary folder, so that the final folder always contains a complete installation.
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

    /// <summary>
    /// Waits while another process installs the same packages. The operating system releases the file when that process ends.
    /// </summary>
    private static async Task<FileStream> LockAsync(string path, TimeProvider time, CancellationToken cancellationToken)
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
        // --ignore-scripts: no package here needs an install script, and none should run on a developer's machine.
        var start = new ProcessStartInfo(nodeJs.Npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // npm starts "node" by name, and must find the one that was checked.
        start.Environment["PATH"] = Path.GetDirectoryName(nodeJs.Node) + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        using var npm = Process.Start(start)!;
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await npm.WaitForExitAsync(cancellationToken);
            if (npm.ExitCode != 0)
            {
                throw new CannotStartException(
                    $"{name} could not be installed: npm ci ended with {npm.ExitCode}. Check that npm reaches its registry (npm "
                        + $"ping), then try again. npm wrote:{Environment.NewLine}{errors.Trim()}");
            }
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }
    }
}
