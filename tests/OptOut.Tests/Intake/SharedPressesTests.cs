using Azure.Core;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Tests.Messaging;

namespace OptOut.Tests.Intake;

/// <summary>
/// Presses of one link: which message answers which press. Time stands still unless a test moves it, so that a press that waits for time
/// waits for certain. The messages go to the bus of a running product, which applies them.
/// </summary>
public sealed class SharedPressesTests : IClassFixture<OptOutHost>, IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A press that nobody answers would wait for ever, because time stands still.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly OptOutHost _host;
    private readonly ServiceBusClient _realClient;
    private readonly WatchedBusClient _client;
    private readonly ChangePublisher _publisher;
    private readonly SharedPresses _presses;

    public SharedPressesTests(OptOutHost host)
    {
        _host = host;
        _realClient = new ServiceBusClient(host.BusConnectionString);
        _client = new WatchedBusClient(_realClient);
        _publisher = new ChangePublisher(_client, Options.Create(new PublisherOptions()), _time, NullLogger<ChangePublisher>.Instance);
        _presses = Presses(host.Service<Outbox>());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_press_that_comes_alone_does_not_wait()
    {
        Assert.True(await PressAsync("alone"));
        _time.Advance(Second);
        Assert.True(await PressAsync("alone"));

        Assert.Equal([1, 1], _client.Sends);
    }

    [Fact]
    public async Task A_thousand_presses_of_one_link_make_two_messages_and_each_is_answered()
    {
        var subject = await _host.PutSubjectAsync("burst", ["burst@example.com"]);
        var first = PressAsync("burst");
        var others = Enumerable.Range(0, 999).Select(_ => PressAsync("burst")).ToArray();
        Assert.True(await first);
        Assert.Equal([1], _client.Sends);
        Assert.DoesNotContain(others, press => press.IsCompleted);

        _time.Advance(Second);

        Assert.All(await Task.WhenAll(others), Assert.True);
        Assert.Equal([1, 1], _client.Sends);
        await _host.LedgerAsync(subject, 1);
        await _host.QuietAsync();
        Assert.Equal(2, (await _host.Consent.LoadAsync(subject, Cancel)).Number);
    }

    [Fact]
    public async Task A_press_is_not_answered_by_a_message_that_was_begun_before_it_came()
    {
        _client.Close();
        var before = PressAsync("begun");
        await OptOutHost.UntilAsync(() => Task.FromResult(_client.Sends.Count == 1));
        var after = PressAsync("begun");
        _client.Open();

        Assert.True(await before);
        Assert.False(after.IsCompleted);
        _time.Advance(Second);
        Assert.True(await after);
        Assert.Equal([1, 1], _client.Sends);
    }

    [Fact]
    public async Task A_message_that_takes_long_does_not_hold_up_the_next_one()
    {
        _client.Close();
        var slow = PressAsync("slow");
        var next = PressAsync("slow");
        _time.Advance(Second);
        await OptOutHost.UntilAsync(() => Task.FromResult(_client.Sends.Count == 2));
        var last = PressAsync("slow");
        _client.Open();

        Assert.True(await slow);
        Assert.True(await next);
        Assert.False(last.IsCompleted);
        _time.Advance(Second);
        Assert.True(await last);
    }

    [Fact]
    public async Task A_press_after_an_Allow_stops_again_within_the_same_second()
    {
        var subject = await _host.PutSubjectAsync("allow", ["press-allow@example.com"]);
        Assert.True(await PressAsync("allow"));
        await _host.LedgerAsync(subject, 1);
        await _host.QuietAsync();
        var now = _time.GetUtcNow();
        var allow = Change.Create(
            EventIds.New(now), subject, Scope.Everything, Decision.Allow, now, now, Source.PreferencePage, seen: await SeenAsync(subject));
        Assert.Equal(new IntakeResult(true, true), await _host.Service<ChangeIntake>().RecordAsync(allow, WaitFor.Visible));
        Assert.True((await _host.CheckAsync("email", "press-allow@example.com")).Allowed);

        var again = PressAsync("allow");
        Assert.False(again.IsCompleted);
        _time.Advance(Second);

        Assert.True(await again);
        await _host.LedgerAsync(subject, 3);
        await _host.QuietAsync();
        Assert.False((await _host.CheckAsync("email", "press-allow@example.com")).Allowed);
    }

    [Fact]
    public async Task Presses_of_other_links_do_not_wait()
    {
        Assert.True(await PressAsync("busy"));
        var waiting = PressAsync("busy");

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 100).Select(i => PressAsync($"other-{i}"))), Assert.True);
        Assert.True(await PressAsync("busy", campaign: 2));
        Assert.True(await PressAsync("busy", scope: "email,newsletter"));

        Assert.False(waiting.IsCompleted);
        _time.Advance(Second);
        Assert.True(await waiting);
    }

    [Fact]
    public async Task Under_sustained_load_a_link_has_at_most_one_message_a_second()
    {
        var presses = new List<Task<bool>>();
        var begun = _time.GetUtcNow();
        while (presses.Count < 100 || !presses.TrueForAll(press => press.IsCompleted))
        {
            if (presses.Count < 100)
                presses.Add(PressAsync("sustained"));
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, Cancel);
        }

        Assert.All(await Task.WhenAll(presses), Assert.True);
        Assert.InRange(_client.Sends.Count, 2, 1 + (int)(_time.GetUtcNow() - begun).TotalSeconds);
    }

    [Fact]
    public async Task Every_press_that_shares_a_message_is_told_when_it_is_not_durable()
    {
        _client.Refuses = _ => true;
        var presses = Presses(OutboxWithoutStorage());
        var all = Enumerable.Range(0, 20).Select(_ => presses.RecordAsync(Press("neither", Scope.Everything, 1))).ToArray();
        _time.Advance(Second);
        await OptOutHost.UntilAsync(() =>
        {
            _time.Advance(Second);
            return Task.FromResult(Array.TrueForAll(all, press => press.IsCompleted));
        });

        Assert.All(await Task.WhenAll(all), Assert.False);
        Assert.Equal([1, 1], _client.Sends);
    }

    [Fact]
    public async Task A_link_is_forgotten_when_nothing_waits_for_it()
    {
        var presses = Enumerable.Range(0, 100).SelectMany(i => new[] { PressAsync($"many-{i}"), PressAsync($"many-{i}") }).ToArray();
        Assert.Equal(100, _presses.Count);

        _time.Advance(Second);
        await Task.WhenAll(presses);
        Assert.Equal(100, _presses.Count);
        _time.Advance(Second);

        Assert.Equal(0, _presses.Count);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Open();
        await _publisher.DisposeAsync();
        await _realClient.DisposeAsync();
    }

    private SharedPresses Presses(Outbox outbox) => new(
        new ChangeIntake(_publisher, outbox, _host.Service<ChangeApplier>(), _time, NullLogger<ChangeIntake>.Instance), _time);

    private Outbox OutboxWithoutStorage()
    {
        const string Nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=eA==;TableEndpoint=http://127.0.0.1:1/a;"
            + "BlobEndpoint=http://127.0.0.1:1/a;";
        var storage = new StorageAccount(
            Options.Create(new StorageOptions { ConnectionString = Nowhere }),
            new Lazy<TokenCredential>(() => throw new NotSupportedException()),
            NullLogger<StorageAccount>.Instance,
            []);
        return new Outbox(storage, _publisher, _host.Service<OptOutMetrics>(), NullLogger<Outbox>.Instance);
    }

    private Task<bool> PressAsync(string id, string scope = "*,*", uint campaign = 1) =>
        _presses.RecordAsync(Press(id, Scope.Parse(scope), campaign)).WaitAsync(Patience, TimeProvider.System);

    private Change Press(string id, Scope scope, uint campaign)
    {
        var now = _time.GetUtcNow();
        var evidence = new ChangeEvidence(Campaign: campaign);
        return Change.Create(EventIds.New(now), _host.SubjectOf(id), scope, Decision.Stop, now, now, Source.OneClick, evidence);
    }

    private async Task<long?> SeenAsync(SubjectKey subject) => await _host.SeenAsync(subject, Decision.Allow);
}
