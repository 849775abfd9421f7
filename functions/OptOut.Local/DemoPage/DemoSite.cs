using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Local.Composition;
using OptOut.Local.Mailbox;
using OptOut.Platform;

namespace OptOut.Local.DemoPage;

/// <summary>Adds the demo page beside the functions on this machine. It does not exist in Azure.</summary>
internal static class DemoSite
{
    public static void Map(LocalSystem system, WebApplication app)
    {
        // Created after the host has started: only then are its settings validated, and the host reports errors in them best.
        var parts = new List<object>();
        var demo = new Lazy<DemoEndpoints>(() => Compose(system, app.Services, parts));
        DemoEndpoints.Map(app, () => demo.Value);

        app.Lifetime.ApplicationStarted.Register(() => _ = RegisterAsync(parts, demo, app.Lifetime.ApplicationStopping));
        app.Lifetime.ApplicationStopped.Register(() =>
        {
            foreach (var part in parts.OfType<IDisposable>())
                part.Dispose();
        });
    }

    private static DemoEndpoints Compose(LocalSystem system, IServiceProvider services, List<object> parts)
    {
        var sandbox = Add(new SandboxClient(system.Sandbox));
        var client = Add(ActivatorUtilities.CreateInstance<MailClient>(services));
        var people = Add(ActivatorUtilities.CreateInstance<DemoPeople>(services));
        return ActivatorUtilities.CreateInstance<DemoEndpoints>(
            services,
            people,
            sandbox,
            client,
            ActivatorUtilities.CreateInstance<PersonReader>(services, people, sandbox),
            ActivatorUtilities.CreateInstance<Backlog>(services),
            ActivatorUtilities.CreateInstance<ReconciliationRun>(services),
            ActivatorUtilities.CreateInstance<DemoDocuments>(services));

        T Add<T>(T part)
            where T : class
        {
            parts.Add(part);
            return part;
        }
    }

    // Registers the people early, so that the first page loads quickly. If the storage is unavailable, the first request retries.
    private static async Task RegisterAsync(List<object> parts, Lazy<DemoEndpoints> demo, CancellationToken stopping)
    {
        try
        {
            _ = demo.Value;
            await parts.OfType<DemoPeople>().Single().InboxAsync(stopping);
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException or OperationCanceledException)
        {
            // The page shows the outage itself.
        }
    }
}
