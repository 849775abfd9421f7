using System.Runtime.InteropServices;
using OptOut.Local.CommandLine;

namespace OptOut.Local.Commands;

/// <summary>From the command line to an exit code: 0 done, 1 failed, 2 not understood.</summary>
internal static class Run
{
    public static async Task<int> MainAsync(string[] args, TextWriter output, TextWriter error)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = Stops(PosixSignal.SIGINT);
        using var terminate = Stops(PosixSignal.SIGTERM);
        try
        {
            var arguments = Arguments.Parse(args);
            if (arguments.WantsHelp)
            {
                await output.WriteAsync(Help.Text);
                return 0;
            }

            return arguments.Part switch
            {
                Part.Demo => await Demo.RunAsync(arguments, output, error, new DemoSettings(), stop.Token),
                Part.Settings => await WriteSettings.RunAsync(arguments, output, stop.Token),
                Part.Unsubscribe => await Unsubscribe.RunAsync(arguments, output, error, stop.Token),
                _ => await Serve.RunAsync(arguments, output, stop.Token),
            };
        }
        catch (UsageException problem)
        {
            await error.WriteLineAsync(problem.Message);
            return UsageException.ExitCode;
        }
        catch (CannotStartException problem)
        {
            await error.WriteLineAsync(problem.Message);
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0; // Ctrl+C before everything stood.
        }

        PosixSignalRegistration Stops(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
        {
            // Twice means: at once.
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        });
    }
}
