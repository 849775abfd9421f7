using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OptOut.Functions;

namespace OptOut.Tests.Worker;

/// <summary>
/// Runs the function app on the real Functions worker in a separate process. This class acts as the Functions host: it speaks the worker's
/// protocol and loads every function.
/// </summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly WebApplication _host;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> _awaited = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _writing = new(1);
    private readonly StringBuilder _console = new();
    private HttpResponse? _toWorker;
    private Process? _process;

    private WorkerProcess()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _host = builder.Build();
        _host.Run(StreamAsync);
    }

    /// <summary>Every function as the worker declares it: name, functionId, rawBindings.</summary>
    public IReadOnlyList<JsonNode> Functions { get; private set; } = [];

    /// <summary>The address where the worker accepts HTTP requests.</summary>
    public Uri HttpAddress { get; private set; } = new("http://127.0.0.1");

    /// <summary>The console output of the worker, which the host shows as its own under <c>func start</c>.</summary>
    public string Console
    {
        get
        {
            lock (_console)
                return _console.ToString();
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<WorkerProcess> StartAsync(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var worker = new WorkerProcess();
        try
        {
            await worker._host.StartAsync(Cancel);
            var started = worker.NextAsync("startStream");
            worker.StartProcess(new Uri(worker._host.Urls.Single()), settings);
            await started;
            await worker.LoadAsync();
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>The bindings of a function, the trigger first.</summary>
    public static IEnumerable<JsonNode> Bindings(JsonNode function) =>
        function["rawBindings"]!.AsArray().Select(b => JsonNode.Parse((string)b!)!);

    public static string NewInvocation() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();

    /// <summary>Runs a timer function and waits until it ends.</summary>
    /// <returns>The status: <c>Success</c>, <c>Failure</c> or <c>Cancelled</c>.</returns>
    public Task<string?> InvokeTimerAsync(string function) =>
        InvokeAsync(function, NewInvocation(), "timer", new() { ["json"] = """{"IsPastDue":false}""" }, []);

    /// <summary>
    /// Runs an HTTP function. Its request must be sent to the worker's own port with the header <c>x-ms-invocation-id</c>.
    /// </summary>
    /// <returns>The status, as for a timer.</returns>
    public Task<string?> InvokeHttpAsync(string function, string id, IEnumerable<(string Name, string Value)> route) =>
        InvokeAsync(function, id, "request", new() { ["http"] = new JsonObject() }, route);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process?.Dispose();
        await _host.DisposeAsync();
        _writing.Dispose();
    }

    private void StartProcess(Uri host, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        string[] arguments =
        [
            typeof(UnsubscribeFunctions).Assembly.Location, "--functions-uri", host.AbsoluteUri, "--functions-worker-id", "worker",
            "--functions-request-id", "request", "--functions-grpc-max-message-length", "2147483647",
        ];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = AppContext.BaseDirectory;
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Exited += (_, _) => Fail("The worker ended.");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Note(string? line)
    {
        lock (_console)
            _console.AppendLine(line);
    }

    private void Fail(string reason)
    {
        foreach (var (_, awaited) in _awaited)
            awaited.TrySetException(new InvalidOperationException($"{reason}\n{Console}"));
    }

    // Like the host: queries the worker's capabilities and its functions, then loads each function.
    private async Task LoadAsync()
    {
        var directory = AppContext.BaseDirectory;
        var init = new JsonObject { ["hostVersion"] = "4.1000.0", ["functionAppDirectory"] = directory };
        var ready = await RequestAsync("workerInitResponse", new() { ["workerInitRequest"] = init });
        HttpAddress = new Uri((string)ready["workerInitResponse"]!["capabilities"]!["HttpUri"]!);
        var directoryRequest = new JsonObject { ["functionAppDirectory"] = directory };
        var metadata = await RequestAsync("functionMetadataResponse", new() { ["functionsMetadataRequest"] = directoryRequest });
        Functions = [.. metadata["functionMetadataResponse"]!["functionMetadataResults"]!.AsArray().Select(f => f!)];
        foreach (var function in Functions)
        {
            var loading = (JsonObject)function.DeepClone();
            loading["bindings"] = new JsonObject(
                Bindings(function).Select(b => Named((string)b["name"]!, new() { ["type"] = (string)b["type"]! })));
            var load = new JsonObject { ["functionId"] = function["functionId"]!.DeepClone(), ["metadata"] = loading };
            var loaded = await RequestAsync($"functionLoadResponse {function["functionId"]}", new() { ["functionLoadRequest"] = load });
            Assert.Equal("Success", (string?)loaded["functionLoadResponse"]!["result"]!["status"]);
        }
    }

    private async Task<string?> InvokeAsync(
        string function, string id, string trigger, JsonObject data, IEnumerable<(string Name, string Value)> values)
    {
        var ended = await RequestAsync($"invocationResponse {id}", new JsonObject
        {
            ["invocationRequest"] = new JsonObject
            {
                ["invocationId"] = id,
                ["functionId"] = Functions.Single(f => (string)f["name"]! == function)["functionId"]!.DeepClone(),
                ["inputData"] = new JsonArray(new JsonObject { ["name"] = trigger, ["data"] = data }),
                ["triggerMetadata"] = new JsonObject(values.Select(v => Named(v.Name, new() { ["string"] = v.Value }))),
                ["traceContext"] = new JsonObject { ["traceParent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00" },
            },
        });
        return (string?)ended["invocationResponse"]!["result"]!["status"];
    }

    private static KeyValuePair<string, JsonNode?> Named(string name, JsonObject value) => new(name, value);

    private async Task<JsonObject> RequestAsync(string answer, JsonObject request)
    {
        var answered = NextAsync(answer);
        request["requestId"] = "request";
        await _writing.WaitAsync(Cancel);
        try
        {
            await _toWorker!.Body.WriteAsync(WorkerMessages.Write(request), Cancel);
            await _toWorker.Body.FlushAsync(Cancel);
        }
        finally
        {
            _writing.Release();
        }

        return await answered;
    }

    private async Task<JsonObject> NextAsync(string kind)
    {
        var source = _awaited.GetOrAdd(kind, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            return await source.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"The worker did not send {kind}.\n{Console}", e);
        }
        finally
        {
            _awaited.TryRemove(kind, out _);
        }
    }

    private async Task StreamAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.StartAsync();
        _toWorker = context.Response;
        while (await WorkerMessages.ReadAsync(context.Request.Body, context.RequestAborted) is { } message)
        {
            var kind = message.First(p => p.Key != "requestId").Key;
            var of = (string?)message[kind]!["invocationId"] ?? (string?)message[kind]!["functionId"];
            if (_awaited.TryGetValue(of is null ? kind : $"{kind} {of}", out var awaited))
                awaited.TrySetResult(message);
        }
    }
}
