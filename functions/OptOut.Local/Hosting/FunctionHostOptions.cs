using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OptOut.Local.Hosting;

/// <summary>The settings of a <see cref="FunctionHost"/>.</summary>
internal sealed record FunctionHostOptions
{
    /// <summary>The assembly whose classes are searched for functions.</summary>
    public required Assembly Assembly { get; init; }

    /// <summary>The path of the host.json, the same file that Azure reads.</summary>
    public required string HostJsonPath { get; init; }

    /// <summary>Gives access to every HTTP function and /admin, as Azure's master key does.</summary>
    public required string MasterKey { get; init; }

    /// <summary>Gives access to the HTTP functions of <c>AuthorizationLevel.Function</c>, as Azure's host key does.</summary>
    public required string FunctionKey { get; init; }

    /// <summary>Returns false for a class of <see cref="Assembly"/> whose functions must not run.</summary>
    public Func<Type, bool> TypeFilter { get; init; } = static _ => true;

    public IPAddress ListenOn { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 picks a free one.</summary>
    public int Port { get; init; } = 7071;

    /// <summary>The app settings. %Name% in a trigger attribute is replaced by the setting of that name.</summary>
    public IConfiguration Configuration { get; init; } = new ConfigurationBuilder().Build();

    /// <summary>
    /// Registers the services that the function app's Program.cs registers. Service Bus functions also need a <c>ServiceBusClient</c>.
    /// </summary>
    public Action<IServiceCollection, IConfiguration>? ConfigureServices { get; init; }

    /// <summary>Null: one line per entry on the console.</summary>
    public Action<ILoggingBuilder>? ConfigureLogging { get; init; }

    /// <summary>Maps endpoints beside the functions, such as a page that exists on one machine only. They do not exist in Azure.</summary>
    public Action<WebApplication>? MapEndpoints { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long the host waits for running functions when it stops.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
