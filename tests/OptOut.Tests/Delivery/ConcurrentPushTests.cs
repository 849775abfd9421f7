using OptOut.Consent;
using OptOut.Delivery;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Platform.Telemetry;
using OptOut.Records;
using OptOut.Records.ContactPoints;
using OptOut.Vendors;

namespace OptOut.Tests.Delivery;

/// <summary>A person decides again while the push of the first decision to the vendor is still in progress.</summary>
public sealed class ConcurrentPushTests(OptOutHost host) : IClassFixture<OptOutHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Decision.Stop, Decision.Allow)]
    [InlineData(Decision.Allow, Decision.Stop)]
    public async Task The_vendor_ends_with_the_later_decision_even_if_the_row_of_the_earlier_one_is_saved_last(
        Decision earlier, Decision later)
    {
        var subject = await host.PutSubjectAsync($"overtaken-{earlier}", [$"overtaken-{earlier}@example.com"]);
        await host.QuietAsync();
        var vendor = new MemoryVendor();
        if (earlier == Decision.Allow)
            await PushAsync(vendor, await DecideAsync(subject, Decision.Stop), TimeProvider.System);
        var first = await DecideAsync(subject, earlier);
        Change? second = null;

        // The pusher reads the clock after it last reads the state and before it saves the row. The second push happens in between.
        await PushAsync(
            vendor,
            first,
            new InterruptingClock(
                () => Task.Run(async () => await PushAsync(vendor, second = await DecideAsync(subject, later), TimeProvider.System))
                    .GetAwaiter()
                    .GetResult()));

        Assert.Equal(later == Decision.Stop, vendor.Stopped.Count == 1);
        var row = await host.Service<VendorRows>().LoadAsync(subject, vendor.Name, Cancel);
        Assert.Equal((VendorStatus.Confirmed, second!.Id, second.At), (row!.Status, row.Event, row.Since));
        Assert.Equal(later == Decision.Stop, row.Stops.Values.Any(s => s.IsEverything));
    }

    [Fact]
    public async Task A_Stop_that_is_dated_before_what_the_vendor_confirmed_is_pushed_while_another_handler_takes_that_off()
    {
        var subject = await host.PutSubjectAsync("overtaken-dated", ["overtaken-dated@example.com"]);
        await host.QuietAsync();
        var vendor = new MemoryVendor();
        await PushAsync(vendor, await DecideAsync(subject, Decision.Stop), TimeProvider.System);

        await PushAsync(
            vendor,
            await DecideAsync(subject, Decision.Allow),
            new InterruptingClock(
                () => Task.Run(async () =>
                        await PushAsync(vendor, await DecideAsync(subject, Decision.Stop, TimeSpan.FromMinutes(1)), TimeProvider.System))
                    .GetAwaiter()
                    .GetResult()));

        Assert.Single(vendor.Stopped);
    }

    [Fact]
    public async Task A_handler_that_read_the_state_before_the_Stop_does_not_remove_the_Stop_that_another_handler_confirmed()
    {
        var subject = await host.PutSubjectAsync("overtaken-look", ["overtaken-look@example.com"]);
        await host.QuietAsync();
        var vendor = new MemoryVendor();
        var before = await host.Service<SubjectRows>().LoadAsync(subject, Cancel);
        await PushAsync(vendor, await DecideAsync(subject, Decision.Stop), TimeProvider.System);

        await Pusher(TimeProvider.System).PushAsync(
            vendor, SubjectMessage.Updated(subject, TimeProvider.System.GetUtcNow()), before, Cancel);

        Assert.Single(vendor.Stopped);
        Assert.Equal(0, vendor.Removals);
    }

    [Fact]
    public async Task A_Stop_whose_handler_died_before_it_saved_the_row_is_taken_off_after_a_later_Allow()
    {
        var subject = await host.PutSubjectAsync("died", ["died@example.com"]);
        await host.QuietAsync();
        var vendor = new MemoryVendor();
        var stop = await DecideAsync(subject, Decision.Stop);
        var projected = await host.Service<SubjectRows>().LoadAsync(subject, Cancel);
        // It told the vendor, and died.
        await vendor.PushAsync(new VendorPush(projected.Profile.Identifiers[0], StopSet.Everything, null), Cancel);
        await PushAsync(vendor, await DecideAsync(subject, Decision.Allow), TimeProvider.System);
        Assert.Single(vendor.Stopped);

        // The bus delivers its message again.
        await Pusher(TimeProvider.System).PushAsync(vendor, SubjectMessage.From(stop), projected, Cancel, isRepeated: true);

        Assert.Empty(vendor.Stopped);
    }

    [Fact]
    public async Task A_Stop_whose_confirmation_was_lost_is_taken_off_by_a_later_Allow()
    {
        var subject = await host.PutSubjectAsync("lost", ["lost@example.com"]);
        await host.QuietAsync();
        var vendor = new MemoryVendor { LosesAnswer = true };
        var stop = await DecideAsync(subject, Decision.Stop);
        var projected = await host.Service<SubjectRows>().LoadAsync(subject, Cancel);
        Assert.IsType<VendorOutcome.Transient>(
            await Pusher(TimeProvider.System).PushAsync(vendor, SubjectMessage.From(stop), projected, Cancel));
        Assert.Single(vendor.Stopped);
        vendor.LosesAnswer = false;

        await PushAsync(vendor, await DecideAsync(subject, Decision.Allow), TimeProvider.System);

        Assert.Empty(vendor.Stopped);
    }

    [Fact]
    public async Task A_person_who_never_stopped_anything_has_no_vendor_row()
    {
        var subject = await host.PutSubjectAsync("overtaken-none", ["overtaken-none@example.com"]);

        await host.QuietAsync();

        Assert.Null(await host.Service<VendorRows>().LoadAsync(subject, "sendgrid", Cancel));
    }

    private async Task<Change> DecideAsync(SubjectKey subject, Decision decision, TimeSpan ago = default)
    {
        await Task.Delay(5, Cancel);
        var now = TimeProvider.System.GetUtcNow() - ago;
        var seen = await host.SeenAsync(subject, decision);
        var change = Change.Create(EventIds.New(now), subject, Scope.Everything, decision, now, now, Source.UnsubscribePage, seen: seen);
        await host.Service<ChangeApplier>().ApplyAsync([change], Cancel);
        return change;
    }

    private async Task PushAsync(MemoryVendor vendor, Change change, TimeProvider time)
    {
        var projected = await host.Service<SubjectRows>().LoadAsync(change.Subject, Cancel);
        Assert.IsType<VendorOutcome.Confirmed>(await Pusher(time).PushAsync(vendor, SubjectMessage.From(change), projected, Cancel));
    }

    private VendorPusher Pusher(TimeProvider time) => new(
        host.Service<SubjectRows>(),
        host.Service<IdentifierIndex>(),
        host.Service<IdentifierProtector>(),
        host.Service<VendorRows>(),
        host.Service<VendorLanes>(),
        time,
        host.Service<OptOutMetrics>());

    private sealed class InterruptingClock(Action action) : TimeProvider
    {
        private Action? _action = action;

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Exchange(ref _action, null)?.Invoke();
            return base.GetUtcNow();
        }
    }

    private sealed class MemoryVendor : IVendor
    {
        public HashSet<Identifier> Stopped { get; } = [];

        public int Removals { get; private set; }

        public bool LosesAnswer { get; set; }

        public string Name => "memory";

        public Channel Channel => Channel.Email;

        public IReadOnlyList<string> Lists => [];

        public IReadOnlySet<string> ListsFor(StopSet stops) => new HashSet<string>();

        public Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
        {
            if (push.Stops.IsEverything)
                Stopped.Add(push.Identifier);
            else if (push.Confirmed is { IsEverything: true })
                Removals += Stopped.Remove(push.Identifier) ? 1 : 0;
            return Task.FromResult<VendorOutcome>(LosesAnswer ? new VendorOutcome.Transient(null, "no answer") : new VendorOutcome.Confirmed());
        }

        public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
