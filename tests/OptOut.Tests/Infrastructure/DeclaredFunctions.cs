using Microsoft.Azure.Functions.Worker;
using OptOut.Functions;
using OptOut.Local.Hosting;

namespace OptOut.Tests.Infrastructure;

/// <summary>The functions that the attributes of the function app declare.</summary>
internal static class DeclaredFunctions
{
    public static IReadOnlyList<FunctionDeclaration> All { get; } = FunctionDiscovery.Find(
        typeof(UnsubscribeFunctions).Assembly, _ => true, new StartupErrors());

    public static IEnumerable<(string Name, T Trigger)> With<T>()
        where T : Attribute => All.Where(f => f.Trigger is T).Select(f => (f.Name, (T)f.Trigger));

    /// <summary>A path for each HTTP function, with each parameter replaced by its name.</summary>
    public static IEnumerable<string> Paths => With<HttpTriggerAttribute>().Select(
        f => "/" + f.Trigger.Route!.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal));
}
