using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using OptOut.Local.CommandLine;

namespace OptOut.Tests.Durability;

/// <summary>
/// One part of OptOut.Local in a separate process, as <c>dotnet run --project functions/OptOut.Local -- PART</c> starts it.
/// </summary>
internal sealed class LocalProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output, _errors;

    private LocalProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static LocalProcess Start(params IEnumerable<string> arguments) => new(Process.Start(
        new ProcessStartInfo("dotnet", [typeof(Arguments).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    /// <summary>Waits until something listens on the port.</summary>
    public async Task ListensAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"The part ended with {_process.ExitCode}: {await _output}{await _errors}");
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    /// <summary>Kills the process with SIGKILL, so it cannot flush, finish or report anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }
}
