using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using OptOut.Local.Npm;
using OptOut.Platform;

namespace OptOut.Local.Azurite;

/// <summary>Azure's storage emulator (tables and blobs only) on 127.0.0.1. Dispose stops it after it has written its data.</summary>
internal sealed class AzuriteProcess : IAsyncDisposable
{
    /// <summary>The published key of every storage emulator. It gives access to this machine's emulator only.</summary>
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const string Name = "Azurite";
    private const string ExtraAccountPrefix = "extra";

    // In MB. A request allocates much that nobody needs after it; with Node's default, much of that is kept until a full collection.
    private const string YoungGeneration = "--max-semi-space-size=64";

    private static readonly string Manifests = Path.Combine(AppContext.BaseDirectory, Name);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private readonly AzuriteOptions _options;
    private readonly NodeJs _nodeJs;
    private readonly string _installation;
    private readonly TimeProvider _time;
    private readonly StringBuilder _errors = new();
    private Process? _process;

    private AzuriteProcess(AzuriteOptions options, NodeJs nodeJs, string installation, TimeProvider time) =>
        (_options, _nodeJs, _installation, _time) = (options, nodeJs, installation, time);

    public int TablePort { get; private set; }

    public int BlobPort { get; private set; }

    /// <summary>For the Azure.Data.Tables and Azure.Storage.Blobs clients.</summary>
    public string ConnectionString => ConnectionStringFor("devstoreaccount1");

    /// <summary>The id of the node process, for tests that kill it.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>
    /// Installs Azurite if this machine does not have it yet (about fifteen seconds, once), starts it and waits until it answers.
    /// </summary>
    /// <exception cref="CannotStartException">Node.js is missing or too old, a port is in use, or Azurite failed.</exception>
    public static async Task<AzuriteProcess> StartAsync(
        AzuriteOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        time ??= TimeProvider.System;
        var nodeJs = await NodeJs.FindAsync(options.SearchPath, cancellationToken);
        var installation = await NpmPackages.EnsureAsync(Name, Manifests, nodeJs, options.CacheFolder, time, cancellationToken);
        var azurite =
            new AzuriteProcess(options, nodeJs, installation, time) { TablePort = options.TablePort, BlobPort = options.BlobPort };
        await azurite.StartAgainAsync(cancellationToken);
        return azurite;
    }

    /// <summary>The connection string of an Azurite that another process started on these ports.</summary>
    public static string ConnectionStringAt(int tablePort, int blobPort, string account = "devstoreaccount1") => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={Key};"
        + $"TableEndpoint=http://127.0.0.1:{tablePort}/{account};BlobEndpoint=http://127.0.0.1:{blobPort}/{account};");

    /// <summary>The connection string of one of the <see cref="AzuriteOptions.ExtraAccounts"/>, counted from 0.</summary>
    public string ConnectionStringOf(int extraAccount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(extraAccount);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(extraAccount, _options.ExtraAccounts);
        return ConnectionStringFor(string.Create(CultureInfo.InvariantCulture, $"{ExtraAccountPrefix}{extraAccount}"));
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, on the same ports and with the same data.</summary>
    /// <exception cref="CannotStartException">A port is in use, or Azurite failed.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not null)
            throw new InvalidOperationException("Azurite is already running; stop it first.");
        if (!_options.InMemory)
            Directory.CreateDirectory(_options.DataFolder);
        _errors.Clear();
        var process = Process.Start(StartInfo())!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
                _errors.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        try
        {
            (TablePort, BlobPort) = await ReadPortsAsync(process, cancellationToken);
            _process = process;
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Stops it after it has written its data, to simulate an outage of the storage account. Does nothing if it is already stopped.
    /// </summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        using (process)
        {
            try
            {
                await process.StandardInput.WriteLineAsync("stop");
                await process.StandardInput.FlushAsync();
            }
            catch (IOException)
            {
                // The process had already ended.
            }

            using var limit = _time.Limit(StopTimeout);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private ProcessStartInfo StartInfo()
    {
        var options = JsonSerializer.Serialize(new
        {
            dataFolder = Path.GetFullPath(_options.DataFolder),
            tablePort = TablePort,
            blobPort = BlobPort,
            inMemory = _options.InMemory,
            outlivesParent = _options.OutlivesParent,
            extraAccounts = _options.ExtraAccounts,
            extraAccountPrefix = ExtraAccountPrefix,
            key = Key,
        });
        return new ProcessStartInfo(_nodeJs.Node, [YoungGeneration, Path.Combine(Manifests, "azurite.mjs"), _installation, options])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    private async Task<(int Tables, int Blobs)> ReadPortsAsync(Process process, CancellationToken cancellationToken)
    {
        if (await process.StandardOutput.ReadLineAsync(cancellationToken) is not { } line)
        {
            await process.WaitForExitAsync(cancellationToken);
            throw new CannotStartException(
                $"Azurite exited during start with code {process.ExitCode}. Its output:{Environment.NewLine}{Errors()}");
        }

        using var answer = JsonDocument.Parse(line);
        if (answer.RootElement.TryGetProperty("inUse", out var inUse))
        {
            var port = inUse.GetInt32();
            var (what, option) = port == TablePort ? ("tables", "--tables-port") : ("blobs", "--blobs-port");
            throw new CannotStartException(
                $"Port {port}, for {what}, is in use on this machine. Stop what uses it, or "
                    + $"choose another with {option} (0 picks a free one).");
        }

        return (answer.RootElement.GetProperty("tables").GetInt32(), answer.RootElement.GetProperty("blobs").GetInt32());
    }

    private string Errors()
    {
        lock (_errors)
            return _errors.ToString().Trim();
    }

    private string ConnectionStringFor(string account) => ConnectionStringAt(TablePort, BlobPort, account);
}
