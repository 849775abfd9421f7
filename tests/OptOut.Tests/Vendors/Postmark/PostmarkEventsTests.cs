using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Vendors;
using OptOut.Vendors.Postmark;

namespace OptOut.Tests.Vendors.Postmark;

public sealed class PostmarkEventsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly PostmarkOptions _options = new()
    {
        Streams = [new PostmarkStream { Id = "outbound" }, new PostmarkStream { Id = "offers", Topic = "offers" }],
        ServiceStreams = ["receipts"],
    };

    // https://postmarkapp.com/developer/webhooks/subscription-change-webhook, shortened.
    [Fact]
    public void The_documented_subscription_change_is_a_hard_bounce()
    {
        var signals = Read("""
            {"RecordType":"SubscriptionChange","MessageID":"883953f4-6105-42a2-a16a-77a8eac79483","ServerID":123456,
             "MessageStream":"outbound","ChangedAt":"2020-02-01T10:53:34.416071Z","Recipient":"bounced-address@wildbit.com",
             "Origin":"Recipient","SuppressSending":true,"SuppressionReason":"HardBounce","Tag":"my-tag",
             "Metadata":{"example":"value"}}
            """);

        var bounce = Assert.Single(signals.Bounces);
        Assert.Equal(
            ("bounced-address@wildbit.com", new DateTimeOffset(2020, 2, 1, 10, 53, 34, TimeSpan.Zero).AddTicks(4160710)),
            (bounce.Identifier.Value, bounce.At));
        Assert.Empty(signals.Signals);
    }

    // https://postmarkapp.com/developer/webhooks/spam-complaint-webhook, shortened.
    [Fact]
    public void The_documented_spam_complaint_stops_everything()
    {
        var signals = Read("""
            {"RecordType":"SpamComplaint","MessageStream":"outbound","ID":42,"Type":"SpamComplaint","TypeCode":512,
             "Name":"Spam complaint","MessageID":"00000000-0000-0000-0000-000000000000","Email":"john@example.com",
             "From":"sender@example.com","BouncedAt":"2019-11-05T16:33:54.9070259Z","Inactive":true,"CanActivate":false}
            """);

        var signal = Assert.Single(signals.Signals);
        Assert.Equal(
            ("john@example.com", Scope.Everything, VendorEntryKind.Complaint, "bounce~42"),
            (signal.Identifier.Value, signal.Stop, signal.Kind, signal.EventKey));
    }

    [Theory]
    [InlineData("outbound", "Everything", "*,*")]
    [InlineData("offers", "Everything", "*,*")]
    [InlineData("offers", "Topic", "*,offers")]
    [InlineData("unknown-stream", "Topic", "*,*")]
    [InlineData("receipts", "Everything", null)]
    public void Leaving_a_stream_stops_what_the_settings_assign_to_it(string stream, string streamStops, string? stop)
    {
        _options.StreamStops = Enum.Parse<StreamStop>(streamStops);

        var signals = Read(Change($"\"MessageStream\":\"{stream}\""));

        Assert.Equal(stop is null ? [] : new[] { stop }, signals.Signals.Select(s => s.Stop.ToString()));
        Assert.Equal(stop is null ? 1 : 0, signals.Ignored);
    }

    [Fact]
    public void A_spam_complaint_in_any_stream_stops_everything() =>
        Assert.Equal(
            Scope.Everything,
            Assert.Single(Read(Change("\"MessageStream\":\"receipts\",\"SuppressionReason\":\"SpamComplaint\"")).Signals).Stop);

    [Theory]
    [InlineData("\"Origin\":\"Customer\"")] // Our own push, reported back.
    [InlineData("\"SuppressSending\":false,\"SuppressionReason\":null")]
    [InlineData("\"RecordType\":\"Open\"")]
    public void An_event_that_is_not_an_objection_is_ignored(string fields)
    {
        var signals = Read(Change(fields));

        Assert.Equal((1, 0, 0), (signals.Ignored, signals.Unreadable, signals.Undelivered));
        Assert.Empty(signals.Signals);
        Assert.Empty(signals.Bounces);
    }

    [Theory]
    [InlineData("HardBounce", "bounce")]
    [InlineData("BadEmailAddress", "bounce")]
    [InlineData("Unsubscribe", "stop")]
    [InlineData("SpamComplaint", "stop")]
    [InlineData("SoftBounce", "undelivered")]
    [InlineData("Transient", "undelivered")]
    [InlineData("AutoResponder", "undelivered")]
    public void Each_type_of_bounce_has_its_own_meaning(string type, string meaning)
    {
        var signals = Read(
            $$"""{"RecordType":"Bounce","ID":7,"Type":"{{type}}","Email":"a@example.com","BouncedAt":"2026-02-28T10:00:00Z"}""");

        Assert.Equal(meaning, (signals.Signals.Count, signals.Bounces.Count, signals.Undelivered) switch
        {
            (1, 0, 0) => "stop",
            (0, 1, 0) => "bounce",
            (0, 0, 1) => "undelivered",
            _ => "?",
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("{\"RecordType\":\"SubscriptionChange\"")]
    [InlineData("{\"RecordType\":7}")]
    [InlineData("{\"RecordType\":\"SubscriptionChange\",\"Recipient\":\"no address\",\"SuppressSending\":true}")]
    [InlineData("{\"RecordType\":\"SpamComplaint\",\"Type\":\"SpamComplaint\",\"Email\":\"\\ud800@example.com\"}")]
    [InlineData("{\"RecordType\":\"Bounce\",\"Type\":\"HardBounce\",\"Email\":null}")]
    public void An_unreadable_event_is_counted(string body) => Assert.Equal(1, Read(body).Unreadable);

    [Fact]
    public void A_Stop_without_a_usable_time_is_dated_now()
    {
        var signal = Assert.Single(Read(Change("\"ChangedAt\":\"yesterday\"")).Signals);

        Assert.Equal(Now, signal.At);
    }

    [Fact]
    public void Equal_changes_have_the_same_key_and_different_changes_have_different_keys()
    {
        string[] keys =
        [
            .. new[] { "", "", "\"ChangedAt\":\"2026-02-28T10:00:01Z\"", "\"MessageID\":null", "\"MessageStream\":\"offers\"" }.Select(
                f => Assert.Single(Read(Change(f)).Signals).EventKey),
        ];

        Assert.Equal(4, keys.Distinct().Count());
        Assert.All(keys, k => Assert.Matches("^[ -~]{1,200}$", k));
        Assert.All(keys, k => Assert.DoesNotContain("@", k, StringComparison.Ordinal));
    }

    // Of two fields with the same name the last one counts, as in most JSON readers.
    private static string Change(string fields) =>
        $$"""
        {"RecordType":"SubscriptionChange","MessageID":"883953f4-6105-42a2-a16a-77a8eac79483","MessageStream":"outbound",
         "ChangedAt":"2026-02-28T10:00:00Z","Recipient":"a@example.com","Origin":"Recipient","SuppressSending":true,
         "SuppressionReason":"ManualSuppression"{{(fields.Length == 0 ? "" : "," + fields)}}}
        """;

    private VendorSignals Read(string body)
    {
        var catalogue = new TopicCatalogue(Options.Create(new CatalogueOptions
        {
            Topics = [new TopicOptions { Id = 1, Name = "newsletter" }, new TopicOptions { Id = 2, Name = "offers" }],
        }));
        return new PostmarkEvents(new PostmarkStreams(catalogue, Options.Create(_options)), new FakeTimeProvider(Now)).Read(
            Encoding.UTF8.GetBytes(body));
    }
}
