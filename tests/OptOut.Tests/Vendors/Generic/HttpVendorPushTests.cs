using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Tests.Demo;
using static OptOut.Tests.Vendors.SandboxedVendor;

namespace OptOut.Tests.Vendors.Generic;

public sealed class HttpVendorPushTests
{
    private const string Of = "OptOut:HttpVendors:crm";

    [Fact]
    public async Task The_state_is_told_whole_and_in_its_documented_form()
    {
        await using var it = await StartAsync("crm");

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        var told = Assert.Single(Crm(it).Pushed);
        var at = told["timestamp"]!.GetValue<DateTimeOffset>();
        Assert.Equal(
            """
            {"type":"consent.changed","timestamp":"AT","channel":"email","kind":"email","identifier":"jan.peeters+x/y@example.com",
            "stopped":true,"lifted":false,"everything":true,"stoppedTopics":["newsletter","offers"],"allowedTopics":[]}
            """.ReplaceLineEndings(""),
            Regex.Unescape(told.ToJsonString()).Replace(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), "AT"));
    }

    [Theory]
    [InlineData("newsletter", null, "- newsletter")]
    [InlineData("*!offers", null, "- newsletter")]
    [InlineData("*", "newsletter", "S newsletter,offers")]
    [InlineData("newsletter", "*", "L newsletter / offers")]
    [InlineData("-", "*", "L / newsletter,offers")]
    [InlineData("-", "offers", "- / offers")]
    [InlineData("newsletter,offers", null, "- newsletter,offers")]
    public async Task What_was_confirmed_and_is_stopped_no_longer_comes_off_and_nothing_else(string stops, string? confirmed, string told)
    {
        await using var it = await StartAsync("crm");

        await it.PushAsync(stops, confirmed);

        Assert.Equal(told, Told(Assert.Single(Crm(it).Pushed)));
    }

    [Theory]
    [InlineData("-", null)]
    [InlineData("-", "-")]
    public async Task Nothing_to_hold_and_nothing_to_take_off_is_no_call(string stops, string? confirmed)
    {
        await using var it = await StartAsync("crm");

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync(stops, confirmed));

        Assert.Empty(it.There.Requests.All);
    }

    [Theory]
    [InlineData("newsletter", null, null)] // Offers may go there: only GET /api/check can tell a vendor that knows no topics.
    [InlineData("newsletter,offers", null, null)]
    [InlineData("*", null, "S")]
    [InlineData("newsletter", "*", "L")]
    public async Task A_vendor_that_keeps_no_topics_apart_is_told_of_none(string stops, string? confirmed, string? told)
    {
        await using var it = await StartAsync("crm", settings: [($"{Of}:ByTopic", "false")]);

        await it.PushAsync(stops, confirmed);

        Assert.Equal(told, Crm(it).Pushed.Select(Told).SingleOrDefault());
        Assert.All(Crm(it).Pushed, p => Assert.Null(p["stoppedTopics"]));
    }

    [Fact]
    public async Task A_vendor_that_sends_one_topic_is_told_of_a_stop_of_that_topic()
    {
        await using var it = await StartAsync("crm", settings: [($"{Of}:ByTopic", "false"), ($"{Of}:Topics:0", "offers")]);

        await it.PushAsync("newsletter");
        Assert.Empty(Crm(it).Pushed);

        await it.PushAsync("offers");
        Assert.Equal("S", Told(Crm(it).Pushed[0]));
        Assert.False(Crm(it).Pushed[0]["everything"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Each_call_has_an_id_of_its_own_so_that_nobody_drops_a_Stop_that_comes_back()
    {
        await using var it = await StartAsync("crm");

        await it.PushAsync("*");
        await it.PushAsync("-", "*");
        await it.PushAsync("*", "-");

        Assert.Equal(3, Crm(it).MessageIds.Distinct().Count());
        Assert.All(Crm(it).MessageIds, id => Assert.Matches("^msg_[0-9a-f]{32}$", id));
    }

    [Fact]
    public async Task While_a_secret_is_changed_a_vendor_with_the_old_or_the_new_one_believes_us()
    {
        await using var it = await StartAsync("crm", settings:
            [($"{Of}:PushSecrets:0", "whsec_" + Convert.ToBase64String(new byte[32])), ($"{Of}:PushSecrets:1", GenericSandbox.PushSecret)]);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));
    }

    [Fact]
    public async Task A_secret_the_vendor_does_not_have_is_named_by_its_setting()
    {
        await using var it = await StartAsync("crm", settings: [($"{Of}:PushSecrets:0", "whsec_" + Convert.ToBase64String(new byte[32]))]);

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal($"crm does not know the key in {Of}:BearerToken or {Of}:PushSecrets (POST PushUrl, 401); give the one the vendor has.", rejected.Reason);
        Assert.Empty(Crm(it).Entries);
    }

    [Fact]
    public async Task Whatever_the_vendor_wants_in_its_headers_is_sent()
    {
        using var crm = new RawServer("HTTP/1.1 204 No Content\r\n\r\n");
        await using var it = await StartAsync("crm", settings:
        [
            ($"{Of}:PushUrl", $"http://127.0.0.1:{crm.Port}/consent"), ($"{Of}:BearerToken", null), ($"{Of}:Headers:Authorization", "Basic c2VjcmV0"), ($"{Of}:Headers:X_Account", "7"),
        ]);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        var sent = await crm.ReceivedAsync();
        Assert.Contains("\r\nAuthorization: Basic c2VjcmV0\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Account: 7\r\n", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_with_a_status_of_success_confirms_nothing_and_says_what_may_have_answered()
    {
        await using var it = await StartAsync("crm");
        it.There.Failures.Set(new(SandboxFailureKind.Garbage));

        var transient = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal("crm answered POST PushUrl with 200 and a body that is neither empty nor JSON: something in between may have answered.", transient.Reason);
    }

    [Fact]
    public async Task The_vendors_own_words_are_kept_out_because_nobody_knows_what_they_hold()
    {
        await using var it = await StartAsync("crm");
        it.There.Failures.Set(new(SandboxFailureKind.Status, Status: 422, Message: "Jan Peeters has no account"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal("crm answered POST PushUrl with 422.", rejected.Reason);
    }

    [Fact]
    public async Task An_identifier_of_another_channel_is_refused_without_a_call()
    {
        await using var it = await StartAsync("crm");
        Assert.True(PhoneNumber.TryParse("+32470123456", "BE", out var phone));

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: phone));

        Assert.Empty(it.There.Requests.All);
    }

    [Fact]
    public async Task A_state_that_was_overtaken_on_its_way_is_left_alone_by_a_vendor_that_looks()
    {
        await using var it = await StartAsync("crm");
        await it.PushAsync("*");
        var old = Crm(it).Pushed[0].DeepClone().AsObject();
        old["timestamp"] = old["timestamp"]!.GetValue<DateTimeOffset>().AddSeconds(-1); // The two may fall into one millisecond.
        await it.PushAsync("-", "*");

        Crm(it).Take(old, "msg_late");

        Assert.Empty(Crm(it).Entries);
    }

    internal static CrmSandbox Crm(SandboxedVendor it) => it.Sandbox.Find<CrmSandbox>();

    // S stopped, L lifted, - neither; then the topics that are stopped / allowed again.
    private static string Told(JsonObject state)
    {
        var (stopped, allowed) = (Topics("stoppedTopics"), Topics("allowedTopics"));
        var mark = state["stopped"]!.GetValue<bool>() ? "S" : state["lifted"]!.GetValue<bool>() ? "L" : "-";
        return string.Join(' ', new[] { mark, stopped, allowed.Length > 0 ? $"/ {allowed}" : "" }.Where(p => p.Length > 0));

        string Topics(string name) => string.Join(',', state[name]?.AsArray().Select(t => t!.GetValue<string>()) ?? []);
    }
}
