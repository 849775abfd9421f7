using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Emulators.Sandbox.Dialler;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Emulators.Sandbox.Mailgun;
using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Emulators.Sandbox.PrintHouse;
using OptOut.Emulators.Sandbox.Registers;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Emulators.Sandbox.Twilio;

namespace OptOut.Emulators.Sandbox;

/// <summary>
/// Emulates the vendors on this machine: each keeps its lists and mails, answers as the real API does, and can be made to fail.
/// Listens on the loopback address only. A call that no vendor knows is answered with 501 and recorded in <see cref="Unexpected"/>.
/// </summary>
internal sealed class VendorSandbox : IAsyncDisposable
{
    private const string ControlPrefix = "sandbox";

    private readonly WebApplication _app;
    private readonly SandboxSetup _setup;
    private readonly IReadOnlyList<SandboxVendor> _vendors;
    private readonly SandboxRequests _unexpected = new();

    private VendorSandbox(WebApplication app, SandboxSetup setup)
    {
        (_app, _setup) = (app, setup);
        _vendors =
        [
            new SendGridSandbox(setup),
            new RegistersSandbox(setup),
            new PostmarkSandbox(setup),
            new MailgunSandbox(setup),
            new AmazonSesSandbox(setup),
            new DiallerSandbox(setup),
            new PrintHouseSandbox(setup),
            new TwilioSandbox(setup),
            new CrmSandbox(setup),
        ];
    }

    public Uri BaseAddress { get; private set; } = new("http://127.0.0.1");

    public SendGridSandbox SendGrid => Find<SendGridSandbox>();

    public IReadOnlyList<SandboxVendor> Vendors => _vendors;

    /// <summary>The address of the functions; null if there are none.</summary>
    public Uri? Functions
    {
        get => _setup.Functions;
        set => _setup.Functions = value;
    }

    /// <summary>Calls that no vendor answered. A test that causes one has found a problem.</summary>
    public IReadOnlyList<string> Unexpected => _unexpected.All;

    public static async Task<VendorSandbox> StartAsync(VendorSandboxOptions options, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, options.Port));

        var app = builder.Build();
        var sandbox = new VendorSandbox(app, new SandboxSetup(options));
        app.Run(sandbox.AnswerAsync);
        await app.StartAsync(cancellationToken);
        sandbox.BaseAddress = new Uri(
            app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        return sandbox;
    }

    /// <summary>The vendor that this class emulates.</summary>
    public T Find<T>()
        where T : SandboxVendor => _vendors.OfType<T>().Single();

    /// <summary>The app settings that connect the product to the vendors of this sandbox.</summary>
    /// <param name="names">The vendors' names; null for all.</param>
    public Dictionary<string, string> Settings(IReadOnlyCollection<string>? names = null) => _vendors
        .Where(v => names is null || names.Contains(v.Name))
        .SelectMany(v => v.Settings(BaseAddress))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var vendor in _vendors)
            await vendor.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = SandboxVendor.Segments(target);
        if (path is [ControlPrefix, ..] ? await ControlAsync(context, path) : await CallAsync(context, target, path))
            return;

        _unexpected.Add(context.Request.Method, target);
        await SandboxJson.ErrorAsync(context, 501, "the sandbox does not know this call");
    }

    private async Task<bool> CallAsync(HttpContext context, string target, string[] path)
    {
        if (_vendors.FirstOrDefault(v => v.Owns(context.Request.Path)) is not { } vendor)
            return false;
        vendor.Requests.Add(context.Request.Method, target);
        return await vendor.Failures.AnswerAsync(context, vendor) || await vendor.TryAnswerAsync(context, path);
    }

    private async Task<bool> ControlAsync(HttpContext context, string[] path)
    {
        switch (path)
        {
            case [_, "state"] when HttpMethods.IsGet(context.Request.Method):
                await SandboxJson.WriteAsync(context, 200, State());
                return true;
            case [_, "settings"] when HttpMethods.IsGet(context.Request.Method):
                await SandboxJson.WriteAsync(
                    context, 200, new JsonObject(Settings().Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))));
                return true;
            case [_, var name, var control] when _vendors.FirstOrDefault(v => v.Name == name) is { } vendor:
                return control == "failures" ? await FailuresAsync(context, vendor) : await vendor.TryControlAsync(context, control);
            default:
                return false;
        }
    }

    private JsonObject State()
    {
        var state = new JsonObject { ["unexpected"] = new JsonArray([.. Unexpected.Select(u => JsonValue.Create(u))]) };
        foreach (var vendor in _vendors)
            state[vendor.Name] = vendor.Describe();
        return state;
    }

    // POST sets a failure, DELETE clears it.
    private static async Task<bool> FailuresAsync(HttpContext context, SandboxVendor vendor)
    {
        if (HttpMethods.IsDelete(context.Request.Method))
        {
            vendor.Failures.Clear();
        }
        else if (HttpMethods.IsPost(context.Request.Method))
        {
            if (await SandboxJson.ReadAsync<SandboxFailure>(context) is not { } failure)
            {
                await SandboxJson.ErrorAsync(context, 400, "give a failure, for example {\"kind\":\"Status\",\"status\":500,\"calls\":3}");
                return true;
            }

            vendor.Failures.Set(failure);
        }
        else
        {
            return false;
        }

        context.Response.StatusCode = 204;
        return true;
    }
}
