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
    private const string Section = "OptOut:HttpVendors:crm";

    [Fact]
    public async Task The_whole_state_is_sent_in_the_documented_format()
    {
        await using var it = await StartAsync("crm");

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        var sent = Assert.Single(Crm(it).Pushed);
        var at = sent["timestamp"]!.GetValue<DateTimeOffset>();
        Assert.Equal(
            """
            {"type":"consent.changed","timestamp":"AT","channel":"email","kind":"email","identifier":"jan.peeters+x/y@example.com",
            "stopped":true,"lifted":false,"everything":true,"stoppedTopics":["newsletter","offers"],"allowedTopics":[]}
            """.ReplaceLineEndings(""),
            Regex.Unescape(sent.ToJsonString())
                .Replace(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), "AT"));
    }

    [Theory]
    [InlineData("newsletter", null, "- newsletter")]
    [InlineData("*!offers", null, "- newsletter")]
    [InlineData("*", "newsletter", "S newsletter,offers")]
    [InlineData("newsletter", "*", "L newsletter / offers")]
    [InlineData("-", "*", "L / newsletter,offers")]
    [InlineData("-", "offers", "- / offers")]
    [InlineData("newsletter,offers", null, "- newsletter,offers")]
    public async Task Only_what_was_confirmed_and_is_no_longer_stopped_is_removed(string stops, string? confirmed, string sent)
    {
        await using var it = await StartAsync("crm");

        await it.PushAsync(stops, confirmed);

        Assert.Equal(sent, Summary(Assert.Single(Crm(it).Pushed)));
    }

    [Theory]
    [InlineData("-", null)]
    [InlineData("-", "-")]
    public async Task No_call_is_made_when_there_is_nothing_to_add_or_remove(string stops, string? confirmed)
    {
        await using var it = await StartAsync("crm");

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync(stops, confirmed));

        Assert.Empty(it.Remote.Requests.All);
    }

    // Offers may still be sent. A vendor without topics can learn about newsletter only from GET /api/check.
    [Theory]
    [InlineData("newsletter", null, null)]
    [InlineData("newsletter,offers", null, null)]
    [InlineData("*", null, "S")]
    [InlineData("newsletter", "*", "L")]
    public async Task A_vendor_without_topics_is_not_sent_any(string stops, string? confirmed, string? sent)
    {
        await using var it = await StartAsync("crm", settings: [($"{Section}:ByTopic", "false")]);

        await it.PushAsync(stops, confirmed);

        Assert.Equal(sent, Crm(it).Pushed.Select(Summary).SingleOrDefault());
        Assert.All(Crm(it).Pushed, p => Assert.Null(p["stoppedTopics"]));
    }

    [Fact]
    public async Task A_vendor_that_sends_one_topic_is_notified_only_of_a_Stop_of_that_topic()
    {
        await using var it = await StartAsync("crm", settings: [($"{Section}:ByTopic", "false"), ($"{Section}:Topics:0", "offers")]);

        await it.PushAsync("newsletter");
        Assert.Empty(Crm(it).Pushed);

        await it.PushAsync("offers");
        Assert.Equal("S", Summary(Crm(it).Pushed[0]));
        Assert.False(Crm(it).Pushed[0]["everything"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Each_call_has_its_own_id_so_that_a_repeated_Stop_is_not_dropped_as_a_duplicate()
    {
        await using var it = await StartAsync("crm");

        await it.PushAsync("*");
        await it.PushAsync("-", "*");
        await it.PushAsync("*", "-");

        Assert.Equal(3, Crm(it).MessageIds.Distinct().Count());
        Assert.All(Crm(it).MessageIds, id => Assert.Matches("^msg_[0-9a-f]{32}$", id));
    }

    [Fact]
    public async Task During_a_secret_rotation_a_vendor_with_either_secret_accepts_our_calls()
    {
        await using var it = await StartAsync("crm", settings:
            [
                ($"{Section}:PushSecrets:0", "whsec_" + Convert.ToBase64String(new byte[32])),
                ($"{Section}:PushSecrets:1", GenericSandbox.PushSecret),
            ]);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));
    }

    [Fact]
    public async Task A_secret_unknown_to_the_vendor_is_named_by_its_setting()
    {
        await using var it = await StartAsync(
            "crm", settings: [($"{Section}:PushSecrets:0", "whsec_" + Convert.ToBase64String(new byte[32]))]);

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            $"crm does not accept the key in {Section}:BearerToken or "
                + $"{Section}:PushSecrets (POST PushUrl, 401); give the one that the vendor expects.",
            rejected.Reason);
        Assert.Empty(Crm(it).Entries);
    }

    [Fact]
    public async Task Configured_headers_are_sent()
    {
        using var crm = new RawServer("HTTP/1.1 204 No Content\r\n\r\n");
        await using var it = await StartAsync("crm", settings:
        [
            ($"{Section}:PushUrl", $"http://127.0.0.1:{crm.Port}/consent"),
            ($"{Section}:BearerToken", null),
            ($"{Section}:Headers:Authorization", "Basic c2VjcmV0"),
            ($"{Section}:Headers:X_Account", "7"),
        ]);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        var sent = await crm.ReceivedAsync();
        Assert.Contains("\r\nAuthorization: Basic c2VjcmV0\r\n", sent, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Account: 7\r\n", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_with_a_success_status_confirms_nothing_and_the_reason_says_what_may_have_answered()
    {
        await using var it = await StartAsync("crm");
        it.Remote.Failures.Set(new(SandboxFailureKind.Garbage));

        var transient = Assert.IsType<VendorOutcome.Transient>(await it.PushAsync("*"));

        Assert.Equal(
            "crm answered POST PushUrl with 200 and a body that is neither empty nor JSON: something in between may have answered.",
            transient.Reason);
    }

    [Fact]
    public async Task The_vendors_own_message_is_left_out_because_it_may_contain_personal_data()
    {
        await using var it = await StartAsync("crm");
        it.Remote.Failures.Set(new(SandboxFailureKind.Status, Status: 422, Message: "Jan Peeters has no account"));

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal("crm answered POST PushUrl with 422.", rejected.Reason);
    }

    [Fact]
    public async Task A_contact_point_of_another_channel_is_rejected_without_a_call()
    {
        await using var it = await StartAsync("crm");
        Assert.True(PhoneNumber.TryParse("+32470123456", "BE", out var phone));

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: phone));

        Assert.Empty(it.Remote.Requests.All);
    }

    [Fact]
    public async Task The_last_state_to_arrive_applies_even_if_it_comes_from_a_machine_whose_clock_is_behind()
    {
        await using var it = await StartAsync("crm");
        await it.PushAsync("*");
        var stop = Crm(it).Pushed[0].DeepClone().AsObject();
        stop["timestamp"] = stop["timestamp"]!.GetValue<DateTimeOffset>().AddMinutes(-1);
        await it.PushAsync("-", "*");
        Assert.Empty(Crm(it).Entries);

        Crm(it).Receive(stop, "msg_behind");

        Assert.NotEmpty(Crm(it).Entries);
    }

    internal static CrmSandbox Crm(SandboxedVendor it) => it.Sandbox.Find<CrmSandbox>();

    // S stopped, L lifted, - neither; then the topics that are stopped / allowed again.
    private static string Summary(JsonObject state)
    {
        var (stopped, allowed) = (Topics("stoppedTopics"), Topics("allowedTopics"));
        var mark = state["stopped"]!.GetValue<bool>() ? "S" : state["lifted"]!.GetValue<bool>() ? "L" : "-";
        return string.Join(' ', new[] { mark, stopped, allowed.Length > 0 ? $"/ {allowed}" : "" }.Where(p => p.Length > 0));

        string Topics(string name) => string.Join(',', state[name]?.AsArray().Select(t => t!.GetValue<string>()) ?? []);
    }
}
