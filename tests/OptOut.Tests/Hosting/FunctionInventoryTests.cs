using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using OptOut.Functions;
using OptOut.Local.Hosting;
using OptOut.Messaging;
using OptOut.Vendors;

namespace OptOut.Tests.Hosting;

/// <summary>
/// Lists every endpoint and every timer of the function app, so a trigger that is added, lost or made public by mistake shows here first.
/// The README must list the same endpoints.
/// </summary>
public sealed partial class FunctionInventoryTests(AzuriteFixture azurite)
{
    private static readonly string Docs = Path.Combine(AppContext.BaseDirectory, "Docs");

    private static readonly IReadOnlyList<FunctionDeclaration> Functions = Find();

    // Still to get their line in the table of endpoints. An entry whose line is there must leave.
    private static readonly string[] NotYetOnThePage = [];

    [Fact]
    public void The_functions_are_these_and_no_others()
    {
        Assert.Equal(
            """
            AnchorLedgers          timer  0 30 * * * *
            Apply                  bus    consent-changes/apply ServiceBus
            BackUp                 timer  0 30 4 * * *
            Check                  http   GET /api/check function
            CodeAsPng              http   GET,HEAD /q/{code}/qr.png anonymous
            CodeAsSvg              http   GET,HEAD /q/{code}/qr.svg anonymous
            Confirm                bus    consent-changes/confirmation ServiceBus
            CountDeadLetters       timer  0 15 * * * *
            GetDeadLetters         http   GET /api/dead-letters function
            GetSubjectPreferences  http   GET /api/subjects/{id}/preferences function
            GetSubjectProof        http   GET /api/subjects/{id}/proof function
            Health                 http   GET /api/health anonymous
            Link                   http   GET,HEAD,OPTIONS,POST /u/{token} anonymous
            LinkStep               http   GET,HEAD,OPTIONS,POST /u/{token}/{step} anonymous
            MailLink               bus    consent-changes/link-mail ServiceBus
            OpenApi                http   GET /api/openapi.json function
            OpenCode               http   GET,HEAD,POST /q/{code} anonymous
            PostCodes              http   POST /api/codes function
            PostLink               http   POST /api/links function
            PostOptOut             http   POST /api/opt-outs function
            PublicForm             http   GET,HEAD,POST /unsubscribe anonymous
            PushEmail              bus    consent-changes/email ServiceBus
            PushPhone              bus    consent-changes/phone ServiceBus
            PushPost               bus    consent-changes/post ServiceBus
            PushSms                bus    consent-changes/sms ServiceBus
            PutSubject             http   PUT /api/subjects/{id} function
            PutSubjectPreferences  http   PUT /api/subjects/{id}/preferences function
            ReadyTexts             http   GET /api/texts/{language} function
            Reconcile              timer  0 0 2 * * *
            ReplayDeadLetters      http   POST /api/dead-letters/replay function
            RetryVendor            bus    consent-changes/vendor-retry ServiceBus
            SweepOutbox            timer  0 * * * * * unmonitored
            TypeCode               http   GET,HEAD,POST /q anonymous
            VendorWebhook          http   POST /webhooks/{vendor}/{webhook} anonymous
            VerifyLedgers          timer  0 0 4 * * *
            WriteStatistics        timer  0 5 * * * *
            WriteSuppressions      timer  0 0 3 * * *
            """.ReplaceLineEndings("\n"),
            string.Join('\n', Functions.Select(f => $"{f.Name,-22} {Describe(f)}")));
    }

    [Fact]
    public void Every_subscription_of_the_topic_has_one_function_that_reads_it()
    {
        var read = Functions.Select(f => f.Trigger)
            .OfType<ServiceBusTriggerAttribute>()
            .Select(t => t.SubscriptionName)
            .Order(StringComparer.Ordinal);

        Assert.Equal(Topology.Subscriptions.Select(s => s.Name).Order(StringComparer.Ordinal), read);
        Assert.All(Functions.Select(f => f.Trigger).OfType<ServiceBusTriggerAttribute>(), t => Assert.False(t.AutoCompleteMessages));
    }

    [Fact]
    public void Health_is_the_only_api_function_without_a_key()
    {
        var open = Functions.Where(
            f => f.Trigger is HttpTriggerAttribute { AuthLevel: AuthorizationLevel.Anonymous, Route: { } route }
                && route.StartsWith("api/", StringComparison.Ordinal));

        Assert.Equal(["Health"], open.Select(f => f.Name));
    }

    [Fact]
    public void The_page_of_endpoints_names_every_endpoint_and_no_other()
    {
        var routes = Functions.Select(f => f.Trigger)
            .OfType<HttpTriggerAttribute>()
            .Select(t => $"/{t.Route}")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        var named = EntryPoints().Select(Route).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

        Assert.Equal(routes.Except(NotYetOnThePage, StringComparer.Ordinal), named);
        Assert.Equal([], NotYetOnThePage.Intersect(named, StringComparer.Ordinal));

        // The one endpoint of all vendors, and the one of all steps, are named by what is behind them.
        static string Route(string endpoint) => endpoint switch
        {
            _ when endpoint.StartsWith("/webhooks/", StringComparison.Ordinal) => "/webhooks/{vendor}/{webhook}",
            _ when Step().IsMatch(endpoint) => "/u/{token}/{step}",
            _ => endpoint,
        };
    }

    [Fact]
    public async Task Every_webhook_that_can_be_registered_is_named_on_that_page_or_the_vendors_own()
    {
        await using var host = await OptOutHost.StartAsync(azurite, vendors: OptOutHost.AllVendors);
        var texts = string.Join('\n', Directory.EnumerateFiles(Docs, "*.md", SearchOption.AllDirectories).Select(File.ReadAllText));

        var endpoints = host.Service<IEnumerable<IVendorWebhook>>().Select(d => d.Path).ToList();

        Assert.NotEmpty(endpoints);
        Assert.Equal(endpoints, endpoints.Distinct(StringComparer.Ordinal));
        Assert.All(endpoints, d => Assert.Contains($"/webhooks/{d}", texts, StringComparison.Ordinal));
        Assert.All(
            EntryPoints().Where(d => d.StartsWith("/webhooks/", StringComparison.Ordinal)),
            d => Assert.Contains(d["/webhooks/".Length..], endpoints));
    }

    private static IReadOnlyList<FunctionDeclaration> Find()
    {
        var errors = new StartupErrors();
        var functions = FunctionDiscovery.Find(typeof(UnsubscribeFunctions).Assembly, _ => true, errors);
        errors.ThrowIfAny();
        return [.. functions.OrderBy(f => f.Name, StringComparer.Ordinal)];
    }

    // The first column of the table of endpoints: `GET`, `POST /unsubscribe`; `GET /q/{code}/qr.svg`, `.png`.
    private static List<string> EntryPoints()
    {
        var endpoints = new List<string>();
        var rows = File.ReadLines(Path.Combine(Docs, "ENDPOINTS.md"))
            .SkipWhile(l => !l.StartsWith("| endpoint |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(l => l.StartsWith('|'));
        foreach (var span in rows.SelectMany(row => Code().Matches(row.Split('|')[1]).Select(m => m.Groups["span"].Value)))
        {
            if (span.StartsWith('.'))
                endpoints.Add(Path.ChangeExtension(endpoints[^1], span));
            else if (span.Contains('/', StringComparison.Ordinal))
                endpoints.Add(span[span.IndexOf('/', StringComparison.Ordinal)..].Split('?')[0]);
        }

        Assert.NotEmpty(endpoints);
        return endpoints;
    }

    [GeneratedRegex("`(?<span>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("^/u/{token}/[a-z]+$", RegexOptions.None, 1000)]
    private static partial Regex Step();

    private static string Describe(FunctionDeclaration function) => function.Trigger switch
    {
        HttpTriggerAttribute http =>
            $"http   {string.Join(',', http.Methods!.Select(m => m.ToUpperInvariant()).Order(StringComparer.Ordinal))} "
                + $"/{http.Route} {http.AuthLevel.ToString().ToLowerInvariant()}",
        ServiceBusTriggerAttribute bus => $"bus    {bus.TopicName}/{bus.SubscriptionName} {bus.Connection}",
        TimerTriggerAttribute timer =>
            $"timer  {timer.Schedule}{(timer.UseMonitor ? "" : " unmonitored")}{(timer.RunOnStartup ? " at the start" : "")}",
        _ => throw new InvalidOperationException($"Unexpected trigger {function.Trigger.GetType().Name}."),
    };
}
