using System.Diagnostics;

namespace OptOut.Tests.Infrastructure;

/// <summary>Runs one of the scripts that azd runs, with a shell script instead of the Azure CLI.</summary>
internal static class OperatorScript
{
    /// <param name="path">The path below infra-bicep.</param>
    /// <param name="azureCli">The body of the fake Azure CLI, in sh. For <c>az keyvault secret list</c>, <c>$2 $3</c> is
    /// <c>secret list</c>.</param>
    /// <param name="settings">Environment variables.</param>
    public static async Task<(int Exit, string Output)> RunAsync(string path, string azureCli, IReadOnlyDictionary<string, string> settings)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A shell script stands in for the Azure CLI.");
        var folder = Directory.CreateTempSubdirectory("optout-operator-");
        try
        {
            var az = Path.Combine(folder.FullName, "az");
            await File.WriteAllTextAsync(az, $"#!/bin/sh\n{azureCli}\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            var start = new ProcessStartInfo("sh", [Path.Combine(Templates.Source, path)])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["PATH"] = $"{folder.FullName}:{start.Environment["PATH"]}";
            foreach (var (name, value) in settings)
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, output[0] + output[1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
