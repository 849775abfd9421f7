using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Vendors;

namespace OptOut.Tests.Vendors.Dialler;

/// <summary>How the adapter handles answers that no sensible dialler gives. A call centre may have written its own script.</summary>
public sealed class DiallerListTests : IAsyncLifetime
{
    private readonly List<string> _calls = [];
    private string _answer = "{}";
    private WebApplication? _dialler;
    private ServiceProvider? _services;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DateTimeOffset Until { get; } = new(2026, 11, 25, 2, 0, 0, TimeSpan.Zero);

    private IVendor Vendor => _services!.GetServices<IVendor>().Single(v => v.Name == "dialler");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _dialler = builder.Build();
        _dialler.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            _calls.Add(
                $"{context.Request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget} "
                    + $"{context.Request.Headers.Authorization} {await reader.ReadToEndAsync(Cancel)}");
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(_answer, Cancel);
        });
        await _dialler.StartAsync(Cancel);
        var address = _dialler.Services
            .GetRequiredService<IServer>()
            .Features.GetRequiredFeature<IServerAddressesFeature>()
            .Addresses.First();

        await using var sandbox = await Emulators.Sandbox.VendorSandbox.StartAsync(
            new Emulators.Sandbox.VendorSandboxOptions { SendGridGroups = OptOutSettings.SendGridGroups }, Cancel);
        var settings = OptOutSettings.Create(
            "UseDevelopmentStorage=true",
            "Endpoint=sb://127.0.0.1;SharedAccessKeyName=none;SharedAccessKey=none;UseDevelopmentEmulator=true",
            sandbox,
            ["dialler"]);
        settings["OptOut:Dialler:BaseAddress"] = $"{address}/centre/v1"; // Without the trailing slash, which is easily forgotten.
        settings["OptOut:Dialler:Topics:0"] = "offers";
        _services = new ServiceCollection()
            .AddLogging()
            .AddOptOut(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services!.DisposeAsync();
        await _dialler!.DisposeAsync();
    }

    [Fact]
    public async Task The_number_is_sent_in_the_body_and_never_in_the_URL()
    {
        _answer = """{"stopped":true}""";

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Everything, null));

        Assert.Equal(["""POST /centre/v1/do-not-call Bearer sandbox-dialler-token {"number":"+32470123456","stopped":true}"""], _calls);
    }

    [Theory]
    [InlineData("*", null, "true")] // Everything.
    [InlineData("*!newsletter", null, "true")] // The call centre calls about offers only.
    [InlineData("offers", null, "true")] // The only topic it calls about.
    [InlineData("-", null, null)]
    [InlineData("-", "offers", "false")]
    [InlineData("-", "*", "false")]
    [InlineData("newsletter", "*!newsletter", "false")]
    [InlineData("*", "*", "true")]
    public async Task Only_the_necessary_change_is_sent(string stops, string? confirmed, string? sent)
    {
        _answer = """{"stopped":true}""";

        Assert.IsType<VendorOutcome.Confirmed>(await PushAsync(StopSet.Parse(stops), confirmed is null ? null : StopSet.Parse(confirmed)));

        Assert.Equal(
            sent is null ? [] : [$$"""{"number":"+32470123456","stopped":{{sent}}}"""],
            _calls.Select(c => c[c.IndexOf('{', StringComparison.Ordinal)..]));
        Assert.Equal(sent == "true", Vendor.ListsFor(StopSet.Parse(stops)).Count > 0);
    }

    [Theory]
    [InlineData("""{"stopped":false}""")]
    [InlineData("""{"stopped":"true"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("true")]
    [InlineData("")]
    public async Task An_answer_that_does_not_state_that_the_number_is_stopped_confirms_nothing(string answer)
    {
        _answer = answer;

        Assert.IsType<VendorOutcome.Transient>(await PushAsync(StopSet.Everything, null));
    }

    [Fact]
    public async Task Pages_are_read_up_to_a_fixed_time_and_malformed_entries_are_counted()
    {
        _answer = """
            {"entries":[
              {"number":"0470 12 34 56","since":"2026-11-24T10:00:00+01:00","origin":"them"},
              {"number":"+32470123457","since":"2026-11-25T01:59:59.5Z"},
              {"number":"+32470123458","since":"2026-11-25T02:00:00.001Z"},
              {"number":"+32470123459"},
              {"number":"+32470123460","since":"24/11/2026"},
              {"number":"+32470123461","since":"1970-01-01T00:00:00Z"},
              {"number":7,"since":"2026-11-24T10:00:00Z"},
              {"since":"2026-11-24T10:00:00Z"},
              null],
             "next":"p 2"}
            """.Replace("p 2", "p=2&x", StringComparison.Ordinal);

        var page = Assert.IsType<VendorPull.Page>(await Vendor.PullAsync("do-not-call", Until, null, Cancel));

        Assert.Equal(
            [("+32470123456", new DateTimeOffset(2026, 11, 24, 9, 0, 0, TimeSpan.Zero)), ("+32470123457", Until.AddSeconds(-0.5))],
            page.Entries.Select(e => (e.Identifier.Value, e.At)));
        Assert.All(
            page.Entries, e => Assert.Equal(("do-not-call", VendorEntryKind.Unsubscribed, Scope.Everything), (e.List, e.Kind, e.Stop)));
        Assert.Equal((6, "p=2&x"), (page.Unreadable, page.Next));

        _answer = """{"entries":[]}""";
        Assert.Null(Assert.IsType<VendorPull.Page>(await Vendor.PullAsync("do-not-call", Until, page.Next, Cancel)).Next);
        Assert.Equal(
            [
                "GET /centre/v1/do-not-call?until=2026-11-25T02%3A00%3A00.000Z Bearer sandbox-dialler-token ",
                "GET /centre/v1/do-not-call?until=2026-11-25T02%3A00%3A00.000Z&cursor=p%3D2%26x Bearer sandbox-dialler-token ",
            ],
            _calls);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"entries":{}}""")]
    [InlineData("""{"entries":null}""")]
    [InlineData("""{"entries":[],"next":2}""")]
    [InlineData("""{"entries":[],"next":""}""")]
    [InlineData("""{"entries":[],"next":"same"}""")]
    public async Task An_invalid_page_is_never_read_as_an_empty_list(string answer)
    {
        _answer = answer;

        Assert.IsType<VendorOutcome.Transient>(
            Assert.IsType<VendorPull.Failed>(await Vendor.PullAsync("do-not-call", Until, "same", Cancel)).Outcome);
    }

    [Theory]
    [InlineData("+32470123456")]
    [InlineData("0470123457")]
    [InlineData("after:32470123456")]
    public async Task A_cursor_that_contains_a_phone_number_is_rejected_with_the_fix(string next)
    {
        _answer = new JsonObject
        {
            ["entries"] = new JsonArray(new JsonObject { ["number"] = "+32470123456", ["since"] = "2026-11-24T10:00:00Z" }),
            ["next"] = next,
        }.ToJsonString();

        var rejected = Assert.IsType<VendorOutcome.Rejected>(
            Assert.IsType<VendorPull.Failed>(await Vendor.PullAsync("do-not-call", Until, null, Cancel)).Outcome);

        Assert.Contains("page by a position", rejected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("470123", rejected.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_email_address_is_rejected_without_a_call()
    {
        Assert.True(EmailAddress.TryParse("jan@example.com", out var who));

        Assert.IsType<VendorOutcome.Rejected>(await Vendor.PushAsync(new VendorPush(who, StopSet.Everything, null), Cancel));
        Assert.Empty(_calls);
    }

    private Task<VendorOutcome> PushAsync(StopSet stops, StopSet? confirmed)
    {
        Assert.True(PhoneNumber.TryParse("+32470123456", "BE", out var who));
        return Vendor.PushAsync(new VendorPush(who, stops, confirmed), Cancel);
    }
}
