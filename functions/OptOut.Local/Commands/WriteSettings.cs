using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OptOut.Emulators.ServiceBus;
using OptOut.Local.Azurite;
using OptOut.Local.CommandLine;
using OptOut.Local.Composition;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;

namespace OptOut.Local.Commands;

/// <summary>
/// Prepares <c>func start</c>: writes <c>local.settings.json</c> for the parts that run on this machine, and creates the tables and
/// containers, which the templates create in Azure.
/// https://learn.microsoft.com/azure/azure-functions/functions-develop-local#local-settings-file
/// </summary>
internal static class WriteSettings
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true };

    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, CancellationToken stop)
    {
        var storage = AzuriteProcess.ConnectionStringAt(arguments.TablesPort, arguments.BlobsPort);
        var settings = LocalSettings.Build(
            LocalKeys.LoadOrCreate(arguments.DataFolder),
            At(arguments.Port),
            storage,
            EmbeddedServiceBus.ConnectionStringAt(arguments.BusPort),
            await SandboxSettings.FetchAsync(At(arguments.SandboxPort), TimeProvider.System, stop));
        await CreateStorageAsync(storage, arguments, stop);

        // Only our own settings: other environment variables do not belong in the file.
        var values = settings.AsEnumerable()
            .Where(
                s => s.Value is not null
                    && (s.Key == Topology.Connection || s.Key.StartsWith("OptOut:", StringComparison.OrdinalIgnoreCase)))
            .OrderBy(s => s.Key, StringComparer.Ordinal)
            .Prepend(new("AzureWebJobsStorage", storage))
            .Prepend(new("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated"));
        await WriteAsync(arguments.File!, values, arguments.Port);
        await output.WriteLineAsync(
            $"{arguments.File} was written, and the tables and containers exist. The file contains this machine's keys; "
                + "git ignores files named local.settings.json.");
        return 0;
    }

    private static Uri At(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    private static async Task CreateStorageAsync(string storage, Arguments arguments, CancellationToken stop)
    {
        try
        {
            var options = Options.Create(new StorageOptions { ConnectionString = storage });
            var credential = new Lazy<TokenCredential>(() => new DefaultAzureCredential());
            await new StorageAccount(options, credential, NullLogger<StorageAccount>.Instance, []).EnsureCreatedAsync(stop);
        }
        catch (StoreUnavailableException unavailable)
        {
            throw new CannotStartException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The storage does not answer on ports {arguments.TablesPort} and "
                        + $"{arguments.BlobsPort}. Start it first, with `azurite`."),
                unavailable);
        }
    }

    // The worker receives the settings as environment variables, whose names cannot contain a colon.
    private static async Task WriteAsync(string path, IEnumerable<KeyValuePair<string, string?>> values, int port)
    {
        using var bytes = new MemoryStream();
        await using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteBoolean("IsEncrypted", false);
            json.WriteStartObject("Values");
            foreach (var (name, value) in values)
                json.WriteString(name.Replace(":", "__", StringComparison.Ordinal), value);
            json.WriteEndObject();
            json.WriteStartObject("Host");
            json.WriteNumber("LocalHttpPort", port);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        try
        {
            await File.WriteAllTextAsync(path, Encoding.UTF8.GetString(bytes.ToArray()) + "\n");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new CannotStartException($"{path} cannot be written: {refused.Message}", refused);
        }
    }
}
