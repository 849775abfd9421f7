using System.Globalization;
using System.Threading.Channels;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OptOut.Platform;

namespace OptOut.Tests.Hosting;

public sealed class TimerFunctionTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 1, 59, 0, TimeSpan.Zero));
    private readonly Runs _runs = new();

    [Fact]
    public async Task A_function_with_a_cron_schedule_runs_at_the_scheduled_second_and_not_before()
    {
        await using var host = await Start(typeof(AtTwo));

        _time.Advance(TimeSpan.FromSeconds(59));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(0, _runs.Count);
        _time.Advance(TimeSpan.FromSeconds(1));

        var run = await _runs.Next();
        Assert.False(run.IsPastDue);
        Assert.Equal(new DateTime(2026, 3, 2, 2, 0, 0, DateTimeKind.Utc), run.Next);
    }

    [Fact]
    public async Task A_function_with_a_time_span_runs_once_in_every_span()
    {
        await using var host = await Start(typeof(EveryFiveMinutes));

        for (var run = 1; run <= 3; run++)
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            Assert.False((await _runs.Next()).IsPastDue);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(3, _runs.Count);
    }

    [Fact]
    public async Task The_schedule_can_come_from_a_setting()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Nightly", "30 59 1 * * *")]).Build();
        await using var host = await LocalHost.StartAsync(
            typeof(FromSetting),
            options => options with { Time = _time, Configuration = settings },
            services => services.AddSingleton(_runs));

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.False((await _runs.Next()).IsPastDue);
    }

    [Fact]
    public async Task A_disabled_function_keeps_no_schedule_and_still_runs_on_request()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobs.EveryMinute.Disabled", "true")]).Build();
        await using var host = await LocalHost.StartAsync(
            typeof(EveryMinute),
            options => options with { Time = _time, Configuration = settings },
            services => services.AddSingleton(_runs));

        _time.Advance(TimeSpan.FromMinutes(10));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(0, _runs.Count);

        Assert.True(await host.Host.RunTimerAsync("EveryMinute"));
        Assert.Equal(1, _runs.Count);
    }

    [Fact]
    public async Task A_function_with_RunOnStartup_runs_at_the_start_and_then_on_schedule()
    {
        await using var host = await Start(typeof(AtStartup));

        Assert.False((await _runs.Next()).IsPastDue);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));

        await _runs.Next();
    }

    [Fact]
    public async Task Missed_occurrences_cause_one_run_that_is_past_due()
    {
        await using var host = await Start(typeof(EveryMinute));

        _time.Advance(TimeSpan.FromMinutes(10.5));

        Assert.True((await _runs.Next()).IsPastDue);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(1, _runs.Count);
        _time.Advance(TimeSpan.FromMinutes(0.5));
        Assert.False((await _runs.Next()).IsPastDue);
    }

    [Fact]
    public async Task A_function_never_runs_concurrently_with_itself()
    {
        _runs.Hold = new TaskCompletionSource();
        await using var host = await Start(typeof(EveryMinute));
        _time.Advance(TimeSpan.FromMinutes(1));
        await _runs.Next();

        var manual = host.Host.RunTimerAsync("EveryMinute");
        _time.Advance(TimeSpan.FromMinutes(3));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal(1, _runs.Count);
        _runs.Hold.SetResult();

        Assert.True(await manual);
        await _runs.Next();
        Assert.True((await _runs.Next()).IsPastDue);
        Assert.Equal(1, _runs.MostAtOnce);
    }

    [Fact]
    public async Task A_timer_that_throws_is_logged_and_runs_again()
    {
        await using var host = await Start(typeof(Failing));

        Assert.False(await host.Host.RunTimerAsync("Failing"));
        Assert.False(await host.Host.RunTimerAsync("Failing"));

        Assert.Equal(2, host.Log.Count(line => line == "Error: Failing failed <- TimeZoneNotFoundException"));
    }

    [Fact]
    public async Task The_master_key_starts_a_timer_function_through_the_admin_endpoint()
    {
        await using var host = await Start(typeof(AtTwo));

        Assert.Equal((202, ""), await host.Send("POST", "/admin/functions/attwo", LocalHost.MasterKey));

        Assert.False((await _runs.Next()).IsPastDue);
    }

    [Theory]
    [InlineData("POST", "/admin/functions/AtTwo", null, 401)]
    [InlineData("POST", "/admin/functions/AtTwo", LocalHost.FunctionKey, 401)]
    [InlineData("POST", "/admin/functions/Nobody", LocalHost.MasterKey, 404)]
    [InlineData("GET", "/admin/functions/AtTwo", LocalHost.MasterKey, 404)]
    [InlineData("GET", "/admin/host/status", LocalHost.FunctionKey, 401)]
    [InlineData("GET", "/admin/host/status", LocalHost.MasterKey, 200)]
    public async Task The_admin_endpoint_starts_nothing_for_another_key_function_or_method(
        string method, string path, string? key, int status)
    {
        await using var host = await Start(typeof(AtTwo));

        Assert.Equal(status, (await host.Send(method, path, key)).Status);

        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(0, _runs.Count);
    }

    [Fact]
    public async Task Stopping_the_host_cancels_a_running_timer_and_waits_for_it()
    {
        var host = await Start(typeof(UntilStopped));
        var run = host.Host.RunTimerAsync("UntilStopped");
        await _runs.Next();

        await host.DisposeAsync();

        Assert.True(run.IsCompleted);
        Assert.True(_runs.Ended);
    }

    private Task<LocalHost> Start(Type functions) =>
        LocalHost.StartAsync(functions, options => options with { Time = _time }, services => services.AddSingleton(_runs));

    public sealed class Runs
    {
        private readonly Channel<(bool IsPastDue, DateTime Next)> _recorded = Channel.CreateUnbounded<(bool, DateTime)>();
        private int _running;

        public int Count { get; private set; }

        public int MostAtOnce { get; private set; }

        public bool Ended { get; set; }

        public TaskCompletionSource? Hold { get; set; }

        public async Task Record(TimerInfo info)
        {
            Count++;
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
            await _recorded.Writer.WriteAsync((info.IsPastDue, info.ScheduleStatus!.Next));
            if (Hold is not null)
                await Hold.Task;
            Interlocked.Decrement(ref _running);
        }

        public async Task<(bool IsPastDue, DateTime Next)> Next()
        {
            using var limit = TimeProvider.System.Limit(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            return await _recorded.Reader.ReadAsync(limit.Token);
        }
    }

    public sealed class AtTwo(Runs runs)
    {
        [Function("AtTwo")]
        public Task Run([TimerTrigger("0 0 2 * * *")] TimerInfo timer) => runs.Record(timer);
    }

    public sealed class EveryFiveMinutes(Runs runs)
    {
        [Function("EveryFiveMinutes")]
        public Task Run([TimerTrigger("00:05:00")] TimerInfo timer, CancellationToken cancellationToken) => runs.Record(timer);
    }

    public sealed class FromSetting(Runs runs)
    {
        [Function("FromSetting")]
        public Task Run([TimerTrigger("%Nightly%")] TimerInfo timer) => runs.Record(timer);
    }

    public sealed class AtStartup(Runs runs)
    {
        [Function("AtStartup")]
        public Task Run([TimerTrigger("0 * * * * *", RunOnStartup = true)] TimerInfo timer) => runs.Record(timer);
    }

    public sealed class EveryMinute(Runs runs)
    {
        [Function("EveryMinute")]
        public Task Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => runs.Record(timer);
    }

    public sealed class Failing
    {
        [Function("Failing")]
        public Task Run([TimerTrigger("0 0 2 * * *")] TimerInfo timer) =>
            throw new TimeZoneNotFoundException(timer.IsPastDue.ToString(CultureInfo.InvariantCulture));
    }

    public sealed class UntilStopped(Runs runs)
    {
        [Function("UntilStopped")]
        public async Task Run([TimerTrigger("0 0 2 * * *")] TimerInfo timer, CancellationToken cancellationToken)
        {
            await runs.Record(timer);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                runs.Ended = true;
            }
        }
    }
}
