using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using OptOut.Local.CommandLine;

namespace OptOut.Local.Commands;

/// <summary>Parses the command line, runs the command and returns the exit code: 0 success, 1 failure, 2 wrong usage.</summary>
internal static class CommandRunner
{
    // The customary exit code for wrong usage; 1 is for a command that fails.
    private const int WrongUsage = 2;

    public static async Task<int> MainAsync(string[] args, TextWriter output, TextWriter error)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = StopOn(PosixSignal.SIGINT);
        using var terminate = StopOn(PosixSignal.SIGTERM);
        try
        {
            var line = new LocalCommand((arguments, cancellationToken) => arguments.Part switch
            {
                Part.Demo => Demo.RunAsync(arguments, output, error, new DemoSettings(), cancellationToken),
                Part.Settings => WriteSettings.RunAsync(arguments, output, cancellationToken),
                Part.Unsubscribe => Unsubscribe.RunAsync(arguments, output, error, cancellationToken),
                Part.Restore => Restore.RunAsync(arguments, output, cancellationToken),
                _ => Serve.RunAsync(arguments, output, cancellationToken),
            }).Parse(args);
            var wrong = line.Action as ParseErrorAction;
            wrong?.ShowHelp = false;
            var exit = await line.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = wrong is null ? output : error,
                    Error = error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null, // The signals are handled here.
                },
                stop.Token);
            if (wrong is null)
                return exit;
            await error.WriteLineAsync("--help lists the commands and options.");
            return WrongUsage;
        }
        catch (UsageException problem)
        {
            await error.WriteLineAsync(problem.Message);
            return WrongUsage;
        }
        catch (CannotStartException problem)
        {
            await error.WriteLineAsync(problem.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0; // Ctrl+C before everything had started.
        }

        PosixSignalRegistration StopOn(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            // A second signal ends the process at once.
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        });
    }
}
