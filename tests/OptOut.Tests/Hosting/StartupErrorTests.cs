using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Local;

namespace OptOut.Tests.Hosting;

public sealed class StartupErrorTests
{
    [Fact]
    public async Task All_startup_errors_are_reported_at_once_each_with_its_fix()
    {
        var refused = await Assert.ThrowsAsync<CannotStartException>(() => LocalHost.StartAsync(typeof(Wrong)));

        Assert.Equal(
            string.Join(
                '\n',
                "The functions cannot start:",
                "- no good (Http.BadName): Azure does not accept this name. Start with a letter, followed by at most 127 "
                    + "letters, digits, '-' or '_'.",
                "- Internal (Http.Internal): is not public. Make the method public; the Functions worker only finds public methods.",
                "- NoTrigger (Http.NoTrigger): has 0 triggers. Give exactly one parameter [HttpTrigger], [ServiceBusTrigger] "
                    + "or [TimerTrigger].",
                "- Twice: 2 functions have this name (Http.Twice, Timers.Twice). Give each its own name; names are not case-sensitive.",
                "- Admin (Http.Admin): the route 'administration' begins with admin or runtime, which Azure reserves. "
                    + "Choose another route.",
                "- BadRoute (Http.BadRoute): the route 'u/{token' cannot be read: There is an incomplete parameter in the "
                    + "route template. Check that each '{' character has a matching '}' character. "
                    + "Write it as in ASP.NET Core: literal/{value}/{optional?}.",
                "- NotAResult (Http.NotAResult): returns String. Return IResult or Task<IResult>.",
                "- NotARouteValue (Http.NotARouteValue): nothing binds the parameter 'other' of type String. "
                    + "It may take HttpRequest, CancellationToken and, as string, the values in its route; inject services through "
                    + "the constructor.",
                "- SameRoute (Http.SameRoute): GET /v/{b} is also the route of NotARouteValue. "
                    + "Give one of them another route or method.",
                "- NoClient (Bus.NoClient): no ServiceBusClient is registered. "
                    + "Register one where the function app registers its services.",
                "- BadCron (Timers.BadCron): the schedule '0 61 * * * *' cannot be read: The given cron expression has an "
                    + "invalid format. Minutes: Value must be a number between 0 and 59 (all inclusive). "
                    + "Write six fields (second minute hour day month weekday, as in '0 0 2 * * *') or an interval ('00:05:00').",
                "- NoSetting (Timers.NoSetting): the setting Absent is missing. Set Absent, which %Absent% in the trigger refers to.",
                "- WantsService (Service.WantsService): its constructor needs Unregistered, which is not registered. "
                    + "Register it where the function app registers its services."),
            refused.Message);
    }

    [Fact]
    public async Task An_unreadable_host_json_is_reported_with_its_path()
    {
        var missing = Path.Combine(Path.GetTempPath(), "nowhere", "host.json");

        var refused = await Assert.ThrowsAsync<CannotStartException>(
            () => LocalHost.StartAsync(typeof(StartupErrorTests), options => options with { HostJsonPath = missing }));

        Assert.Equal(
            $"The functions cannot start:\n- host.json ({missing}): Could not find a part of the path '{missing}'. Fix the file; "
                + "https://learn.microsoft.com/azure/azure-functions/functions-host-json lists what it may contain.",
            refused.Message);
    }

    [Fact]
    public async Task Invalid_options_stop_the_start_with_every_failure()
    {
        var refused = await Assert.ThrowsAsync<CannotStartException>(
            () => LocalHost.StartAsync(typeof(StartupErrorTests), services: services => services
                .AddOptions<Limits>()
                .Validate(limits => limits.Most > 0, "Limits:Most is 0. Give at least 1.")
                .Validate(limits => limits.Most > 0, "Limits:Least is missing. Give a number.")
                .ValidateOnStart()));

        Assert.Equal(
            "The settings are invalid:\n- Limits:Most is 0. Give at least 1.\n- Limits:Least is missing. Give a number.", refused.Message);
    }

    public sealed class Limits
    {
        public int Most { get; set; }
    }

    public static class Wrong
    {
        public sealed class Http
        {
            [Function("no good")]
            public IResult BadName([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "a")] HttpRequest request) =>
                Results.NoContent();

            [Function("Internal")]
            internal IResult Internal([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "b")] HttpRequest request) =>
                Results.NoContent();

            [Function("NoTrigger")]
            public IResult NoTrigger(HttpRequest request) => Results.NoContent();

            [Function("Twice")]
            public IResult Twice([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "c")] HttpRequest request) =>
                Results.NoContent();

            [Function("Admin")]
            public IResult Admin([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "administration")] HttpRequest request) =>
                Results.NoContent();

            [Function("BadRoute")]
            public IResult BadRoute([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "u/{token")] HttpRequest request) =>
                Results.NoContent();

            [Function("NotARouteValue")]
            public IResult NotARouteValue(
                [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "v/{a}")] HttpRequest request, string a, string other) =>
                Results.Text(a + other);

            [Function("SameRoute")]
            public IResult SameRoute(
                [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "v/{b}")] HttpRequest request, string b) =>
                Results.Text(b);

            [Function("NotAResult")]
            public string NotAResult([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "d")] HttpRequest request) => "";
        }

        public sealed class Bus
        {
            [Function("NoClient")]
            public Task NoClient([ServiceBusTrigger("changes", "email")] Azure.Messaging.ServiceBus.ServiceBusReceivedMessage message) =>
                Task.CompletedTask;
        }

        public sealed class Timers
        {
            [Function("twice")]
            public Task Twice([TimerTrigger("0 0 2 * * *")] TimerInfo timer) => Task.CompletedTask;

            [Function("BadCron")]
            public Task BadCron([TimerTrigger("0 61 * * * *")] TimerInfo timer) => Task.CompletedTask;

            [Function("NoSetting")]
            public Task NoSetting([TimerTrigger("%Absent%")] TimerInfo timer) => Task.CompletedTask;
        }

        public sealed class Service(Unregistered unregistered)
        {
            [Function("WantsService")]
            public Task WantsService([TimerTrigger("0 0 2 * * *")] TimerInfo timer) => Task.FromResult(unregistered);
        }

        public sealed class Unregistered;
    }
}
