using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Tests.Vendors.SendGrid;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

/// <summary>One vendor's real adapter, registered as the product registers it, connected over HTTP to the sandbox of that vendor.</summary>
internal sealed class SandboxedVendor : IAsyncDisposable
{
    public static readonly Identifier Jan = Email("jan.peeters+x/y@example.com");

    private readonly string _name;

    private SandboxedVendor(string name, VendorSandbox sandbox, ServiceProvider services, CapturedLogs logs) =>
        (_name, Sandbox, Services, Logs) = (name, sandbox, services, logs);

    public VendorSandbox Sandbox { get; }

    public ServiceProvider Services { get; }

    public CapturedLogs Logs { get; }

    public SandboxVendor Remote => Sandbox.Vendors.Single(v => v.Name == _name);

    public IVendor Vendor => Services.GetServices<IVendor>().Single(v => v.Name == _name);

    public static Identifier Email(string address) =>
        EmailAddress.TryParse(address, out var who) ? who : throw new FormatException(address);

    /// <param name="settings">Added to the settings of the sandbox, which they override; null removes a setting.</param>
    public static async Task<SandboxedVendor> StartAsync(
        string name, TimeProvider? time = null, params IEnumerable<(string Key, string? Value)> settings)
    {
        time ??= TimeProvider.System;
        var sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { Time = time, SendGridGroups = OptOutSettings.SendGridGroups },
            TestContext.Current.CancellationToken);
        var all = OptOutSettings.Create(
            "UseDevelopmentStorage=true",
            "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true",
            sandbox,
            [name]);
        foreach (var (key, value) in settings)
            all[key] = value;
        var logs = new CapturedLogs();
        var services = new ServiceCollection()
            .AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(logs))
            .AddSingleton(time)
            .AddOptOut(new ConfigurationBuilder().AddInMemoryCollection(all.Where(s => s.Value is not null)).Build())
            .BuildServiceProvider();
        return new SandboxedVendor(name, sandbox, services, logs);
    }

    public Task<VendorOutcome> PushAsync(string stops, string? confirmed = null, Identifier? who = null) => Vendor.PushAsync(
        new VendorPush(who ?? Jan, StopSet.Parse(stops), confirmed is null ? null : StopSet.Parse(confirmed)),
        TestContext.Current.CancellationToken);

    public Task<List<VendorPull>> PullAsync(string list, DateTimeOffset until) => Vendor.PullAsync(list, until);

    public async ValueTask DisposeAsync()
    {
        var unexpected = Sandbox.Unexpected;
        await Services.DisposeAsync();
        await Sandbox.DisposeAsync();
        Assert.Empty(unexpected);
    }
}
