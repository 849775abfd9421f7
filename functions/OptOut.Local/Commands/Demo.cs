using System.Globalization;
using Microsoft.Extensions.Logging;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Local.Walkthrough;

namespace OptOut.Local.Commands;

/// <summary>Settings of the demo that only tests change.</summary>
internal sealed record DemoSettings
{
    /// <summary>The folder for the report. Null: the given data folder, or else the user's application data.</summary>
    public string? ReportFolder { get; init; }

    /// <summary>The timeout of a step that sets none of its own.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Called with the demo's people and data, to add log providers for the functions.</summary>
    public Action<DemoContext, ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>Runs as soon as everything has started; the second argument is the data folder.</summary>
    public Func<LocalSystem, string, Task>? AfterStart { get; init; }
}

/// <summary>
/// Runs everything on this machine and walks through one person's opt-out: each step really happens, is verified, and prints its result.
/// </summary>
internal static class Demo
{
    public static async Task<int> RunAsync(
        Arguments arguments, TextWriter output, TextWriter error, DemoSettings settings, CancellationToken stop)
    {
        var folder = arguments.HasExplicitDataFolder ? null : Directory.CreateTempSubdirectory("optout-demo-").FullName;
        try
        {
            return await RunStepsAsync(folder is null ? arguments : arguments with { DataFolder = folder }, output, error, settings, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped before the end: this run proves nothing.");
            return 1;
        }
        finally
        {
            if (folder is not null)
                await DeleteAsync(folder, error);
        }
    }

    private static async Task<int> RunStepsAsync(
        Arguments arguments, TextWriter output, TextWriter error, DemoSettings settings, CancellationToken stop)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        using var log = new RecentWarnings();
        await using var context = new DemoContext(arguments, time) { AfterStart = settings.AfterStart };

        await output.WriteLineAsync(
            "OptOut, from one click on Unsubscribe to the proof of it. Everything runs on this machine, and all people are fictional.");
        if (await new StepRunner(output, time, settings.Timeout).RunAsync(Steps(context, Log), stop) is { } failure)
        {
            await WriteAsync(error, failure, log);
            return 1;
        }

        var report = await SaveAsync(context, settings.ReportFolder ?? ReportFolder(arguments), stop);
        await output.WriteLineAsync(
            $"\nAll steps passed in {ResultFormat.Seconds(time.GetElapsedTime(started))}.\n"
                + $"The reconciliation report, as the privacy officer receives it: {report}");
        return 0;

        void Log(ILoggingBuilder builder)
        {
            log.Use(builder);
            settings.ConfigureLogging?.Invoke(context, builder);
        }
    }

    private static async Task DeleteAsync(string folder, TextWriter error)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException problem)
        {
            await error.WriteLineAsync($"{folder} could not be deleted; delete it by hand: {problem.Message}");
        }
    }

    private static IEnumerable<StepGroup> Steps(DemoContext context, Action<ILoggingBuilder> log) =>
        [
            SendMailSteps.Create(context, log),
            NoAccidentalUnsubscribeSteps.Create(context),
            OneClickSteps.Create(context),
            LedgerSteps.Create(context),
            DriftSteps.Create(context),
        ];

    private static async Task WriteAsync(TextWriter error, StepFailure failure, RecentWarnings log)
    {
        await error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"\nStep {failure.Number} failed: {failure.Title}\n  expected: {failure.Expected}\n  seen:     {failure.Seen}"));
        if (log.Lines is not [] and var lines)
            await error.WriteLineAsync($"  latest warnings in the log:\n{string.Join('\n', lines.Select(line => $"    {line}"))}");
    }

    private static string ReportFolder(Arguments arguments)
    {
        if (arguments.HasExplicitDataFolder)
            return arguments.DataFolder;
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return Path.Combine(local.Length > 0 ? local : Path.GetTempPath(), "OptOut", "demo");
    }

    private static async Task<string> SaveAsync(DemoContext context, string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "report.html");
        await File.WriteAllTextAsync(path, context.ReportPage, cancellationToken);
        return path;
    }
}
