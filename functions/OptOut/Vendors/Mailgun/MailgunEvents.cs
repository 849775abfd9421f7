using System.Globalization;
using System.Text.Json;
using OptOut.Consent;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// Reads a verified webhook, which contains one event.
/// https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads
/// </summary>
internal sealed class MailgunEvents(TimeProvider time)
{
    // Evidence.Reference is limited to 200 characters, and the time is appended to the id.
    private const int MaxId = 150;

    private static readonly VendorSignals Ignored = new() { Ignored = 1 },
        Unknown = new() { Ignored = 1, Unknown = 1 },
        Unreadable = new() { Unreadable = 1 },
        Undelivered = new() { Undelivered = 1 };

    public VendorSignals Read(JsonElement webhook)
    {
        var data = webhook.Field("event-data");
        return data.Text("event") switch
        {
            "unsubscribed" => Stop(webhook, data, VendorEntryKind.Unsubscribed),
            "complained" => Stop(webhook, data, VendorEntryKind.Complaint),
            "failed" => Failed(webhook, data),
            null => Unreadable,
            "accepted" or "rejected" or "delivered" or "opened" or "clicked" or "stored" or "email_validation" or "list_member_uploaded"
                or "list_member_upload_error" or "list_uploaded" => Ignored,
            _ => Unknown,
        };
    }

    // The event does not show which tag's link was used: its tags are those of the mail.
    private VendorSignals Stop(JsonElement webhook, JsonElement data, VendorEntryKind kind) => data.TryEmail("recipient", out var who)
        ? new VendorSignals { Signals = [new VendorSignal(Key(webhook, data), who, Scope.Everything, OccurredAt(data), kind)] }
        : Unreadable;

    // Reasons: https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure. Any other reason is about this mail, or
    // is temporary.
    private VendorSignals Failed(JsonElement webhook, JsonElement data)
    {
        var reason = data.Text("severity") == "permanent" ? data.Text("reason") : null;
        if (reason is not ("suppress-unsubscribe" or "suppress-complaint" or "suppress-bounce" or "bounce"))
            return Undelivered;
        if (!data.TryEmail("recipient", out var who))
            return Unreadable;
        return reason is "suppress-unsubscribe" or "suppress-complaint"
            ? new VendorSignals { Drifts = [new VendorDrift(Key(webhook, data), who, Channel.Email, OccurredAt(data))] }
            : new VendorSignals { Bounces = [new VendorBounce(who, OccurredAt(data))] };
    }

    // A Stop without a usable time is still a Stop: it has happened by now.
    private DateTimeOffset OccurredAt(JsonElement data) => data.TryUnix("timestamp", out var at) ? at : time.GetUtcNow();

    // An id is unique within its day: https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure. If there is
    // none, the token of the signature is used, which is the same each time the event is sent.
    private static string Key(JsonElement webhook, JsonElement data)
    {
        var at = data.TryUnix("timestamp", out var moment) ? moment.UtcTicks : 0;
        return data.Text("id") is { Length: > 0 and <= MaxId } id && id.All(c => c is >= ' ' and <= '~' and not '@')
            ? string.Create(CultureInfo.InvariantCulture, $"{id}~{at}")
            : $"token~{webhook.Field("signature").Text("token")}";
    }
}
