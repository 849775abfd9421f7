using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.AspNetCore.Http;

namespace OptOut.Emulators.Sandbox.Registers;

/// <summary>
/// The do-not-call-me list and the Robinson list, and whoever fetches them each night and drops them in <c>vendor-lists</c>. A person registers by
/// <c>POST /sandbox/registers/add</c> and leaves by <c>remove</c>; either drops the list anew.
/// </summary>
internal sealed class RegistersSandbox : SandboxVendor
{
    private static readonly TimeSpan Nightly = TimeSpan.FromHours(12), Again = TimeSpan.FromSeconds(5);

    private readonly SandboxSetup _setup;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _dropping = new(1);
    private readonly SandboxFile<RegistersState> _file;
    private readonly RegistersState _state;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _nightly;

    public RegistersSandbox(SandboxSetup setup)
    {
        _setup = setup;
        _file = new SandboxFile<RegistersState>(setup.Folder, Name, RegistersJson.Default.RegistersState, _gate);
        _state = _file.Load() ?? new RegistersState();
        foreach (var list in RegisterList.All)
            _state.Lines.TryAdd(list.Name, []);
        _file.Keep(_state);
        _nightly = setup.Storage is null ? Task.CompletedTask : NightlyAsync();
    }

    public override string Name => "registers";

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) => RegisterList.All.SelectMany(l => l.Settings()).ToDictionary(StringComparer.Ordinal);

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => Task.FromResult(false);

    // {"register":"do-not-call","entry":"0470123456"}, {"register":"robinson","entry":"Kerkstraat;12;3;9000;Gent"}
    public override async Task<bool> TryHandleAsync(HttpContext context, string handle)
    {
        if (context.Request.Method != "POST" || handle is not ("add" or "remove" or "drop"))
            return false;
        var body = await SandboxJson.ReadAsync(context);
        if (RegisterList.All.FirstOrDefault(l => l.Name == Field("register")) is not { } list || (handle != "drop" && Field("entry") is not { Length: > 0 }))
        {
            await SandboxJson.ErrorAsync(context, 400, "give a register of do-not-call and robinson, and an entry: a number, or street;number;box;postcode;city");
            return true;
        }

        var file = handle switch
        {
            "add" => await AddAsync(list, Field("entry")!, context.RequestAborted),
            "remove" => await RemoveAsync(list, Field("entry")!, context.RequestAborted),
            _ => await DropAsync(list, context.RequestAborted),
        };
        await SandboxJson.WriteAsync(context, 200, new JsonObject { ["file"] = file });
        return true;

        string? Field(string name) => body?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    public override JsonNode Describe()
    {
        lock (_gate)
            return new JsonObject(_state.Lines.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)new JsonArray([.. l.Value.Select(line => new JsonObject { ["entry"] = line.Key, ["since"] = line.Value })]))));
    }

    /// <summary>Somebody registers.</summary>
    /// <param name="entry">As it stands in the list, without its date.</param>
    /// <returns>The file dropped; null when there is no storage.</returns>
    public Task<string?> AddAsync(RegisterList list, string entry, CancellationToken cancellationToken) =>
        ChangeAsync(list, lines => lines.TryAdd(entry, _setup.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), cancellationToken);

    /// <summary>Somebody leaves the register.</summary>
    public Task<string?> RemoveAsync(RegisterList list, string entry, CancellationToken cancellationToken) => ChangeAsync(list, lines => lines.Remove(entry), cancellationToken);

    /// <summary>Drops the list as it is: under a new name, then its digest, and only then the earlier ones go, so that at every moment one whole list is there.</summary>
    public async Task<string?> DropAsync(RegisterList list, CancellationToken cancellationToken)
    {
        if (_setup.Storage is null)
            return null;
        await _dropping.WaitAsync(cancellationToken);
        try
        {
            var container = new BlobContainerClient(_setup.Storage, "vendor-lists", new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            var name = string.Create(CultureInfo.InvariantCulture, $"{list.Name}-{_setup.Time.GetUtcNow().UtcTicks:D19}.csv");
            byte[] content;
            lock (_gate)
                content = list.ToFile(_state.Lines[list.Name].Select(line => $"{line.Key};{line.Value}"));
            await container.GetBlobClient($"{list.Name}/{name}").UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
            await container.GetBlobClient($"{list.Name}/{name}.sha256").UploadAsync(BinaryData.FromString($"{Convert.ToHexStringLower(SHA256.HashData(content))}  {name}\n"), overwrite: true, cancellationToken);
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{list.Name}/{list.Name}-", cancellationToken))
            {
                if (!blob.Name.StartsWith($"{list.Name}/{name}", StringComparison.Ordinal))
                    await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
            }

            return name;
        }
        finally
        {
            _dropping.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _nightly;
        await _file.DisposeAsync();
        _end.Dispose();
        _dropping.Dispose();
        await base.DisposeAsync();
    }

    private Task<string?> ChangeAsync(RegisterList list, Action<SortedDictionary<string, string>> change, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            change(_state.Lines[list.Name]);
            _file.Changed();
        }

        return DropAsync(list, cancellationToken);
    }

    private async Task NightlyAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                foreach (var list in RegisterList.All)
                    await DropAsync(list, _end.Token);
                await Task.Delay(Nightly, _setup.Time, _end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException)
            {
                // The storage is not there yet; whoever drops files comes back.
                await Task.Delay(Again, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

/// <summary>Each register's entries with the day of their registration.</summary>
internal sealed record RegistersState
{
    public SortedDictionary<string, SortedDictionary<string, string>> Lines { get; init; } = new(StringComparer.Ordinal);
}

[JsonSerializable(typeof(RegistersState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class RegistersJson : JsonSerializerContext;
