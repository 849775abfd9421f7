using System.Globalization;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Local.Commands;
using OptOut.Local.Composition;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Tests.CommandLine;
using OptOut.Tests.Infrastructure;
using OptOut.Tests.ServiceBus;

namespace OptOut.Tests.Demo;

/// <summary>
/// The settings file that <c>func start</c> needs on this machine. The tests do not run the Azure Functions Core Tools; they start the
/// product with the file instead.
/// </summary>
public sealed class SettingsCommandTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task The_product_starts_with_the_file_and_reaches_storage_and_bus()
    {
        var (tables, blobs, bus, sandbox) = (Free(), Free(), Free(), Free());
        string[] ports = [.. Ports(tables, blobs, bus, sandbox), "--port", "7391", "--data", _data.Path];
        await using var azurite = await PartAsync(["azurite", .. ports]);
        await using var broker = await PartAsync(["bus", .. ports]);
        await using var vendors = await PartAsync(["sandbox", .. ports]);
        var file = Path.Combine(_data.Path, "local.settings.json");
        using var output = new StringWriter();

        Assert.Equal(0, await WriteSettings.RunAsync(Line.Read(["settings", file, .. ports]), output, Cancel));

        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, Cancel));
        var values = json.RootElement
            .GetProperty("Values")
            .EnumerateObject()
            .ToDictionary(v => v.Name, v => v.Value.GetString(), StringComparer.Ordinal);
        Assert.False(json.RootElement.GetProperty("IsEncrypted").GetBoolean());
        Assert.Equal(7391, json.RootElement.GetProperty("Host").GetProperty("LocalHttpPort").GetInt32());
        Assert.Equal("dotnet-isolated", values["FUNCTIONS_WORKER_RUNTIME"]);
        Assert.Contains("UseDevelopmentEmulator=true", values[Topology.Connection], StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:7391/", values["OptOut__Links__BaseUrl"]);
        // The file has every connection that a trigger names and the host's own, and nothing from this process's environment.
        Assert.All(DeclaredFunctions.With<ServiceBusTriggerAttribute>(), f => Assert.Contains(f.Trigger.Connection!, values.Keys));
        Assert.All(
            values.Keys,
            name => Assert.Matches("^(FUNCTIONS_WORKER_RUNTIME|AzureWebJobsStorage|ServiceBus|OptOut__[A-Za-z0-9_-]+)$", name));

        // Read as the worker reads environment variables.
        var settings = new DeployedSettings(values.Select(v => KeyValuePair.Create(v.Key, v.Value!)), onAzure: false);
        var configuration = new ConfigurationBuilder().Add(settings).Build();
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddOptOut(configuration)
            .BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.Empty(settings.Unread);
        await services.GetRequiredService<StorageAccount>().PingAsync(Cancel);
        await using var receiver = services.GetRequiredService<ServiceBusClient>().CreateReceiver(Topology.BusTopic, Topology.Apply);
        Assert.Null(await receiver.PeekMessageAsync(cancellationToken: Cancel));
    }

    [Fact]
    public async Task Without_the_other_parts_it_says_which_to_start_and_writes_nothing()
    {
        var (tables, blobs, bus, sandbox) = (Free(), Free(), Free(), Free());
        string[] ports = [.. Ports(tables, blobs, bus, sandbox), "--data", _data.Path];
        await using var vendors = await PartAsync(["sandbox", .. ports]);
        var file = Path.Combine(_data.Path, "local.settings.json");

        var problem = await Assert.ThrowsAsync<OptOut.Local.CannotStartException>(
            () => WriteSettings.RunAsync(Line.Read(["settings", file, .. ports]), TextWriter.Null, Cancel));

        Assert.Equal($"The storage does not answer on ports {tables} and {blobs}. Start it first, with `azurite`.", problem.Message);
        Assert.False(File.Exists(file));
    }

    private static Task<LocalSystem> PartAsync(string[] line) =>
        LocalSystem.StartAsync(Line.Read(line), TextWriter.Null, mapEndpoints: null, configureLogging: null, Cancel);

    private static string[] Ports(int tables, int blobs, int bus, int sandbox) =>
        [
            .. new (string, int)[] { ("--tables-port", tables), ("--blobs-port", blobs), ("--bus-port", bus), ("--sandbox-port", sandbox) }
                .SelectMany(p => (string[])[p.Item1, p.Item2.ToString(CultureInfo.InvariantCulture)]),
        ];

    private static int Free()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
