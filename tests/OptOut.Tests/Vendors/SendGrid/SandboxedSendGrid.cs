using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Vendors;
using OptOut.Vendors.SendGrid;

namespace OptOut.Tests.Vendors.SendGrid;

/// <summary>The real SendGrid adapter, connected over HTTP to the SendGrid sandbox.</summary>
internal sealed class SandboxedSendGrid : IAsyncDisposable
{
    public const int Newsletter = 101, Offers = 102, Orders = 900;

    public static readonly Identifier Jan = Email("jan.peeters+x/y@example.com");

    private readonly ActivityListener _listener;

    private SandboxedSendGrid(VendorSandbox sandbox, ServiceProvider services, CapturedLogs logs)
    {
        (Sandbox, Services, Logs) = (sandbox, services, logs);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("System.Net", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Record(activity.DisplayName + " " + string.Join(' ', activity.TagObjects.Select(t => t.Value))),
        };
        ActivitySource.AddActivityListener(_listener);

        // The listener receives the activities of the whole process, including those of tests that run in parallel.
        void Record(string activity)
        {
            if (activity.Contains(sandbox.BaseAddress.Authority, StringComparison.Ordinal))
                Activities.Enqueue(activity);
        }
    }

    public VendorSandbox Sandbox { get; }

    public SendGridSandbox Account => Sandbox.SendGrid;

    public ServiceProvider Services { get; }

    public CapturedLogs Logs { get; }

    public ConcurrentQueue<string> Activities { get; } = [];

    public IVendor Vendor => Services.GetRequiredService<IVendor>();

    public IMailSender Mail => Services.GetRequiredKeyedService<IMailSender>("sendgrid");

    public static Identifier Email(string address) =>
        EmailAddress.TryParse(address, out var who) ? who : throw new FormatException(address);

    /// <param name="settings">Added to the settings of a working account, which they override; null removes a setting.</param>
    public static async Task<SandboxedSendGrid> StartAsync(
        TimeProvider? time = null, IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions
            {
                Time = time ?? TimeProvider.System,
                SendGridGroups = new Dictionary<int, string> { [Newsletter] = "Newsletter", [Offers] = "Offers", [Orders] = "Orders" },
            },
            TestContext.Current.CancellationToken);

        var logs = new CapturedLogs();
        var services = new ServiceCollection();
        services.AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton<TopicCatalogue>();
        services.Configure<CatalogueOptions>(c =>
        {
            c.Topics.Add(new TopicOptions { Id = 1, Name = "newsletter" });
            c.Topics.Add(new TopicOptions { Id = 2, Name = "offers" });
        });
        VendorHttp.AddClient(services).AddSingleton<VendorHttp>();
        services.AddSendGrid(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OptOut:SendGrid:ApiKey"] = "SG.sandbox",
            ["OptOut:SendGrid:BaseAddress"] = sandbox.BaseAddress.AbsoluteUri,
            ["OptOut:SendGrid:Groups:newsletter"] = "101",
            ["OptOut:SendGrid:Groups:offers"] = "102",
            ["OptOut:SendGrid:ServiceGroups:0"] = "900",
            ["OptOut:SendGrid:EventPublicKeys:0"] = sandbox.SendGrid.EventPublicKey,
            ["OptOut:SendGrid:From:Address"] = "privacy@controller.example",
            ["OptOut:SendGrid:From:Name"] = "Controller",
        }.Concat(settings ?? []).GroupBy(s => s.Key, StringComparer.Ordinal).Select(g => g.Last()).Where(s => s.Value is not null))
            .Build());
        return new SandboxedSendGrid(sandbox, services.BuildServiceProvider(), logs);
    }

    public Task<VendorOutcome> PushAsync(string stops, string? confirmed = null, Identifier? who = null) => Vendor.PushAsync(
        new VendorPush(who ?? Jan, StopSet.Parse(stops), confirmed is null ? null : StopSet.Parse(confirmed)),
        TestContext.Current.CancellationToken);

    public Task<List<VendorPull>> PullAsync(string list, DateTimeOffset until) => Vendor.PullAsync(list, until);

    /// <summary>Verifies and reads a body as the webhook does.</summary>
    /// <returns>Null if the signature matches no configured key.</returns>
    public VendorSignals? Read(string? signature, string? timestamp, ReadOnlyMemory<byte> body)
    {
        var keys = Services.GetRequiredService<IOptions<SendGridOptions>>().Value.EventPublicKeys;
        var events = new SendGridEvents(Services.GetRequiredService<SendGridLists>(), Services.GetRequiredService<TimeProvider>());
        return new SendGridSignature(keys).Verify(signature, timestamp, body.Span) ? events.Read(body.Span) : null;
    }

    public string[] OnGlobal() => [.. Account.Global.Select(e => e.Email)];

    public string[] InGroup(int group) => [.. Account.GroupEntries.Where(e => e.Group == group).Select(e => e.Email)];

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        var unexpected = Sandbox.Unexpected;
        await Services.DisposeAsync();
        await Sandbox.DisposeAsync();
        Assert.Empty(unexpected);
    }
}

/// <summary>Every line that any logger wrote, with its values, and every scope that was begun.</summary>
internal sealed class CapturedLogs : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(string Line, Exception? Exception)> _lines = [];

    // An exception becomes text only when a test reads the lines: most are never read, and the text of a stack trace is slow to build.
    public IReadOnlyCollection<string> Lines => [.. _lines.Select(l => $"{l.Line} {l.Exception}")];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        _lines.Enqueue(($"scope {state}", null));
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(($"{logLevel} {formatter(state, exception)}", exception));

    public void Dispose()
    {
    }
}
