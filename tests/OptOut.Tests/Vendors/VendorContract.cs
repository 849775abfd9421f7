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
/// What every vendor must do. Tests the real adapter, registered as the product registers it, against the sandbox of the vendor. A new
/// vendor needs one class derived from this one; <see cref="EveryVendorTests"/> verifies that none is missing.
/// </summary>
/// <param name="azurite">Storage, for vendors that exchange files.</param>
/// <param name="name">The vendor's <see cref="IVendor.Name"/>, which is also the sandbox's name for it.</param>
public abstract class VendorContract(AzuriteFixture azurite, string name) : IAsyncLifetime
{
    private VendorSandbox? _sandbox;
    private ServiceProvider? _services;

    private protected CapturedLogs Logs { get; } = new();

    private protected VendorSandbox Sandbox => _sandbox!;

    private protected SandboxVendor Remote => Sandbox.Vendors.Single(v => v.Name == name);

    private protected IVendor Vendor => _services!.GetServices<IVendor>().Single(v => v.Name == name);

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The setting for the timeout of one call, as in <c>OptOut:Postmark:Timeout</c>.</summary>
    private protected abstract string TimeoutSetting { get; }

    /// <summary>
    /// The setting that the reason for a refused credential must name, so that an operator knows where to look; null if there is no
    /// credential.
    /// </summary>
    private protected abstract string? CredentialSetting { get; }

    /// <summary>Settings in addition to those of the sandbox.</summary>
    private protected virtual IEnumerable<KeyValuePair<string, string?>> MoreSettings => [];

    /// <summary>A contact point that the vendor can list.</summary>
    private protected virtual Identifier Somebody => Person(Vendor.Channel, 1);

    /// <summary>What must never appear in a reason, a log or a cursor.</summary>
    private protected virtual string[] Personal => [Somebody.Value, Uri.EscapeDataString(Somebody.Value), Somebody.Value.TrimStart('+')];

    /// <summary>Whether the person is stopped at the vendor.</summary>
    private protected abstract Task<bool> IsStoppedAtVendorAsync(Identifier who);

    /// <summary>The person stops at the vendor itself, and the vendor's event does not reach us.</summary>
    private protected abstract Task StopAtVendorAsync(Identifier who);

    /// <summary>Makes the vendor fail in this way until <see cref="RecoverAsync"/>.</summary>
    private protected virtual Task FailAsync(SandboxFailure failure)
    {
        Remote.Failures.Set(failure);
        return Task.CompletedTask;
    }

    private protected virtual Task RecoverAsync()
    {
        Remote.Failures.Clear();
        return Task.CompletedTask;
    }

    /// <summary>
    /// The connection string that the product gets, for a vendor that exchanges files. Called after the sandbox has started.
    /// </summary>
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
        _sandbox = await VendorSandbox.StartAsync(
            new VendorSandboxOptions { Storage = storage, SendGridGroups = OptOutSettings.SendGridGroups }, Cancel);
        var settings = OptOutSettings.Create(
            storage, "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true", _sandbox, [name]);
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
    public async Task A_person_who_stops_everything_is_stopped_at_the_vendor()
    {
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));

        Assert.True(await IsStoppedAtVendorAsync(Somebody));
        Assert.False(await IsStoppedAtVendorAsync(Person(Vendor.Channel, 2)));
    }

    [Fact]
    public async Task Pushing_twice_has_the_same_effect_as_pushing_once()
    {
        await PushAsync(StopSet.Everything, null);

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, StopSet.Everything));

        Assert.True(await IsStoppedAtVendorAsync(Somebody));
        Assert.All((await EntriesAsync()).Where(e => e.Identifier == Somebody).CountBy(e => e.List), list => Assert.Equal(1, list.Value));
    }

    [Fact]
    public async Task A_person_who_allows_again_is_no_longer_stopped_at_the_vendor()
    {
        await PushAsync(StopSet.Everything, null);

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, StopSet.Everything));
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, StopSet.Everything));

        Assert.False(await IsStoppedAtVendorAsync(Somebody));
    }

    [Fact]
    public async Task A_Stop_the_vendor_made_itself_is_not_removed()
    {
        await StopAtVendorAsync(Somebody);

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Nothing, null));

        Assert.True(await IsStoppedAtVendorAsync(Somebody));
    }

    [Fact]
    public async Task Other_people_are_not_affected()
    {
        var other = Person(Vendor.Channel, 2);
        await Vendor.PushAsync(new VendorPush(other, StopSet.Everything, null), Cancel);
        await PushAsync(StopSet.Everything, null);

        await PushAsync(StopSet.Nothing, StopSet.Everything);

        Assert.True(await IsStoppedAtVendorAsync(other));
        Assert.False(await IsStoppedAtVendorAsync(Somebody));
    }

    // ---- failing

    private static readonly Dictionary<string, SandboxFailure> TemporaryFailures = new(StringComparer.Ordinal)
    {
        ["429"] = new(SandboxFailureKind.RateLimit, ResetSeconds: 30),
        ["500"] = new(SandboxFailureKind.Status, Status: 500),
        ["503"] = new(SandboxFailureKind.Status, Status: 503),
        ["timeout"] = new(SandboxFailureKind.Latency, Milliseconds: 2500),
        ["garbage"] = new(SandboxFailureKind.Garbage),
        ["half a body"] = new(SandboxFailureKind.HalfBody),
    };

    public static TheoryData<string> TemporaryFailureNames => [.. TemporaryFailures.Keys];

    [Theory]
    [MemberData(nameof(TemporaryFailureNames))]
    public async Task A_temporary_failure_is_transient_and_the_next_push_is_confirmed(string failure)
    {
        await FailAsync(TemporaryFailures[failure]);

        var outcome = await PushAsync(StopSet.Everything, null);

        var transient = Assert.IsType<VendorOutcome.Transient>(outcome);
        Assert.NotEmpty(transient.Reason);
        AssertNothingPersonal(transient.Reason, failure);
        await RecoverAsync();
        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));
        Assert.True(await IsStoppedAtVendorAsync(Somebody));
    }

    [Fact]
    public async Task A_wait_requested_by_the_vendor_is_passed_on()
    {
        await FailAsync(new SandboxFailure(SandboxFailureKind.Status, Status: 503, RetryAfterSeconds: 40));

        var transient = Assert.IsType<VendorOutcome.Transient>(await PushAsync(StopSet.Everything, null));

        if (transient.RetryAfter is { } wait) // Storage requests none.
            Assert.InRange(wait.TotalSeconds, 30, 40);
        else
            Assert.Null(CredentialSetting);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(400)]
    public async Task A_refusal_is_rejected_with_a_reason_that_names_the_setting(int status)
    {
        await FailAsync(
            new SandboxFailure(SandboxFailureKind.Status, Status: status, Message: $"no: \"{Somebody.Value}\" {Somebody.Value}"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await PushAsync(StopSet.Everything, null));

        if (status != 400 && CredentialSetting is { } setting)
            Assert.Contains(setting, rejected.Reason, StringComparison.Ordinal);
        AssertNothingPersonal(rejected.Reason, "a refusal");
        Assert.False(await StoppedAfterAllAsync());
    }

    [Fact]
    public async Task The_callers_cancellation_is_thrown()
    {
        await FailAsync(new SandboxFailure(SandboxFailureKind.Latency, Milliseconds: 800));
        using var caller = TimeProvider.System.Limit(TimeSpan.FromMilliseconds(100), Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Vendor.PushAsync(new VendorPush(Somebody, StopSet.Everything, null), caller.Token));
    }

    // ---- reading

    [Fact]
    public async Task A_Stop_made_at_the_vendor_is_read_with_its_meaning()
    {
        Assert.SkipWhen(Vendor.Pulls.Count == 0, "This vendor offers no list to read, and the report says so.");
        await StopAtVendorAsync(Somebody);

        var entry = Assert.Single(await EntriesAsync(), e => e.Identifier == Somebody);

        Assert.NotEqual(VendorEntryKind.Undeliverable, entry.Kind);
        Assert.Equal(Scope.Everything, entry.Stop);
        Assert.Contains(entry.List, Vendor.Lists);
        Assert.InRange(entry.At, TimeProvider.System.GetUtcNow().AddMinutes(-10), TimeProvider.System.GetUtcNow().AddMinutes(1));
    }

    [Fact]
    public async Task A_pushed_Stop_is_found_on_the_lists_that_must_contain_it()
    {
        Assert.SkipWhen(Vendor.Pulls.Count == 0, "This vendor offers no list to read, and the report says so.");
        await PushAsync(StopSet.Everything, null);

        var lists = (await EntriesAsync()).Where(e => e.Identifier == Somebody).Select(e => e.List).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(Vendor.ListsFor(StopSet.Everything).ToHashSet(StringComparer.Ordinal), lists);
    }

    [Theory]
    [MemberData(nameof(TemporaryFailureNames))]
    public async Task An_unreadable_list_is_never_read_as_an_empty_one(string failure)
    {
        Assert.SkipWhen(Vendor.Pulls.Count == 0, "This vendor offers no list to read, and the report says so.");
        await StopAtVendorAsync(Somebody);
        await FailAsync(TemporaryFailures[failure]);

        foreach (var pull in Vendor.Pulls)
        {
            var failed = Assert.IsType<VendorPull.Failed>(await Vendor.PullAsync(pull, TimeProvider.System.GetUtcNow(), null, Cancel));
            var transient = Assert.IsType<VendorOutcome.Transient>(failed.Outcome);
            AssertNothingPersonal(transient.Reason, failure);
        }
    }

    [Fact]
    public void Lists_and_name_are_well_formed()
    {
        Assert.Matches("^[a-z0-9-]{1,32}$", Vendor.Name);
        Assert.Subset(
            Vendor.Lists.ToHashSet(StringComparer.Ordinal), Vendor.ListsFor(StopSet.Everything).ToHashSet(StringComparer.Ordinal));
        Assert.Empty(Vendor.ListsFor(StopSet.Nothing));
        Assert.Equal(Vendor.Lists.Count == 0, Vendor.Pulls.Count == 0);
    }

    [Fact]
    public async Task Nothing_personal_is_in_any_log_or_cursor()
    {
        await PushAsync(StopSet.Everything, null);
        await PushAsync(StopSet.Nothing, StopSet.Everything);
        await StopAtVendorAsync(Somebody);
        await StopAtVendorAsync(Person(Vendor.Channel, 2));
        foreach (var pull in Vendor.Pulls)
        {
            foreach (var page in await Vendor.PullAsync(pull, TimeProvider.System.GetUtcNow().AddMinutes(1)))
                AssertNothingPersonal((page as VendorPull.Page)?.Next ?? "", "a cursor");
        }

        AssertNothingPersonal("", "a whole round");
    }

    private protected Task<VendorOutcome> PushAsync(StopSet stops, StopSet? confirmed) =>
        Vendor.PushAsync(new VendorPush(Somebody, stops, confirmed), Cancel);

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
        return await IsStoppedAtVendorAsync(Somebody);
    }

    private void AssertNothingPersonal(string text, string what)
    {
        foreach (var personal in Personal)
        {
            Assert.False(text.Contains(personal, StringComparison.OrdinalIgnoreCase), $"{what}: {text}");
            Assert.DoesNotContain(Logs.Lines, line => line.Contains(personal, StringComparison.OrdinalIgnoreCase));
        }
    }
}
