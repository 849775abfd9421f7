using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.ServiceBus;
using OptOut.Functions;
using OptOut.Local.Azurite;
using OptOut.Local.CommandLine;
using OptOut.Local.Hosting;
using OptOut.Messaging;

namespace OptOut.Local.Composition;

/// <summary>The parts of the pipeline that run in this process, started in the order of their dependencies.</summary>
internal sealed class LocalSystem : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _running = new();
    private readonly Arguments _arguments;
    private readonly TextWriter _console;

    private LocalSystem(Arguments arguments, TextWriter console) => (_arguments, _console) = (arguments, console);

    /// <summary>Null when the functions run elsewhere.</summary>
    public FunctionHost? Functions { get; private set; }

    /// <summary>The address of the vendor sandbox, in this process or elsewhere.</summary>
    public Uri Sandbox { get; private set; } = new("http://127.0.0.1");

    /// <summary>Null when the vendor sandbox runs elsewhere.</summary>
    public VendorSandbox? Vendors { get; private set; }

    /// <param name="arguments">Which parts run, and on which ports.</param>
    /// <param name="console">Gets a line for each part that has started.</param>
    /// <param name="mapEndpoints">Maps endpoints beside the functions.</param>
    /// <param name="configureLogging">Null: one line per entry on the console.</param>
    /// <exception cref="CannotStartException">A part cannot start; the parts that had started were stopped again.</exception>
    public static async Task<LocalSystem> StartAsync(
        Arguments arguments,
        TextWriter console,
        Action<LocalSystem, WebApplication>? mapEndpoints,
        Action<ILoggingBuilder>? configureLogging,
        CancellationToken cancellationToken)
    {
        var system = new LocalSystem(arguments, console);
        try
        {
            await system.StartPartsAsync(mapEndpoints, configureLogging, cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var part))
            await part.DisposeAsync();
    }

    private bool Runs(Part part) =>
        _arguments.Part == part || (_arguments.Part is Part.All or Part.Demo && !_arguments.ExternalParts.Contains(part));

    // Port 0 means a free port, which only the part itself can choose: it is unknown when the part runs elsewhere.
    private void CheckPorts()
    {
        foreach (var (part, option, port) in new[]
        {
            (Part.Azurite, "--tables-port", _arguments.TablesPort), (Part.Azurite, "--blobs-port", _arguments.BlobsPort),
            (Part.Bus, "--bus-port", _arguments.BusPort), (Part.Sandbox, "--sandbox-port", _arguments.SandboxPort),
        })
        {
            if (port == 0 && Runs(Part.Functions) && !Runs(part))
                throw new CannotStartException($"{option} is 0, but that part runs elsewhere. Give the port it listens on.");
        }
    }

    private async Task StartPartsAsync(
        Action<LocalSystem, WebApplication>? mapEndpoints, Action<ILoggingBuilder>? configureLogging, CancellationToken cancellationToken)
    {
        CheckPorts();
        // The sandbox needs the functions' address before they listen.
        var functionPort = _arguments.Port == 0 && Runs(Part.Functions) ? FreePort.Find() : _arguments.Port;
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{functionPort}"));

        var storage = AzuriteProcess.ConnectionStringAt(_arguments.TablesPort, _arguments.BlobsPort);
        if (Runs(Part.Azurite))
        {
            var azurite = Track(await AzuriteProcess.StartAsync(
                new AzuriteOptions { DataFolder = Folder("storage"), TablePort = _arguments.TablesPort, BlobPort = _arguments.BlobsPort },
                cancellationToken: cancellationToken));
            storage = azurite.ConnectionString;
            await ReportAsync("storage", $"Azurite, tables on 127.0.0.1:{azurite.TablePort}, blobs on 127.0.0.1:{azurite.BlobPort}");
        }

        var bus = EmbeddedServiceBus.ConnectionStringAt(_arguments.BusPort);
        if (Runs(Part.Bus))
        {
            var embedded = Track(await StartBusAsync(cancellationToken));
            bus = embedded.ConnectionString;
            await ReportAsync("bus", $"Service Bus (AMQP 1.0) on 127.0.0.1:{embedded.Port}, topic {Topology.BusTopic}");
        }

        Sandbox = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_arguments.SandboxPort}"));
        if (Runs(Part.Sandbox))
        {
            var sandbox = Track(await StartSandboxAsync(address, storage, cancellationToken));
            (Vendors, Sandbox) = (sandbox, sandbox.BaseAddress);
            await ReportAsync("vendors", $"the vendor sandbox, {Sandbox}sandbox/state");
        }

        if (Runs(Part.Functions))
        {
            Functions = Track(await StartFunctionsAsync(address, storage, bus, mapEndpoints, configureLogging, cancellationToken));
            await ReportAsync("functions", Functions.Address.ToString());
        }
    }

    private async Task<EmbeddedServiceBus> StartBusAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await EmbeddedServiceBus.StartAsync(
                new EmbeddedServiceBusOptions
                {
                    Port = _arguments.BusPort,
                    DataFolder = Folder("bus"),
                    Topics =
                    [
                        new TopicDefinition(
                            Topology.BusTopic,
                            [.. Topology.Subscriptions.Select(s => new Emulators.ServiceBus.SubscriptionDefinition(s.Name)
                            {
                                Rules = [new SqlRule(s.Filter)],
                                LockDuration = Topology.LockDuration,
                                MaxDeliveryCount = Topology.MaxDeliveryCount,
                            })])
                        {
                            DuplicateWindow = Topology.DuplicateWindow,
                        },
                    ],
                },
                cancellationToken);
        }
        catch (IOException problem) when (problem.InnerException is SocketException)
        {
            throw new CannotStartException(
                $"Port {_arguments.BusPort}, for the Service Bus, is in use on this machine. Stop what uses it, or choose another "
                    + "with --bus-port (0 picks a free one).",
                problem);
        }
    }

    private async Task<VendorSandbox> StartSandboxAsync(Uri functions, string storage, CancellationToken cancellationToken)
    {
        try
        {
            return await VendorSandbox.StartAsync(
                new VendorSandboxOptions
                {
                    Port = _arguments.SandboxPort,
                    Folder = Folder("sandbox"),
                    Functions = functions,
                    Storage = storage,
                    SendGridGroups = LocalSettings.SendGridGroups,
                },
                cancellationToken);
        }
        catch (IOException problem)
        {
            throw new CannotStartException(
                $"Port {_arguments.SandboxPort}, for the vendor sandbox, is in use on this machine. Stop what uses it, or choose "
                    + "another with --sandbox-port (0 picks a free one).",
                problem);
        }
    }

    private async Task<FunctionHost> StartFunctionsAsync(
        Uri address,
        string storage,
        string bus,
        Action<LocalSystem, WebApplication>? mapEndpoints,
        Action<ILoggingBuilder>? configureLogging,
        CancellationToken cancellationToken)
    {
        var settings = LocalSettings.Build(
            LocalKeys.LoadOrCreate(_arguments.DataFolder),
            address,
            storage,
            bus,
            await SandboxSettings.FetchAsync(Sandbox, TimeProvider.System, cancellationToken));
        var host = await FunctionHost.StartAsync(
            new FunctionHostOptions
            {
                Assembly = typeof(UnsubscribeFunctions).Assembly,
                HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
                FunctionKey = LocalKeys.FunctionKey,
                MasterKey = LocalKeys.MasterKey,
                Port = address.Port,
                Configuration = settings,
                ConfigureServices = (services, configuration) =>
                {
                    services.AddOptOut(configuration);
                    services.AddLocalTelemetry(configuration);
                    services.AddHostedService<StorageSetup>();
                },
                ConfigureLogging = configureLogging,
                MapEndpoints = app => mapEndpoints?.Invoke(this, app),
                Time = _arguments.ClockFile is { } clock ? new FileClock(clock) : TimeProvider.System,
            },
            cancellationToken);
        return host;
    }

    private T Track<T>(T part)
        where T : IAsyncDisposable
    {
        _running.Push(part);
        return part;
    }

    private string Folder(string part) => Directory.CreateDirectory(Path.Combine(_arguments.DataFolder, part)).FullName;

    private Task ReportAsync(string part, string what) => _console.WriteLineAsync($"  {part,-11}{what}");
}
