using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>What <see cref="FunctionHost"/> runs, and how.</summary>
internal sealed record FunctionHostOptions
{
    /// <summary>Whose classes are searched for functions.</summary>
    public required Assembly Assembly { get; init; }

    /// <summary>The host.json that Azure reads too.</summary>
    public required string HostJsonPath { get; init; }

    /// <summary>Opens every HTTP function and /admin, as Azure's master key does.</summary>
    public required string MasterKey { get; init; }

    /// <summary>Opens the HTTP functions of <c>AuthorizationLevel.Function</c>, as Azure's host key does.</summary>
    public required string FunctionKey { get; init; }

    /// <summary>Leaves classes of <see cref="Assembly"/> out.</summary>
    public Func<Type, bool> Including { get; init; } = static _ => true;

    public IPAddress ListenOn { get; init; } = IPAddress.Loopback;

    /// <summary>0: a free port.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>The app settings; %Name% in a trigger is looked up here.</summary>
    public IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>What the function app's Program.cs registers. Service Bus functions also need a <c>ServiceBusClient</c>.</summary>
    public Action<IServiceCollection, IConfiguration>? ConfigureServices { get; init; }

    /// <summary>Null: one line per entry on the console.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>Endpoints beside the functions, such as a page that exists on one machine only. Azure does not run them.</summary>
    public Action<WebApplication>? MapEndpoints { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long running functions get to finish when the host stops.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
