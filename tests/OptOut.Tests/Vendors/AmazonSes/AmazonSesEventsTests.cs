using Microsoft.Extensions.Time.Testing;
using OptOut.Consent;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;

namespace OptOut.Tests.Vendors.AmazonSes;

/// <summary>
/// The examples of https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-examples.html, shortened, and variations on
/// them.
/// </summary>
public sealed class AmazonSesEventsTests
{
    private const string Mail = "\"mail\":{\"timestamp\":\"2017-08-05T00:40:02.012Z\",\"source\":\"Sender Name "
        + "<sender@example.com>\",\"messageId\":\"EXAMPLE7c191be45\",\"destination\":[\"recipient@example.com\"]}";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_documented_subscription_event_stops_everything()
    {
        var signal = Assert.Single(Read(Subscription(
            "{\"unsubscribeAll\":true,\"topicSubscriptionStatus\":"
                + "[{\"topicName\":\"ExampleTopicName\",\"subscriptionStatus\":\"OptOut\"}]}",
            "{\"unsubscribeAll\":false,\"topicSubscriptionStatus\":"
                + "[{\"topicName\":\"ExampleTopicName\",\"subscriptionStatus\":\"OptOut\"}]}")).Signals);

        Assert.Equal(
            ("recipient@example.com", Scope.Everything, VendorEntryKind.Unsubscribed, "the-key"),
            (signal.Identifier.Value, signal.Stop, signal.Kind, signal.EventKey));
        Assert.Equal(new DateTimeOffset(2022, 1, 12, 1, 0, 17, 910, TimeSpan.Zero), signal.At);
    }

    [Theory]
    [InlineData("OptOut", "OptIn", true)]
    [InlineData("OptOut", "OptOut", false)]
    [InlineData("OptIn", "OptOut", false)] // Subscribed again.
    public void Leaving_another_topic_is_an_objection_and_subscribing_again_is_ignored(string now, string before, bool stops)
    {
        var signals = Read(Subscription(Preferences(now), Preferences(before)));

        Assert.Equal(stops ? [Scope.Everything] : [], signals.Signals.Select(s => s.Stop));
        Assert.Equal(stops ? 0 : 1, signals.Ignored);

        static string Preferences(string status) =>
            $$"""{"unsubscribeAll":false,"topicSubscriptionStatus":[{"topicName":"news","subscriptionStatus":"{{status}}"}]}""";
    }

    [Theory]
    [InlineData("eventType")]
    [InlineData("notificationType")]
    public void The_documented_complaint_stops_everything(string kind)
    {
        var signal = Assert.Single(Read($$"""
            {"{{kind}}":"Complaint",
             "complaint":{"complainedRecipients":[{"emailAddress":"recipient@example.com"}],"timestamp":"2017-08-05T00:41:02.669Z",
              "feedbackId":"01000157c44f053b","complaintFeedbackType":"abuse"},
             {{Mail}}}
            """).Signals);

        Assert.Equal(
            ("recipient@example.com", Scope.Everything, VendorEntryKind.Complaint), (signal.Identifier.Value, signal.Stop, signal.Kind));
    }

    [Fact]
    public void The_documented_bounce_is_a_bounce_of_its_address()
    {
        var signals = Read($$"""
            {"eventType":"Bounce",
             "bounce":{"bounceType":"Permanent","bounceSubType":"General",
              "bouncedRecipients":[{"emailAddress":"recipient@example.com","action":"failed","status":"5.1.1"}],
              "timestamp":"2017-08-05T00:41:02.669Z","feedbackId":"01000157c44f053b"},
             {{Mail}}}
            """);

        Assert.Equal(
            ("recipient@example.com", new DateTimeOffset(2017, 8, 5, 0, 41, 2, 669, TimeSpan.Zero)),
            (Assert.Single(signals.Bounces).Identifier.Value, signals.Bounces[0].At));
        Assert.Empty(signals.Signals);
    }

    [Theory]
    [InlineData("Bounce", "\"bounceType\":\"Permanent\",\"bounceSubType\":\"OnAccountSuppressionList\"", "bounce")]
    [InlineData("Bounce", "\"bounceType\":\"Permanent\",\"bounceSubType\":\"UnsubscribedRecipient\"", "drift")]
    [InlineData("Bounce", "\"bounceType\":\"Transient\",\"bounceSubType\":\"MailboxFull\"", "undelivered")]
    [InlineData("Bounce", "\"bounceType\":\"Undetermined\"", "undelivered")]
    [InlineData("Complaint", "\"complaintSubType\":null", "stop")]
    [InlineData("Complaint", "\"complaintSubType\":\"OnAccountSuppressionList\"", "drift")]
    [InlineData("Complaint", "\"complaintFeedbackType\":\"not-spam\"", "ignored")]
    [InlineData("Delivery", "\"x\":0", "ignored")]
    public void Each_kind_of_event_has_its_own_meaning(string kind, string fields, string meaning)
    {
        var signals = Read(
            $$"""
            {"eventType":"{{kind}}",
             "{{kind.ToLowerInvariant()}}":{"bouncedRecipients":[{"emailAddress":"a@example.com"}],
              "complainedRecipients":[{"emailAddress":"a@example.com"}],{{fields}} } }
            """);

        Assert.Equal(meaning, (
            signals.Signals.Count,
            signals.Bounces.Count,
            signals.Drifts.Count,
            signals.Undelivered,
            signals.Ignored,
            signals.Unreadable) switch
        {
            (1, 0, 0, 0, 0, 0) => "stop",
            (0, 1, 0, 0, 0, 0) => "bounce",
            (0, 0, 1, 0, 0, 0) => "drift",
            (0, 0, 0, 1, 0, 0) => "undelivered",
            (0, 0, 0, 0, 1, 0) => "ignored",
            _ => "?",
        });
    }

    [Fact]
    public void A_bad_recipient_does_not_affect_the_others()
    {
        var signals = Read(
            """
            {"eventType":"Complaint","complaint":{"complainedRecipients":[
             {"emailAddress":"no address"},7,{"emailAddress":"a@example.com"},{},{"emailAddress":"b@example.com"}]}}
            """);

        Assert.Equal(["a@example.com", "b@example.com"], signals.Signals.Select(s => s.Identifier.Value));
        Assert.Equal(3, signals.Unreadable);
        Assert.All(signals.Signals, s => Assert.Equal(Now, s.At));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Successfully validated SNS topic for Amazon SES event publishing.")]
    [InlineData("[]")]
    [InlineData("{\"eventType\":7}")]
    [InlineData("{\"eventType\":\"Complaint\"}")]
    [InlineData("{\"eventType\":\"Complaint\",\"complaint\":{\"complainedRecipients\":[]}}")]
    [InlineData("{\"eventType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":\"x\"}}")]
    [InlineData(
        "{\"eventType\":\"Subscription\",\"subscription\":{\"newTopicPreferences\":{\"unsubscribeAll\":true}},"
            + "\"mail\":{\"destination\":[]}}")]
    [InlineData(
        "{\"eventType\":\"Subscription\",\"subscription\":{\"newTopicPreferences\":{\"unsubscribeAll\":true}},"
            + "\"mail\":{\"destination\":[\"a@example.com\",\"b@example.com\"]}}")]
    public void An_unreadable_event_is_counted(string message) => Assert.Equal(1, Read(message).Unreadable);

    private static string Subscription(string now, string before) => $$"""
        {"eventType":"Subscription",
         {{Mail}},
         "subscription":{"contactList":"ContactListName","timestamp":"2022-01-12T01:00:17.910Z","source":"UnsubscribeHeader",
          "newTopicPreferences":{{now}},"oldTopicPreferences":{{before}} } }
        """;

    private static VendorSignals Read(string message) => new AmazonSesEvents(new FakeTimeProvider(Now)).Read("the-key", message);
}
