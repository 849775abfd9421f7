using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using OptOut.Tests.Infrastructure;

[assembly: AssemblyFixture(typeof(Templates))]

namespace OptOut.Tests.Infrastructure;

/// <summary>
/// The resources that the templates would create for each parameter file, computed by the local Bicep CLI once per test run. A value that
/// only Azure knows, such as an address it assigns, remains an expression in square brackets.
/// </summary>
public sealed class Templates : IAsyncDisposable
{
    private const string Nobody = "00000000-0000-0000-0000-000000000000";

    private static readonly string? Cli = typeof(Templates)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => a.Key == "BicepCli")?.Value;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("optout-bicep-");
    private readonly Lazy<Task<Deployment>> _dev, _prod;

    public Templates()
    {
        _dev = new(() => Task.Run(() => PredictAsync("dev")));
        _prod = new(() => Task.Run(() => PredictAsync("prod")));
    }

    internal static string Source { get; } = Path.Combine(AppContext.BaseDirectory, "infra-bicep");

    /// <param name="environment">dev or prod.</param>
    internal Task<Deployment> CompileAsync(string environment)
    {
        Assert.SkipWhen(Cli is null, "NuGet has a Bicep CLI only for 64-bit Linux, not for this machine.");
        return (environment == "dev" ? _dev : _prod).Value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var prediction in (Lazy<Task<Deployment>>[])[_dev, _prod])
            if (prediction.IsValueCreated)
                await prediction.Value.ContinueWith(_ => { }, TaskScheduler.Default);
        _folder.Delete(recursive: true);
    }

    private async Task<Deployment> PredictAsync(string environment)
    {
        // Copies the templates, because the snapshot is written to the folder of the parameter file.
        var folder = _folder.CreateSubdirectory(environment).FullName;
        foreach (var file in Directory.EnumerateFiles(Source, "*.bicep*", SearchOption.AllDirectories)
            .Append(Path.Combine(Source, "bicepconfig.json")))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(Source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Cli!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(
            Cli!,
            [
                "snapshot",
                Path.Combine(folder, $"main.{environment}.bicepparam"),
                "--mode",
                "overwrite",
                "--subscription-id",
                Nobody,
                "--tenant-id",
                Nobody,
            ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var name in (string[])["AZURE_LOCATION", "AZURE_PRINCIPAL_ID", "OPTOUT_LOGS_CLEANED"])
            start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"bicep snapshot: {output[0]}{output[1]}");
        return new Deployment(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, $"main.{environment}.snapshot.json")))!);
    }
}
