using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Emulators.Sandbox;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records;
using OptOut.Tests.Vendors.SendGrid;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors;

/// <summary>
/// What every vendor must do, whoever it is: the real adapter, registered as the product registers it, against the vendor's side of the wire. A new
/// vendor is one class derived from this; <see cref="EveryVendorTests"/> sees to it that none is forgotten.
/// </summary>
/// <param name="azurite">Storage, for vendors on files.</param>
/// <param name="name">The vendor's <see cref="IVendor.Name"/>, which is also the sandbox's name for it.</param>
public abstract class VendorContract(AzuriteFixture azurite, string name) : IAsyncLifetime
{
    private VendorSandbox? _sandbox;
    private ServiceProvider? _services;

    private protected CapturedLogs Logs { get; } = new();

    private protected VendorSandbox Sandbox => _sandbox!;

    private protected SandboxVendor There => Sandbox.Vendors.Single(v => v.Name == name);

    private protected IVendor Vendor => _services!.GetServices<IVendor>().Single(v => v.Name == name);

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The setting that says how long one call may take, as in <c>OptOut:Postmark:Timeout</c>.</summary>
    private protected abstract string TimeoutSetting { get; }

    /// <summary>What a refused credential's reason must name, so that an operator knows where to look; null where there is no credential.</summary>
    private protected abstract string? CredentialSetting { get; }

    /// <summary>Settings beyond those of the sandbox.</summary>
    private protected virtual IEnumerable<KeyValuePair<string, string?>> MoreSettings => [];

    /// <summary>Somebody the vendor can hold.</summary>
    private protected virtual Identifier Somebody => Person(Vendor.Channel, 1);

    /// <summary>What of that person must never be told.</summary>
    private protected virtual string[] Personal => [Somebody.Value, Uri.EscapeDataString(Somebody.Value), Somebody.Value.TrimStart('+')];

    /// <summary>Whether the person is stopped there.</summary>
    private protected abstract Task<bool> IsStoppedThereAsync(Identifier who);

    /// <summary>The person stops at the vendor itself, and the vendor's event does not get through.</summary>
    private protected abstract Task StopThereAsync(Identifier who);

    /// <summary>From now on the vendor answers like this.</summary>
    private protected virtual Task FailAsync(SandboxFailure failure)
    {
        There.Failures.Set(failure);
        return Task.CompletedTask;
    }

    private protected virtual Task RecoverAsync()
    {
        There.Failures.Clear();
        return Task.CompletedTask;
    }

    /// <summary>The storage that the product is given, where the vendor lives on files; asked once the sandbox runs.</summary>
    private protected virtual Task<string> StorageAsync(string storage) => Task.FromResult(storage);

    private protected static Identifier Person(Channel channel, int number)
    {
        Identifier who;
        var parsed = channel switch
        {
            Channel.Email => EmailAddress.TryParse($"jan.peeters+{number}@example.com", out who),
            Channel.Post => PostalKey.TryParse($"Kerkstraat {number}, 9000 Gent", out who),
            _ => PhoneNumber.TryParse($"+3247012345{number}", "BE", out who),
        };
        return parsed ? who : throw new FormatException();
    }

    public async ValueTask InitializeAsync()
    {
        var storage = await azurite.NewAccountAsync();
        _sandbox = await VendorSandbox.StartAsync(new VendorSandboxOptions { Storage = storage, SendGridGroups = OptOutSettings.SendGridGroups }, Cancel);
        var settings = OptOutSettings.Create(storage, "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true", _sandbox, [name]);
        settings["OptOut:Storage:ConnectionString"] = await StorageAsync(storage);
        settings[TimeoutSetting] = "00:00:01";
        foreach (var (key, value) in MoreSettings)
            settings[key] = value;
        _services = new ServiceCollection()
            .AddLogging(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs))
            .AddOptOut(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .BuildServiceProvider();
        await _services.GetRequiredService<StorageAccount>().EnsureCreatedAsync(Cancel);
    }

    public virtual async ValueTask DisposeAsync()
    {
        var unexpected = Sandbox.Unexpected;
        await _services!.DisposeAsync();
        await Sandbox.DisposeAsync();
        GC.SuppressFinalize(this);
        Assert.Empty(unexpected);
    }

    // ---- pushing

    [Fact]
    public async Task Who_stops_everything_is_stopped_there()
    {
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));

        Assert.True(await IsStoppedThereAsync(Somebody));
        Assert.False(await IsStoppedThereAsync(Person(Vendor.Channel, 2)));
    }

    [Fact]
    public async Task Pushing_twice_is_pushing_once()
    {
        await PushAsync(StopSet.Everything, null);

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, StopSet.Everything));

        Assert.True(await IsStoppedThereAsync(Somebody));
        Assert.All((await EntriesAsync()).Where(e => e.Identifier == Somebody).CountBy(e => e.List), list => Assert.Equal(1, list.Value));
    }

    [Fact]
    public async Task Who_allows_again_is_stopped_there_no_longer()
    {
        await PushAsync(StopSet.Everything, null);

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, StopSet.Everything));
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, StopSet.Everything));

        Assert.False(await IsStoppedThereAsync(Somebody));
    }

    [Fact]
    public async Task A_Stop_the_vendor_made_itself_is_not_removed()
    {
        await StopThereAsync(Somebody);

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, null));

        Assert.True(await IsStoppedThereAsync(Somebody));
    }

    [Fact]
    public async Task Nobody_else_is_touched()
    {
        var other = Person(Vendor.Channel, 2);
        await Vendor.PushAsync(new VendorPush(other, StopSet.Everything, null), Cancel);
        await PushAsync(StopSet.Everything, null);

        await PushAsync(StopSet.Nothing, StopSet.Everything);

        Assert.True(await IsStoppedThereAsync(other));
        Assert.False(await IsStoppedThereAsync(Somebody));
    }

    // ---- failing

    private static readonly Dictionary<string, SandboxFailure> Passing = new(StringComparer.Ordinal)
    {
        ["429"] = new(SandboxFailureKind.RateLimit, ResetSeconds: 30),
        ["500"] = new(SandboxFailureKind.Status, Status: 500),
        ["503"] = new(SandboxFailureKind.Status, Status: 503),
        ["timeout"] = new(SandboxFailureKind.Latency, Milliseconds: 2500),
        ["garbage"] = new(SandboxFailureKind.Garbage),
        ["half a body"] = new(SandboxFailureKind.HalfBody),
    };

    public static TheoryData<string> WhatPasses => [.. Passing.Keys];

    [Theory]
    [MemberData(nameof(WhatPasses))]
    public async Task What_passes_is_tried_again_and_then_confirmed(string what)
    {
        await FailAsync(Passing[what]);

        var outcome = await PushAsync(StopSet.Everything, null);

        var transient = Assert.IsType<VendorOutcome.Transient>(outcome);
        Assert.NotEmpty(transient.Reason);
        Quiet(transient.Reason, what);
        await RecoverAsync();
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));
        Assert.True(await IsStoppedThereAsync(Somebody));
    }

    [Fact]
    public async Task A_vendor_that_asks_for_time_gets_it()
    {
        await FailAsync(new SandboxFailure(SandboxFailureKind.Status, Status: 503, RetryAfterSeconds: 40));

        var transient = Assert.IsType<VendorOutcome.Transient>(await PushAsync(StopSet.Everything, null));

        if (transient.RetryAfter is { } wait) // Storage names none.
            Assert.InRange(wait.TotalSeconds, 30, 40);
        else
            Assert.Null(CredentialSetting);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(400)]
    public async Task A_refusal_is_rejected_and_says_where_to_look(int status)
    {
        await FailAsync(new SandboxFailure(SandboxFailureKind.Status, Status: status, Message: $"no: \"{Somebody.Value}\" {Somebody.Value}"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await PushAsync(StopSet.Everything, null));

        if (status != 400 && CredentialSetting is { } setting)
            Assert.Contains(setting, rejected.Reason, StringComparison.Ordinal);
        Quiet(rejected.Reason, "a refusal");
        Assert.False(await StoppedAfterAllAsync());
    }

    [Fact]
    public async Task The_callers_cancellation_is_thrown()
    {
        await FailAsync(new SandboxFailure(SandboxFailureKind.Latency, Milliseconds: 800));
        using var caller = TimeProvider.System.Limit(TimeSpan.FromMilliseconds(100), Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Vendor.PushAsync(new VendorPush(Somebody, StopSet.Everything, null), caller.Token));
    }

    // ---- reading

    [Fact]
    public async Task What_the_person_stopped_there_is_read_with_its_meaning()
    {
        Assert.SkipWhen(Vendor.Pulls.Count == 0, "This vendor gives out no list, and the report says so.");
        await StopThereAsync(Somebody);

        var entry = Assert.Single(await EntriesAsync(), e => e.Identifier == Somebody);

        Assert.NotEqual(VendorEntryKind.Undeliverable, entry.Kind);
        Assert.Equal(Scope.Everything, entry.Stop);
        Assert.Contains(entry.List, Vendor.Lists);
        Assert.InRange(entry.At, TimeProvider.System.GetUtcNow().AddMinutes(-10), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task What_we_put_there_is_found_on_the_lists_it_must_stand_on()
    {
        Assert.SkipWhen(Vendor.Pulls.Count == 0, "This vendor gives out no list, and the report says so.");
        await PushAsync(StopSet.Everything, null);

        var on = (await EntriesAsync()).Where(e => e.Identifier == Somebody).Select(e => e.List).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(Vendor.ListsFor(StopSet.Everything).ToHashSet(StringComparer.Ordinal), on);
    }

    [Theory]
    [MemberData(nameof(WhatPasses))]
    public async Task A_list_that_cannot_be_read_is_never_an_empty_one(string what)
    {
        Assert.SkipWhen(Vendor.Pulls.Count == 0, "This vendor gives out no list, and the report says so.");
        await StopThereAsync(Somebody);
        await FailAsync(Passing[what]);

        foreach (var pull in Vendor.Pulls)
        {
            var failed = Assert.IsType<VendorPull.Failed>(await Vendor.PullAsync(pull, TimeProvider.System.GetUtcNow(), null, Cancel));
            var transient = Assert.IsType<VendorOutcome.Transient>(failed.Outcome);
            Quiet(transient.Reason, what);
        }
    }

    [Fact]
    public void Lists_and_name_are_well_formed()
    {
        Assert.Matches("^[a-z0-9-]{1,32}$", Vendor.Name);
        Assert.Subset(Vendor.Lists.ToHashSet(StringComparer.Ordinal), Vendor.ListsFor(StopSet.Everything).ToHashSet(StringComparer.Ordinal));
        Assert.Empty(Vendor.ListsFor(StopSet.Nothing));
        Assert.Equal(Vendor.Lists.Count == 0, Vendor.Pulls.Count == 0);
    }

    [Fact]
    public async Task Nothing_personal_is_in_any_log_or_cursor()
    {
        await PushAsync(StopSet.Everything, null);
        await PushAsync(StopSet.Nothing, StopSet.Everything);
        await StopThereAsync(Somebody);
        await StopThereAsync(Person(Vendor.Channel, 2));
        foreach (var pull in Vendor.Pulls)
        {
            foreach (var page in await Vendor.PullAsync(pull, TimeProvider.System.GetUtcNow().AddMinutes(1)))
                Quiet((page as VendorPull.Page)?.Next ?? "", "a cursor");
        }

        Quiet("", "a whole round");
    }

    private protected Task<VendorOutcome> PushAsync(StopSet stops, StopSet? confirmed) => Vendor.PushAsync(new VendorPush(Somebody, stops, confirmed), Cancel);

    private protected async Task<List<VendorEntry>> EntriesAsync()
    {
        var entries = new List<VendorEntry>();
        foreach (var pull in Vendor.Pulls)
        {
            foreach (var page in await Vendor.PullAsync(pull, TimeProvider.System.GetUtcNow().AddMinutes(1)))
                entries.AddRange(page is VendorPull.Page read ? read.Entries : throw Xunit.Sdk.FailException.ForFailure($"{page}"));
        }

        return entries;
    }

    private async Task<bool> StoppedAfterAllAsync()
    {
        await RecoverAsync();
        return await IsStoppedThereAsync(Somebody);
    }

    private void Quiet(string text, string what)
    {
        foreach (var personal in Personal)
        {
            Assert.False(text.Contains(personal, StringComparison.OrdinalIgnoreCase), $"{what}: {text}");
            Assert.DoesNotContain(Logs.Lines, line => line.Contains(personal, StringComparison.OrdinalIgnoreCase));
        }
    }
}
