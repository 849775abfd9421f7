using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Platform;

namespace OptOut.Local.Hosting;

/// <summary>Runs an assembly's functions on this machine as the Azure host does. Dispose waits for running functions to finish.</summary>
internal sealed class FunctionHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly BusFunctions _bus;
    private readonly TimerFunctions _timers;
    private readonly TimeSpan _drainTimeout;

    private FunctionHost(WebApplication app, BusFunctions bus, TimerFunctions timers, TimeSpan drainTimeout) =>
        (_app, _bus, _timers, _drainTimeout) = (app, bus, timers, drainTimeout);

    /// <summary>The address it listens on, with the actual port.</summary>
    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public IServiceProvider Services => _app.Services;

    /// <exception cref="CannotStartException">The functions have errors (the message lists all of them), an option is invalid, or the
    /// port is in use.</exception>
    public static async Task<FunctionHost> StartAsync(FunctionHostOptions options, CancellationToken cancellationToken = default)
    {
        var errors = new StartupErrors();
        var hostJson = HostJson.Read(options.HostJsonPath, errors);
        var functions = FunctionDiscovery.Find(options.Assembly, options.TypeFilter, errors);
        var app = Build(options);
        try
        {
            var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Functions");
            var keys = new FunctionKeys(options.MasterKey, options.FunctionKey);
            new HttpFunctions(hostJson, keys, errors, log).Map(app, WithTrigger<HttpTriggerAttribute>(functions));
            var bus = new BusFunctions(
                WithTrigger<ServiceBusTriggerAttribute>(functions), hostJson, app.Configuration, app.Services, options.Time, errors, log);
            var timers = new TimerFunctions(
                WithTrigger<TimerTriggerAttribute>(functions), app.Configuration, app.Services, options.Time, errors, log);
            AdminEndpoints.Map(app, functions, timers, keys);
            options.MapEndpoints?.Invoke(app);
            errors.ThrowIfAny();

            await ListenAsync(app, options, cancellationToken);
            log.Found(functions.Count, string.Join(", ", functions.Select(function => function.Name)));
            await bus.StartAsync(cancellationToken);
            timers.Start();
            return new FunctionHost(app, bus, timers, options.DrainTimeout);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a timer function now and waits until it ends; <c>POST /admin/functions/{name}</c> does not wait.</summary>
    /// <returns>False if it threw; the exception is logged.</returns>
    /// <exception cref="ArgumentException">No timer function has this name.</exception>
    public Task<bool> RunTimerAsync(string name) =>
        _timers.TryRun(name, out var run) ? run : throw new ArgumentException($"No timer function is named {name}.", nameof(name));

    public async ValueTask DisposeAsync()
    {
        using var limit = TimeProvider.System.Limit(_drainTimeout);
        await Task.WhenAll(_app.StopAsync(limit.Token), _bus.StopAsync(_drainTimeout), _timers.StopAsync(_drainTimeout));
        _timers.Dispose();
        await _app.DisposeAsync();
    }

    private static IEnumerable<FunctionDeclaration> WithTrigger<TTrigger>(IEnumerable<FunctionDeclaration> functions) =>
        functions.Where(function => function.Trigger is TTrigger);

    // An empty builder: no ASPNETCORE_URLS, appsettings.json or default middleware of this machine may make it differ from Azure.
    private static WebApplication Build(FunctionHostOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = options.Assembly.GetName().Name });
        builder.Configuration.AddConfiguration(options.Configuration);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.ListenOn, options.Port);
        });
        builder.Host.UseDefaultServiceProvider(provider => provider.ValidateScopes = provider.ValidateOnBuild = true);
        if (options.ConfigureLogging is { } configure)
        {
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning).Services.AddLogging(configure);
        }
        else
        {
            builder.Logging
                .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "))
                .AddFilter("Microsoft", LogLevel.Warning)
                .AddFilter("Azure", LogLevel.Warning);
        }

        builder.Services.AddRouting();
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.All;
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
        });
        builder.Services.AddSingleton(options.Time);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.DrainTimeout);
        options.ConfigureServices?.Invoke(builder.Services, builder.Configuration);
        var app = builder.Build();
        app.Use(WithoutForwardedHeaders);
        app.UseForwardedHeaders();
        return app;
    }

    // Azure's host overwrites these headers of the caller, and the worker removes them: their values never reach a function.
    private static Task WithoutForwardedHeaders(HttpContext context, RequestDelegate next)
    {
        foreach (var header in (string[])["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"])
            context.Request.Headers.Remove(header);
        return next(context);
    }

    private static async Task ListenAsync(WebApplication app, FunctionHostOptions options, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException refused)
            when (refused.InnerException is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
        {
            throw new CannotStartException(
                $"Port {options.Port}, for the functions, is in use on this machine. "
                    + "Stop what uses it, or choose another with --port (0 picks a free one).",
                refused);
        }
        catch (OptionsValidationException invalid)
        {
            throw new CannotStartException(
                string.Join('\n', invalid.Failures.Select(failure => "- " + failure).Prepend("The settings are invalid:")), invalid);
        }
    }
}
