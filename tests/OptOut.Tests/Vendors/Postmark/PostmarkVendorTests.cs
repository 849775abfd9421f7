using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Vendors;
using static OptOut.Tests.Vendors.SandboxedVendor;

namespace OptOut.Tests.Vendors.Postmark;

public sealed class PostmarkVendorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly (string, string?)[] TopicStreams =
    [
        ("OptOut:Postmark:Streams:0:Topic", "newsletter"), ("OptOut:Postmark:Streams:1:Id", "outbound"),
        ("OptOut:Postmark:Streams:1:Topic", "offers"),
        ("OptOut:Postmark:ServiceStreams:0", "receipts"),
    ];

    private readonly FakeTimeProvider _time = new(Noon);

    [Theory]
    [InlineData("*", "broadcast")]
    [InlineData("*!offers", "")]
    [InlineData("*!elsewhere", "broadcast")]
    [InlineData("newsletter,offers", "")]
    [InlineData("-", "")]
    public async Task A_stream_with_every_topic_must_contain_people_who_stopped_all_of_them(string stops, string streams)
    {
        await using var it = await StartAsync("postmark", _time);

        Assert.Equal(streams.Split(' ', StringSplitOptions.RemoveEmptyEntries), it.Vendor.ListsFor(StopSet.Parse(stops)));
        Assert.Equal(["broadcast"], it.Vendor.Lists);
        Assert.Equal(Channel.Email, it.Vendor.Channel);
    }

    [Theory]
    [InlineData("*", "broadcast outbound")]
    [InlineData("*!offers", "broadcast")]
    [InlineData("offers", "outbound")]
    [InlineData("-", "")]
    public async Task A_stream_with_one_topic_must_contain_people_who_stopped_it(string stops, string streams)
    {
        await using var it = await StartAsync("postmark", _time, TopicStreams);

        Assert.Equal(
            streams.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            it.Vendor.ListsFor(StopSet.Parse(stops)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task New_entries_are_added_before_old_ones_are_removed()
    {
        await using var it = await StartAsync("postmark", _time, TopicStreams);
        await it.PushAsync("newsletter");
        it.Remote.Requests.Clear();

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("offers", confirmed: "newsletter"));

        Assert.Equal(
            ["POST /postmark/message-streams/outbound/suppressions", "POST /postmark/message-streams/broadcast/suppressions/delete"],
            it.Remote.Requests.All);
        Assert.Equal(["outbound"], it.Server().Entries.Select(e => e.Stream));
    }

    [Fact]
    public async Task That_a_person_who_reported_spam_is_already_stopped_is_looked_up_rather_than_assumed()
    {
        await using var it = await StartAsync("postmark", _time);
        await it.Server().ActAsync(Jan.Value, "SpamComplaint", sendEvent: false, cancellationToken: TestContext.Current.CancellationToken);

        Assert.IsType<VendorOutcome.Confirmed>(await it.PushAsync("*"));

        Assert.Equal("SpamComplaint", Assert.Single(it.Server().Entries).Reason);
        Assert.Equal(
            [
                "POST /postmark/message-streams/broadcast/suppressions",
                "GET /postmark/message-streams/broadcast/suppressions/dump?EmailAddress=jan.peeters%2Bx%2Fy%40example.com",
            ],
            it.Remote.Requests.All);
        Assert.DoesNotContain(it.Logs.Lines, l => l.Contains("jan.peeters", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(it.Logs.Lines, l => l.Contains("dump?EmailAddress={email}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_complaint_that_Postmark_does_not_lift_is_rejected_with_a_reason()
    {
        await using var it = await StartAsync("postmark", _time);
        await it.Server().ActAsync(Jan.Value, "SpamComplaint", sendEvent: false, cancellationToken: TestContext.Current.CancellationToken);

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("-", confirmed: "*"));

        Assert.Equal(
            "Postmark does not lift a spam complaint or the person's own unsubscription in the stream broadcast, so the person "
                + "asked for mail again but receives none: ask Postmark's support to lift it.",
            rejected.Reason);
        Assert.Single(it.Server().Entries);
    }

    [Fact]
    public async Task A_missing_stream_is_named_and_the_person_is_still_stopped_on_the_others()
    {
        await using var it = await StartAsync(
            "postmark", _time, [("OptOut:Postmark:Streams:0:Id", "gone"), ("OptOut:Postmark:Streams:1:Id", "broadcast")]);

        var rejected = Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*"));

        Assert.Equal(
            "Postmark answered POST message-streams/gone/suppressions with 422. "
                + "Postmark reported: The message stream for the provided 'ID' was not found.",
            rejected.Reason);
        Assert.Equal("broadcast", Assert.Single(it.Server().Entries).Stream);
    }

    [Fact]
    public async Task A_phone_number_is_rejected_without_a_call()
    {
        await using var it = await StartAsync("postmark", _time);
        Assert.True(PhoneNumber.TryParse("+32470123456", "BE", out var phone));

        Assert.IsType<VendorOutcome.Rejected>(await it.PushAsync("*", who: phone));

        Assert.Empty(it.Remote.Requests.All);
    }

    [Fact]
    public async Task Each_list_entry_states_why_the_person_is_listed()
    {
        await using var it = await StartAsync("postmark", _time);
        foreach (var (email, reason, origin) in new[]
        {
            ("left", "ManualSuppression", "Recipient"),
            ("by-us", "ManualSuppression", "Customer"),
            ("angry", "SpamComplaint", "Recipient"),
            ("gone", "HardBounce", "Recipient"),
            ("new", "Whatever", "Admin"),
        })
        {
            it.Server().Add(new PostmarkEntry("broadcast", $"{email}@example.com", reason, origin, Noon.AddHours(-1)));
        }

        it.Server().Add(new PostmarkEntry("broadcast", "late@example.com", "ManualSuppression", "Recipient", Noon.AddSeconds(1)));
        it.Server().Add(new PostmarkEntry("broadcast", "no address", "ManualSuppression", "Recipient", Noon.AddHours(-1)));
        it.Server().Add(new PostmarkEntry("outbound", "elsewhere@example.com", "ManualSuppression", "Recipient", Noon.AddHours(-1)));

        var page = Assert.IsType<VendorPull.Page>(Assert.Single(await it.PullAsync("broadcast", Noon)));

        Assert.Equal(
            [
                "left@example.com Unsubscribed *,*",
                "by-us@example.com Unsubscribed *,*",
                "angry@example.com Complaint *,*",
                "gone@example.com Undeliverable email,*",
                "new@example.com Unsubscribed *,*",
            ],
            page.Entries.Select(e => $"{e.Identifier.Value} {e.Kind} {e.Stop}"));
        Assert.All(page.Entries, e => Assert.Equal(("broadcast", Noon.AddHours(-1)), (e.List, e.At)));
        Assert.Equal(1, page.Unreadable);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Where_people_were_offered_both_choices_an_entry_stops_only_the_streams_topic()
    {
        await using var it = await StartAsync("postmark", _time, [.. TopicStreams, ("OptOut:Postmark:StreamStops", "Topic")]);
        it.Server().Add(new PostmarkEntry("outbound", "left@example.com", "ManualSuppression", "Recipient", Noon));
        it.Server().Add(new PostmarkEntry("outbound", "angry@example.com", "SpamComplaint", "Recipient", Noon));

        var page = Assert.IsType<VendorPull.Page>(Assert.Single(await it.PullAsync("outbound", Noon)));

        Assert.Equal(["*,offers", "*,*"], page.Entries.Select(e => e.Stop.ToString()));
    }

    [Fact]
    public async Task An_invalid_cursor_is_rejected_without_a_call()
    {
        await using var it = await StartAsync("postmark", _time);

        var pull = await it.Vendor.PullAsync("broadcast", Noon, "gibberish", TestContext.Current.CancellationToken);

        Assert.IsType<VendorOutcome.Rejected>(Assert.IsType<VendorPull.Failed>(pull).Outcome);
        Assert.Empty(it.Remote.Requests.All);
    }
}

internal static class SandboxedPostmark
{
    public static PostmarkSandbox Server(this SandboxedVendor it) => it.Sandbox.Find<PostmarkSandbox>();
}
