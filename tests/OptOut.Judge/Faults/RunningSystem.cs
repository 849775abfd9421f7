using System.Globalization;

namespace OptOut.Judge.Faults;

/// <summary>The whole product in processes of its own: storage, bus, vendors, and two instances of the functions behind a proxy.</summary>
internal sealed class RunningSystem : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private readonly ProductProcess _bus, _storage, _vendors;
    private readonly List<FunctionsInstance> _instances = [];
    private HttpProxy? _front;
    private int _turn;

    private RunningSystem(string local, string folder)
    {
        (Data, Logs, Ports) = (Path.Combine(folder, "data"), Path.Combine(folder, "logs"), SystemPorts.Find());
        Directory.CreateDirectory(Logs);
        Directory.CreateDirectory(Data);
        _bus = Part(Parts.Bus, "bus", Ports.Bus);
        _storage = Part(Parts.Storage, "azurite", Ports.Tables);
        _vendors = Part(Parts.Vendors, "sandbox", Ports.Vendors);

        ProductProcess Part(string name, string command, int port) => new(
            name,
            port,
            Path.Combine(Logs, name + ".log"),
            [
                "dotnet", local, command, "--port", Text(Ports.Functions), "--bus-port", Text(Ports.Bus),
                "--tables-port", Text(Ports.Tables), "--blobs-port", Text(Ports.Blobs), "--sandbox-port", Text(Ports.Vendors),
                "--data", Data,
            ],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_TieredPGO"] = "0" });
    }

    public SystemPorts Ports { get; }

    public string Data { get; }

    public string Logs { get; }

    public IReadOnlyList<FunctionsInstance> Instances => _instances;

    public ProductProcess Bus => _bus;

    public Troubles Clients => _front!.Troubles;

    public HttpProxy Front => _front!;

    public IEnumerable<ProductProcess> Processes => [_storage, _bus, _vendors, .. _instances.Select(i => i.Process)];

    public SystemUnderTest Addresses => new()
    {
        Functions = new Uri(FormattableString.Invariant($"http://127.0.0.1:{Ports.Functions}")),
        Vendors = new Uri(FormattableString.Invariant($"http://127.0.0.1:{Ports.Vendors}")),
        Storage = FormattableString.Invariant($"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={EmulatorKey};")
            + FormattableString.Invariant($"TableEndpoint=http://127.0.0.1:{Ports.Tables}/devstoreaccount1;")
            + FormattableString.Invariant($"BlobEndpoint=http://127.0.0.1:{Ports.Blobs}/devstoreaccount1;"),
        Bus = FormattableString.Invariant(
            $"Endpoint=sb://127.0.0.1:{Ports.Bus};SharedAccessKeyName=local;SharedAccessKey=eA==;UseDevelopmentEmulator=true"),
        FunctionKey = "local",
        MasterKey = "local-master",
        Data = Data,
    };

    // The published key of every storage emulator.
    private const string EmulatorKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /// <param name="local">The path of OptOut.Local.dll.</param>
    /// <param name="folder">Gets the folders <c>data</c> and <c>logs</c>.</param>
    public static async Task<RunningSystem> StartAsync(string local, string folder)
    {
        var system = new RunningSystem(local, folder);
        try
        {
            await Task.WhenAll(system.Processes.Select(p => p.StartAsync()));
            foreach (var process in system.Processes)
                await process.ServesAsync(StartLimit);
            foreach (var name in Parts.Instances)
                system._instances.Add(await FunctionsInstance.CreateAsync(name, local, system.Data, system.Logs, system.Ports));
            system._front = await HttpProxy.StartAsync(system.Ports.Functions, system.InTurn, keepConnections: false);
            // One after the other: the first writes the keys of the installation.
            foreach (var instance in system.Instances)
            {
                await instance.Process.StartAsync();
                await instance.Process.ServesAsync(StartLimit);
            }

            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public ProductProcess Process(string part) => part switch
    {
        Parts.Bus => _bus,
        Parts.Storage => _storage,
        Parts.Vendors => _vendors,
        _ => Instance(part).Process,
    };

    public FunctionsInstance Instance(string name) => _instances.Single(i => i.Name == name);

    /// <summary>Everything runs, and nothing is frozen.</summary>
    public async Task HealAsync()
    {
        foreach (var instance in _instances)
            instance.SetClock(TimeSpan.Zero);
        foreach (var process in Processes)
        {
            process.Thaw();
            await process.StartAsync();
        }

        foreach (var process in Processes)
            await process.ServesAsync(StartLimit);
    }

    public async ValueTask DisposeAsync()
    {
        if (_front is not null)
            await _front.DisposeAsync();
        foreach (var instance in _instances)
            await instance.DisposeAsync();
        foreach (var process in (ProductProcess[])[_vendors, _bus, _storage])
            await process.DisposeAsync();
    }

    // Every other request begins with the other instance.
    private IEnumerable<int> InTurn()
    {
        var first = (Interlocked.Increment(ref _turn) & 1) == 0;
        return first ? [_instances[0].Port, _instances[1].Port] : [_instances[1].Port, _instances[0].Port];
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
