using System.Globalization;

namespace OptOut.Judge.Faults;

/// <summary>
/// One instance of the functions, with proxies of its own to everything it uses, so that one can be cut off and the other not.
/// </summary>
internal sealed class FunctionsInstance : IAsyncDisposable
{
    private readonly string _clock;

    private FunctionsInstance(string name, int port, string clock, HttpProxy tables, int tablesPort, SystemPorts ports)
    {
        (Name, Port, _clock, Tables, TablesPort) = (name, port, clock, tables, tablesPort);
        (Blobs, Bus, Vendors) = (new TcpProxy(ports.Blobs), new TcpProxy(ports.Bus), new TcpProxy(ports.Vendors));
    }

    public string Name { get; }

    public int Port { get; }

    public HttpProxy Tables { get; }

    public int TablesPort { get; }

    public TcpProxy Blobs { get; }

    public TcpProxy Bus { get; }

    public TcpProxy Vendors { get; }

    public ProductProcess Process { get; private set; } = null!;

    public static async Task<FunctionsInstance> CreateAsync(string name, string local, string data, string logs, SystemPorts ports)
    {
        var (port, tablesPort) = (SystemPorts.Free(), SystemPorts.Free());
        var tables = await HttpProxy.StartAsync(tablesPort, () => [ports.Tables], keepConnections: true);
        var instance = new FunctionsInstance(name, port, Path.Combine(data, $"clock-{name}"), tables, tablesPort, ports);
        instance.Process = new ProductProcess(
            $"functions {name}",
            port,
            Path.Combine(logs, $"functions-{name}.log"),
            [
                "dotnet", local, "functions", "--port", Text(port), "--bus-port", Text(instance.Bus.Port),
                "--tables-port", Text(tablesPort), "--blobs-port", Text(instance.Blobs.Port), "--sandbox-port", Text(ports.Vendors),
                "--data", data, "--clock-file", instance._clock,
            ],
            await ProductSettings.ForAsync(ports, instance.Vendors.Port));
        return instance;
    }

    public Troubles Troubles(Link link) => link switch
    {
        Link.Tables => Tables.Troubles,
        Link.Blobs => Blobs.Troubles,
        Link.Bus => Bus.Troubles,
        Link.Vendors => Vendors.Troubles,
        _ => throw new ArgumentOutOfRangeException(nameof(link), link, "Not a connection of an instance."),
    };

    public void SetClock(TimeSpan offset)
    {
        File.WriteAllText(_clock + ".new", offset.TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
        File.Move(_clock + ".new", _clock, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Tables.DisposeAsync();
        await Blobs.DisposeAsync();
        await Bus.DisposeAsync();
        await Vendors.DisposeAsync();
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
