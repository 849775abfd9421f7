using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using OptOut.Local;

namespace OptOut.Tests.Hosting;

public sealed class HttpFunctionTests
{
    [Fact]
    public async Task A_function_gets_the_request_its_route_values_and_services_of_its_own_scope()
    {
        await using var host = await Start();

        var first = await host.Send("POST", "/u/abc%20d?x=1");
        var second = await host.Send("POST", "/u/other");

        Assert.Equal((200, "POST abc d ?x=1 visit 1"), first);
        Assert.Equal((200, "POST other  visit 1"), second);
    }

    [Fact]
    public async Task An_optional_route_value_may_be_absent()
    {
        await using var host = await Start();

        Assert.Equal((200, "nothing"), await host.Send("GET", "/optional"));
        Assert.Equal((200, "nl"), await host.Send("GET", "/optional/nl"));
    }

    [Fact]
    public async Task Without_a_route_the_function_name_is_the_route_and_without_methods_every_method_is_accepted()
    {
        await using var host = await Start();

        Assert.Equal(204, (await host.Send("GET", "/Nameless")).Status);
        Assert.Equal(204, (await host.Send("DELETE", "/nameless")).Status);
    }

    [Theory]
    [InlineData("GET", "/u/abc")]
    [InlineData("HEAD", "/u/abc")]
    [InlineData("OPTIONS", "/u/abc")]
    [InlineData("HEAD", "/optional")]
    [InlineData("POST", "/nowhere")]
    public async Task A_method_or_route_that_no_function_declares_is_not_found(string method, string path)
    {
        await using var host = await Start();

        Assert.Equal((404, ""), await host.Send(method, path));
    }

    [Fact]
    public async Task A_declared_HEAD_is_answered()
    {
        await using var host = await Start();

        Assert.Equal((200, ""), await host.Send("HEAD", "/headed"));
    }

    [Theory]
    [InlineData("/keyed", null, 401)]
    [InlineData("/keyed", "wrong", 401)]
    [InlineData("/keyed", "", 401)]
    [InlineData("/keyed", LocalHost.FunctionKey, 204)]
    [InlineData("/keyed", LocalHost.MasterKey, 204)]
    [InlineData("/mastered", LocalHost.FunctionKey, 401)]
    [InlineData("/mastered", LocalHost.MasterKey, 204)]
    [InlineData("/keyed?code=" + LocalHost.FunctionKey, null, 204)]
    [InlineData("/keyed?code=wrong", null, 401)]
    public async Task A_function_requires_the_key_of_its_authorization_level(string path, string? key, int status)
    {
        await using var host = await Start();

        Assert.Equal((status, ""), await host.Send("POST", path, key));
    }

    [Fact]
    public async Task If_a_function_throws_the_error_is_logged_and_the_response_is_an_empty_500()
    {
        await using var host = await Start();

        Assert.Equal((500, ""), await host.Send("GET", "/throws"));
        Assert.Equal((500, ""), await host.Send("GET", "/throws-late"));

        Assert.Contains("Error: Throws failed <- TimeZoneNotFoundException", host.Log);
        Assert.Contains("Error: ThrowsLate failed <- TimeZoneNotFoundException", host.Log);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_Razor_page_and_a_form_need_no_middleware(string method)
    {
        await using var host = await Start();
        using var request = new HttpRequestMessage(new HttpMethod(method), "/page");
        if (method == "POST")
            request.Content = new FormUrlEncodedContent([new("name", "<b>")]);

        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            method == "POST" ? "<p>&lt;b&gt;</p>" : "<p></p>",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_response_has_no_Server_header()
    {
        await using var host = await Start();

        using var response = await host.Client.GetAsync("/optional", TestContext.Current.CancellationToken);

        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_local_host_can_map_its_own_endpoints_beside_the_functions()
    {
        await using var host = await LocalHost.StartAsync(
            typeof(Functions), options => options with { MapEndpoints = app => app.MapGet("/demo", () => "demo") }, Register);

        Assert.Equal((200, "demo"), await host.Send("GET", "/demo"));
        Assert.Equal((200, "nothing"), await host.Send("GET", "/optional"));
    }

    [Fact]
    public async Task The_route_prefix_from_host_json_applies_to_every_route()
    {
        var hostJson = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            hostJson, """{ "version": "2.0", /* as Azure's default */ "extensions": { "http": { "routePrefix": "api" } } }""");
        await using var host = await LocalHost.StartAsync(typeof(Functions), options => options with { HostJsonPath = hostJson }, Register);

        Assert.Equal((200, "nothing"), await host.Send("GET", "/api/optional"));
        Assert.Equal(404, (await host.Send("GET", "/optional")).Status);
        File.Delete(hostJson);
    }

    [Fact]
    public async Task The_error_for_a_port_in_use_names_the_option_that_changes_it()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var refused = await Assert.ThrowsAsync<CannotStartException>(
            () => LocalHost.StartAsync(typeof(Functions), options => options with { Port = port }, Register));

        Assert.Equal(
            $"Port {port}, for the functions, is in use on this machine. "
                + "Stop what uses it, or choose another with --port (0 picks a free one).",
            refused.Message);
    }

    [Fact]
    public async Task A_request_in_progress_is_answered_before_the_host_stops()
    {
        var gate = new Gate();
        var host = await LocalHost.StartAsync(typeof(Functions), services: services => Register(services.AddSingleton(gate)));
        var answer = host.Send("GET", "/slow");
        await gate.Entered.Task;

        var stopped = host.Host.DisposeAsync().AsTask();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(stopped.IsCompleted);
        gate.Open.SetResult();

        Assert.Equal((200, "done"), await answer);
        await stopped;
    }

    private static Task<LocalHost> Start() => LocalHost.StartAsync(typeof(Functions), services: Register);

    private static void Register(IServiceCollection services)
    {
        services.AddScoped<Visit>();
        services.AddRazorComponents();
        if (services.All(service => service.ServiceType != typeof(Gate)))
            services.AddSingleton<Gate>();
    }

    public sealed class Visit
    {
        public int Count { get; set; }
    }

    public sealed class Page : ComponentBase
    {
        [Parameter]
        public string Name { get; set; } = "";

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "p");
            builder.AddContent(1, Name);
            builder.CloseElement();
        }
    }

    public sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Open { get; } = new();
    }

    public sealed class Functions(Visit visit, Gate gate)
    {
        [Function("Record")]
        public IResult Record(
            [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "u/{token}")] HttpRequest request,
            string token,
            CancellationToken cancellationToken) =>
            cancellationToken.IsCancellationRequested
                ? Results.NoContent()
                : Results.Text($"{request.Method} {token} {request.QueryString} visit {++visit.Count}");

        [Function("Optional")]
        public async Task<IResult> OptionalValue(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{language?}")] HttpRequest request, string? language)
        {
            await request.Body.CopyToAsync(Stream.Null);
            return Results.Text(language ?? "nothing");
        }

        [Function("Nameless")]
        public static IResult Nameless([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.NoContent();

        [Function("Headed")]
        public static IResult Headed([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "headed")] HttpRequest request) =>
            Results.Text("body");

        [Function("Keyed")]
        public static IResult Keyed([HttpTrigger(AuthorizationLevel.Function, "post", Route = "keyed")] HttpRequest request) =>
            Results.NoContent();

        [Function("Mastered")]
        public static IResult Mastered([HttpTrigger(AuthorizationLevel.Admin, "post", Route = "mastered")] HttpRequest request) =>
            Results.NoContent();

        [Function("Throws")]
        public static IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throws")] HttpRequest request) =>
            throw new TimeZoneNotFoundException("secret");

        [Function("ThrowsLate")]
        public static async Task<IResult> ThrowsLate(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throws-late")] HttpRequest request)
        {
            await Task.Yield();
            throw new TimeZoneNotFoundException("secret");
        }

        [Function("Page")]
        public static async Task<IResult> Show(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "page")] HttpRequest request) =>
            new RazorComponentResult<Page>(
                new { Name = request.HasFormContentType ? (await request.ReadFormAsync())["name"].ToString() : "" });

        [Function("Slow")]
        public async Task<IResult> Slow([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow")] HttpRequest request)
        {
            gate.Entered.SetResult();
            await gate.Open.Task;
            return Results.Text("done");
        }
    }
}
