using System.Diagnostics;
using System.Globalization;
using Azure.Data.Tables;
using OptOut.Local.Azurite;

namespace OptOut.Tests.Azurite;

/// <summary>
/// What happens to Azurite when the process that started it is killed. The parent is this test program itself, running one test.
/// </summary>
public sealed class KilledParentTests : IDisposable
{
    private const string FolderVariable = "OPTOUT_TEST_PARENT_FOLDER";
    private const string OutlivesVariable = "OPTOUT_TEST_PARENT_OUTLIVED";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly string _folder = Environment.GetEnvironmentVariable(FolderVariable)
        ?? Directory.CreateTempSubdirectory("optout-parent-").FullName;

    [Fact]
    public async Task Killing_the_parent_ends_Azurite_with_its_data_saved()
    {
        using var node = await StartParentAndKillIt(outlives: false);

        await node.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        await using var next = await AzuriteProcess.StartAsync(new() { DataFolder = _folder }, cancellationToken: Cancel);
        var row = await Rows(next).GetEntityIfExistsAsync<TableEntity>("p", "r", cancellationToken: Cancel);
        Assert.True(row.HasValue);
    }

    [Fact]
    public async Task Killing_the_parent_leaves_Azurite_running_if_it_may_outlive_its_parent()
    {
        using var node = await StartParentAndKillIt(outlives: true);

        await Task.Delay(TimeSpan.FromSeconds(2), Cancel);

        Assert.False(node.HasExited);
        node.Kill();
        await node.WaitForExitAsync(Cancel);
    }

    [Fact(Explicit = true)]
    public async Task Parent()
    {
        var azurite = await AzuriteProcess.StartAsync(
            new() { DataFolder = _folder, OutlivesParent = Environment.GetEnvironmentVariable(OutlivesVariable) == bool.TrueString },
            cancellationToken: Cancel);
        await Rows(azurite).CreateAsync(Cancel);
        await Rows(azurite).AddEntityAsync(new TableEntity("p", "r"), Cancel);
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "writing"), azurite.ProcessId!.Value.ToString(CultureInfo.InvariantCulture), Cancel);
        File.Move(Path.Combine(_folder, "writing"), Path.Combine(_folder, "pid"));
        await Task.Delay(TimeSpan.FromMinutes(2), Cancel);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static TableClient Rows(AzuriteProcess azurite) => new TableServiceClient(azurite.ConnectionString).GetTableClient("rows");

    private async Task<Process> StartParentAndKillIt(bool outlives)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [
                .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
                    ? [typeof(KilledParentTests).Assembly.Location]
                    : Array.Empty<string>(),
                "-explicit", "only", "-method", $"{typeof(KilledParentTests).FullName}.{nameof(Parent)}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [FolderVariable] = _folder, [OutlivesVariable] = outlives.ToString() },
        };
        using var parent = Process.Start(start)!;
        var output = parent.StandardOutput.ReadToEndAsync(Cancel);
        var pid = Path.Combine(_folder, "pid");
        while (!File.Exists(pid))
        {
            Assert.False(parent.HasExited, parent.HasExited ? await output : "");
            await Task.Delay(50, Cancel);
        }

        var node = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pid, Cancel), CultureInfo.InvariantCulture));
        parent.Kill();
        await parent.WaitForExitAsync(Cancel);
        return node;
    }
}
