using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Messaging.ServiceBus;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Functions;
using OptOut.Links;
using OptOut.Local.Hosting;

namespace OptOut.Fuzz.Product;

/// <summary>
/// The whole product with its HTTP functions on the local host, without a network: tables and bus in memory, vendors that answer what a
/// target says. Started when the first target needs it.
/// </summary>
internal sealed class ProductInMemory
{
    public const string FunctionKey = "local";

    // The limits in the settings allow one more request each microsecond.
    private static readonly TimeSpan BetweenRequests = TimeSpan.FromMilliseconds(1);

    private static readonly Lazy<ProductInMemory> Started = new(() => new ProductInMemory());

    private readonly MemoryStorage _storage = new();
    private readonly MemoryServer _server = new();
    private readonly ErrorLog _errors = new();
    private readonly FunctionHost _host;

    private ProductInMemory()
    {
        Vendors = new SigningVendors(Time);

        // The product makes its storage clients itself, so the transport comes in by the default of all clients.
        ClientOptions.Default.Transport = new HttpClientTransport(_storage);
        _host = FunctionHost.StartAsync(new FunctionHostOptions
        {
            Assembly = typeof(UnsubscribeFunctions).Assembly,
            HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
            MasterKey = "master",
            FunctionKey = FunctionKey,
            TypeFilter = type => type.GetMethods().Any(m => m.GetParameters().Any(p => p.IsDefined(typeof(HttpTriggerAttribute), false))),
            Configuration = new ConfigurationBuilder().AddInMemoryCollection(ProductSettings.Create(Vendors)).Build(),
            ConfigureLogging = logging => logging.AddProvider(_errors),
            ConfigureServices = Configure,
            Time = Time,
            Port = 0,
        }).GetAwaiter().GetResult();
        Replies.Certificate = Vendors.SnsCertificate;
        Prepare();
    }

    public static ProductInMemory Instance => Started.Value;

    public InstantTime Time { get; } = new();

    public SigningVendors Vendors { get; }

    public VendorReplies Replies { get; } = new();

    public RecordingBus Bus { get; } = new();

    /// <summary>A link of a person who is known, and the code on a letter to them.</summary>
    public string Token { get; private set; } = "";

    public string Code { get; private set; } = "";

    /// <summary>What the token says.</summary>
    public Link Link { get; private set; }

    public T Service<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Answers the request. Tables and bus are then as before; <see cref="RecordingBus.Messages"/> has what was published.</summary>
    /// <exception cref="Exception">What the host answers with 500.</exception>
    public (int Status, byte[] Body) Send(RawRequest request)
    {
        Bus.Clear();
        Time.Advance(BetweenRequests);
        _errors.Last = null;
        var answer = _server.Send(request);
        _storage.Tables.Reset();
        if (answer.Status >= 500 && _errors.Last is { } failure)
            ExceptionDispatchInfo.Throw(failure);
        return answer;
    }

    // What the product is told before a person presses anything.
    private void Prepare()
    {
        const string Person =
            """{"identifiers":{"email":["jan@example.com"],"phone":["0470123456"],"postal":["Kerkstraat 12, 9000 Gent"]},"language":"nl"}""";
        Expect(Write("PUT", "/api/subjects/C-1001", Person));
        var code = Expect(Write("POST", "/api/codes", """{"subjects":["C-1001"],"topic":"newsletter","campaign":7}"""));
        Code = System.Text.Json.Nodes.JsonNode.Parse(code)!["codes"]![0]!["code"]!.GetValue<string>();
        Link = new Link(
            Service<Identity.IdentifierProtector>().SubjectOf("C-1001"), Channel.Email, 1,
                new DateTimeOffset(2026, 1, 2, 3, 4, 0, TimeSpan.Zero), 7);
        Token = Service<LinkKeyRing>().Sign(Link);
        _storage.Tables.Keep();
        Bus.Clear();
    }

    private string Expect(RawRequest request)
    {
        Bus.Clear();
        var (status, body) = _server.Send(request);
        return status == 200
            ? Encoding.UTF8.GetString(body)
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"{request.Path} answered {status}: {Encoding.UTF8.GetString(body)} {_errors.Last}"));
    }

    private static RawRequest Write(string method, string path, string body) =>
        new(method, path, "", [("x-functions-key", FunctionKey), ("Content-Type", "application/json")], Encoding.UTF8.GetBytes(body));

    private void Configure(IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptOut(configuration);
        services.AddSingleton<IServer>(_server);
        services.AddSingleton<ServiceBusClient>(Bus);
        services.PostConfigureAll<HttpClientFactoryOptions>(http =>
            http.HttpMessageHandlerBuilderActions.Add(handler => handler.PrimaryHandler = Replies));
    }
}
