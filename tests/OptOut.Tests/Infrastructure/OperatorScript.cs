using System.Diagnostics;

namespace OptOut.Tests.Infrastructure;

/// <summary>Runs a script that azd runs, with a shell script in place of the Azure CLI.</summary>
internal static class OperatorScript
{
    /// <param name="path">Below infra-bicep.</param>
    /// <param name="azureCli">Its body, in sh: <c>$2 $3</c> are as in <c>az keyvault secret list</c>.</param>
    /// <param name="settings">Environment variables.</param>
    public static async Task<(int Exit, string Said)> RunAsync(string path, string azureCli, IReadOnlyDictionary<string, string> settings)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A shell script plays the Azure CLI.");
        var folder = Directory.CreateTempSubdirectory("optout-operator-");
        try
        {
            var az = Path.Combine(folder.FullName, "az");
            await File.WriteAllTextAsync(az, $"#!/bin/sh\n{azureCli}\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            var start = new ProcessStartInfo("sh", [Path.Combine(Templates.Source, path)]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["PATH"] = $"{folder.FullName}:{start.Environment["PATH"]}";
            foreach (var (name, value) in settings)
                start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, said[0] + said[1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
