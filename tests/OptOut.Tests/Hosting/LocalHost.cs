using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Local.Hosting;

namespace OptOut.Tests.Hosting;

/// <summary>A function host on a free port, for the functions of one test class, with its log.</summary>
internal sealed class LocalHost(FunctionHost host, ConcurrentQueue<string> log) : IAsyncDisposable
{
    public const string MasterKey = "master-key";
    public const string FunctionKey = "function-key";

    public FunctionHost Host { get; } = host;

    public IReadOnlyCollection<string> Log => log;

    public HttpClient Client { get; } = new() { BaseAddress = host.Address };

    public static async Task<LocalHost> StartAsync(
        Type functions, Func<FunctionHostOptions, FunctionHostOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var log = new ConcurrentQueue<string>();
        var options = Options(functions) with
        {
            ConfigureServices = (registered, _) => services?.Invoke(registered),
            ConfigureLogging = logging => logging.AddProvider(new Lines(log)),
        };
        return new LocalHost(
            await FunctionHost.StartAsync(configure?.Invoke(options) ?? options, TestContext.Current.CancellationToken), log);
    }

    /// <param name="functions">A class with functions, or a class that contains such classes.</param>
    public static FunctionHostOptions Options(Type functions) => new()
    {
        Assembly = functions.Assembly,
        TypeFilter = type => type == functions || type.DeclaringType == functions,
        HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
        MasterKey = MasterKey,
        FunctionKey = FunctionKey,
        Port = 0,
    };

    public async Task<(int Status, string Body)> Send(string method, string path, string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
    }

    private sealed class Lines(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" <- {exception.GetType().Name}")}");

        public void Dispose()
        {
        }
    }
}
