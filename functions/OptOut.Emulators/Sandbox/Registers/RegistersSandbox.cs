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
/// Emulates the do-not-call-me list and the Robinson list, and the job that fetches them each night and drops them in
/// <c>vendor-lists</c>. A person registers with <c>POST /sandbox/registers/add</c> and leaves with <c>remove</c>; both drop the list
/// again.
/// </summary>
internal sealed class RegistersSandbox : SandboxVendor
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(12), RetryDelay = TimeSpan.FromSeconds(5);

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
        _file.StartSaving(_state);
        _nightly = setup.Storage is null ? Task.CompletedTask : NightlyAsync();
    }

    public override string Name => "registers";

    public override IReadOnlyDictionary<string, string> Settings(Uri sandbox) =>
        RegisterList.All.SelectMany(l => l.Settings()).ToDictionary(StringComparer.Ordinal);

    public override Task<bool> TryAnswerAsync(HttpContext context, string[] path) => Task.FromResult(false);

    // {"register":"do-not-call","entry":"0470123456"}, {"register":"robinson","entry":"Kerkstraat;12;3;9000;Gent"}
    public override async Task<bool> TryControlAsync(HttpContext context, string control)
    {
        if (context.Request.Method != "POST" || control is not ("add" or "remove" or "drop"))
            return false;
        var body = await SandboxJson.ReadAsync(context);
        if (RegisterList.All.FirstOrDefault(l => l.Name == Field("register")) is not { } list
            || (control != "drop" && Field("entry") is not { Length: > 0 }))
        {
            await SandboxJson.ErrorAsync(
                context, 400, "give a register (do-not-call or robinson) and an entry: a number, or street;number;box;postcode;city");
            return true;
        }

        var file = control switch
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
        {
            return new JsonObject(_state.Lines.Select(l => KeyValuePair.Create(
                l.Key,
                (JsonNode?)new JsonArray([.. l.Value.Select(line => new JsonObject { ["entry"] = line.Key, ["since"] = line.Value })]))));
        }
    }

    /// <summary>A person registers.</summary>
    /// <param name="entry">The entry as written in the list, without its date.</param>
    /// <returns>The name of the dropped file; null if there is no storage.</returns>
    public Task<string?> AddAsync(RegisterList list, string entry, CancellationToken cancellationToken) =>
        ChangeAsync(
            list,
            lines => lines.TryAdd(entry, _setup.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            cancellationToken);

    /// <summary>A person leaves the register.</summary>
    public Task<string?> RemoveAsync(RegisterList list, string entry, CancellationToken cancellationToken) =>
        ChangeAsync(list, lines => lines.Remove(entry), cancellationToken);

    /// <summary>
    /// Uploads the list under a new name, then its digest, and only then deletes the earlier files, so that one complete list exists at
    /// any time.
    /// </summary>
    public async Task<string?> DropAsync(RegisterList list, CancellationToken cancellationToken)
    {
        if (_setup.Storage is null)
            return null;
        await _dropping.WaitAsync(cancellationToken);
        try
        {
            var container = new BlobContainerClient(
                _setup.Storage, "vendor-lists", new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            var name = string.Create(CultureInfo.InvariantCulture, $"{list.Name}-{_setup.Time.GetUtcNow().UtcTicks:D19}.csv");
            byte[] content;
            lock (_gate)
                content = list.ToFile(_state.Lines[list.Name].Select(line => $"{line.Key};{line.Value}"));
            await container
                .GetBlobClient($"{list.Name}/{name}")
                .UploadAsync(BinaryData.FromBytes(content), overwrite: true, cancellationToken);
            await container
                .GetBlobClient($"{list.Name}/{name}.sha256")
                .UploadAsync(
                    BinaryData.FromString($"{Convert.ToHexStringLower(SHA256.HashData(content))}  {name}\n"),
                    overwrite: true,
                    cancellationToken);
            await foreach (var blob in container.GetBlobsAsync(
                BlobTraits.None, BlobStates.None, $"{list.Name}/{list.Name}-", cancellationToken))
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

    private Task<string?> ChangeAsync(
        RegisterList list, Action<SortedDictionary<string, string>> change, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            change(_state.Lines[list.Name]);
            _file.MarkChanged();
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
                await Task.Delay(Interval, _setup.Time, _end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException)
            {
                // The storage is not available yet; try again later.
                await Task.Delay(RetryDelay, TimeProvider.System, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}

/// <summary>The entries of each register, with their registration date.</summary>
internal sealed record RegistersState
{
    public SortedDictionary<string, SortedDictionary<string, string>> Lines { get; init; } = new(StringComparer.Ordinal);
}

[JsonSerializable(typeof(RegistersState))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class RegistersJson : JsonSerializerContext;
