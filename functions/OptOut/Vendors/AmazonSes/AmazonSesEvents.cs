using System.Text;
using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// Reads the events that SES publishes: events of a configuration set, and feedback notifications of an identity, which have the same
/// format. https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
/// </summary>
internal sealed class AmazonSesEvents(TimeProvider time)
{
    private static readonly VendorSignals Ignored = new() { Ignored = 1 },
        Unknown = new() { Ignored = 1, Unknown = 1 },
        Unreadable = new() { Unreadable = 1 },
        Undelivered = new() { Undelivered = 1 };

    /// <param name="key">The id of the SNS message.</param>
    /// <param name="message">The published message.</param>
    public VendorSignals Read(string key, string message)
    {
        if (VendorField.Parse(Encoding.UTF8.GetBytes(message)) is not { ValueKind: JsonValueKind.Object } record)
            return Unreadable;
        return (record.Text("eventType") ?? record.Text("notificationType")) switch
        {
            "Subscription" => Subscription(key, record),
            "Complaint" => Complaint(key, record.Field("complaint")),
            "Bounce" => Bounce(key, record.Field("bounce")),
            null => Unreadable,
            "Send" or "Delivery" or "DeliveryDelay" or "Open" or "Click" or "Reject" or "RenderingFailure" or "Rendering Failure"
                or "AmazonSnsSubscriptionSucceeded" => Ignored,
            _ => Unknown,
        };
    }

    // The recipient is named only as the recipient of the mail; a mail with list management has exactly one
    // (https://docs.aws.amazon.com/ses/latest/dg/sending-email-subscription-management.html).
    private VendorSignals Subscription(string key, JsonElement record)
    {
        var change = record.Field("subscription");
        if (!IsOptOut(change))
            return Ignored; // Subscribed again at SES: only the person's own action here allows messages again.
        if (record.Field("mail").Items("destination") is not [var destination] || !EmailAddress.TryParse(destination.Text(), out var who))
            return Unreadable;
        return new VendorSignals
        {
            Signals = [new VendorSignal(key, who, Scope.Everything, OccurredAt(change), VendorEntryKind.Unsubscribed)],
        };
    }

    // Unsubscribed from everything, or from one more topic than before.
    private static bool IsOptOut(JsonElement change)
    {
        var (now, before) = (change.Field("newTopicPreferences"), change.Field("oldTopicPreferences"));
        return now.Field("unsubscribeAll").ValueKind == JsonValueKind.True
            || OptedOut(now).Except(OptedOut(before), StringComparer.Ordinal).Any();
    }

    private static IEnumerable<string> OptedOut(JsonElement preferences) =>
        preferences
                .Items("topicSubscriptionStatus")
                ?.Where(t => t.Text("subscriptionStatus") == "OptOut")
                .Select(t => t.Text("topicName") ?? "")
        ?? [];

    private VendorSignals Complaint(string key, JsonElement complaint)
    {
        // not-spam withdraws an earlier report, which allows nothing here.
        if (complaint.Text("complaintFeedbackType") == "not-spam")
            return Ignored;
        return Each(complaint, "complainedRecipients", (who, at) => complaint.Text("complaintSubType") == "OnAccountSuppressionList"
            ? new VendorSignals { Drifts = [new VendorDrift(key, who, Channel.Email, at)] }
            : new VendorSignals { Signals = [new VendorSignal(key, who, Scope.Everything, at, VendorEntryKind.Complaint)] });
    }

    private VendorSignals Bounce(string key, JsonElement bounce)
    {
        if (bounce.Text("bounceType") != "Permanent")
            return Undelivered;
        return Each(bounce, "bouncedRecipients", (who, at) => bounce.Text("bounceSubType") == "UnsubscribedRecipient"
            ? new VendorSignals { Drifts = [new VendorDrift(key, who, Channel.Email, at)] }
            : new VendorSignals { Bounces = [new VendorBounce(who, at)] });
    }

    // A malformed recipient does not affect the others.
    private VendorSignals Each(JsonElement feedback, string list, Func<Identifier, DateTimeOffset, VendorSignals> read)
    {
        if (feedback.Items(list) is not { Count: > 0 } recipients)
            return Unreadable;
        var at = OccurredAt(feedback);
        VendorSignals[] each = [.. recipients.Select(r => r.TryEmail("emailAddress", out var who) ? read(who, at) : Unreadable)];
        return new VendorSignals
        {
            Signals = [.. each.SelectMany(s => s.Signals)],
            Drifts = [.. each.SelectMany(s => s.Drifts)],
            Bounces = [.. each.SelectMany(s => s.Bounces)],
            Unreadable = each.Sum(s => s.Unreadable),
        };
    }

    // A Stop without a usable time is still a Stop: it has happened by now.
    private DateTimeOffset OccurredAt(JsonElement from) => from.TryMoment("timestamp", out var at) ? at : time.GetUtcNow();
}
