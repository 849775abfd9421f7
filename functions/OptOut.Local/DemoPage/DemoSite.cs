using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Local.Composition;
using OptOut.Local.Mailbox;
using OptOut.Platform;

namespace OptOut.Local.DemoPage;

/// <summary>The demo page, put beside the functions of a system on this machine. In Azure it does not exist.</summary>
internal static class DemoSite
{
    public static void Map(LocalSystem system, WebApplication app)
    {
        // Made when the host has started: until then its settings may be wrong, and it says so better than this could.
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
        var sandbox = Add(new SandboxAccount(system.Sandbox));
        var client = Add(ActivatorUtilities.CreateInstance<MailClient>(services));
        var people = Add(ActivatorUtilities.CreateInstance<DemoPeople>(services));
        return ActivatorUtilities.CreateInstance<DemoEndpoints>(
            services,
            people,
            sandbox,
            client,
            ActivatorUtilities.CreateInstance<PersonReader>(services, people, sandbox),
            ActivatorUtilities.CreateInstance<Backlog>(services),
            ActivatorUtilities.CreateInstance<NightlyRun>(services),
            ActivatorUtilities.CreateInstance<DemoDocuments>(services));

        T Add<T>(T part)
            where T : class
        {
            parts.Add(part);
            return part;
        }
    }

    // Before anybody looks, so that the first look is quick. When the storage is unavailable the first look tries again.
    private static async Task RegisterAsync(List<object> parts, Lazy<DemoEndpoints> demo, CancellationToken stopping)
    {
        try
        {
            _ = demo.Value;
            await parts.OfType<DemoPeople>().Single().InboxAsync(stopping);
        }
        catch (Exception e) when (e is StoreUnavailableException or TimeoutException or OperationCanceledException)
        {
            // The page says so itself.
        }
    }
}
