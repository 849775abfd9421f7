using System.Globalization;
using Microsoft.Extensions.Logging;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Local.Story;

namespace OptOut.Local.Commands;

/// <summary>What a test changes about the demonstration.</summary>
internal sealed record DemoSettings
{
    /// <summary>Where the report is put; null is beside the data that was given, else in the user's own application data.</summary>
    public string? ReportFolder { get; init; }

    /// <summary>How long a step may take that names no time of its own.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Sees who is in the story, and adds to where the functions' log goes.</summary>
    public Action<Scene, ILoggingBuilder>? Listen { get; init; }

    /// <summary>Done as soon as everything has started; given the data folder too.</summary>
    public Func<LocalSystem, string, Task>? AfterStart { get; init; }
}

/// <summary>Everything on this machine, and the story of one person who opts out: each step is done for real, checked, and told with its figure.</summary>
internal static class Demo
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, TextWriter error, DemoSettings settings, CancellationToken stop)
    {
        var folder = arguments.DataIsGiven ? null : Directory.CreateTempSubdirectory("optout-demo-").FullName;
        try
        {
            return await TellAsync(folder is null ? arguments : arguments with { DataFolder = folder }, output, error, settings, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped before the end: nothing is proven by this run.");
            return 1;
        }
        finally
        {
            if (folder is not null)
                await DeleteAsync(folder, error);
        }
    }

    private static async Task<int> TellAsync(Arguments arguments, TextWriter output, TextWriter error, DemoSettings settings, CancellationToken stop)
    {
        var time = TimeProvider.System;
        var begin = time.GetTimestamp();
        using var log = new QuietLog();
        await using var scene = new Scene(arguments, time) { AfterStart = settings.AfterStart };

        await output.WriteLineAsync("OptOut, from one press to the proof of it. All of it runs on this machine, and nobody in it exists.");
        if (await new Teller(output, time, settings.Timeout).TellAsync(Chapters(scene, Log), stop) is { } failure)
        {
            await WriteAsync(error, failure, log);
            return 1;
        }

        var report = await SaveAsync(scene, settings.ReportFolder ?? ReportFolder(arguments), stop);
        await output.WriteLineAsync($"\nEvery step went as it should. All together: {Figures.Seconds(time.GetElapsedTime(begin))}.\nThe comparison's report, as the privacy officer gets it: {report}");
        return 0;

        void Log(ILoggingBuilder builder)
        {
            log.Use(builder);
            settings.Listen?.Invoke(scene, builder);
        }
    }

    private static async Task DeleteAsync(string folder, TextWriter error)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException held)
        {
            await error.WriteLineAsync($"{folder} could not be deleted and may be, by hand: {held.Message}");
        }
    }

    private static IEnumerable<Chapter> Chapters(Scene scene, Action<ILoggingBuilder> log) =>
        [MailGoesOut.Create(scene, log), NothingByAccident.Create(scene), OnePress.Create(scene), LedgerProof.Create(scene), DriftAndRepair.Create(scene)];

    private static async Task WriteAsync(TextWriter error, StepFailure failure, QuietLog log)
    {
        await error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\nStep {failure.Number} failed: {failure.Title}\n  expected: {failure.Expected}\n  seen:     {failure.Seen}"));
        if (log.Lines is not [] and var lines)
            await error.WriteLineAsync($"  the log's latest warnings:\n{string.Join('\n', lines.Select(line => $"    {line}"))}");
    }

    private static string ReportFolder(Arguments arguments)
    {
        if (arguments.DataIsGiven)
            return arguments.DataFolder;
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "OptOut", "demo");
    }

    private static async Task<string> SaveAsync(Scene scene, string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "report.html");
        await File.WriteAllTextAsync(path, scene.ReportPage, cancellationToken);
        return path;
    }
}
