using System.Globalization;
using System.Text.Json;
using OptOut.Consent;

namespace OptOut.Vendors.Mailgun;

/// <summary>
/// Reads a verified webhook: one event to a request. https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads
/// </summary>
internal sealed class MailgunEvents(TimeProvider time)
{
    // Evidence.Reference takes 200 characters; the moment is behind it.
    private const int MaxId = 150;

    private static readonly VendorSignals Ignored = new() { Ignored = 1 }, Unreadable = new() { Unreadable = 1 }, Undelivered = new() { Undelivered = 1 };

    public VendorSignals Read(JsonElement webhook)
    {
        var data = webhook.Field("event-data");
        return data.Text("event") switch
        {
            "unsubscribed" => Stop(webhook, data, VendorEntryKind.Unsubscribed),
            "complained" => Stop(webhook, data, VendorEntryKind.Complaint),
            "failed" => Failed(webhook, data),
            null => Unreadable,
            _ => Ignored,
        };
    }

    // Which tag's link it was, the event does not say: its tags are those of the mail.
    private VendorSignals Stop(JsonElement webhook, JsonElement data, VendorEntryKind why) => data.TryEmail("recipient", out var who)
        ? new VendorSignals { Signals = [new VendorSignal(Key(webhook, data), who, Scope.Everything, Moment(data), why)] }
        : Unreadable;

    // Reasons: https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure. Any but these is of the mail or the moment.
    private VendorSignals Failed(JsonElement webhook, JsonElement data)
    {
        var reason = data.Text("severity") == "permanent" ? data.Text("reason") : null;
        if (reason is not ("suppress-unsubscribe" or "suppress-complaint" or "suppress-bounce" or "bounce"))
            return Undelivered;
        if (!data.TryEmail("recipient", out var who))
            return Unreadable;
        return reason is "suppress-unsubscribe" or "suppress-complaint"
            ? new VendorSignals { Drifts = [new VendorDrift(Key(webhook, data), who, Channel.Email, Moment(data))] }
            : new VendorSignals { Bounces = [new VendorBounce(who, Moment(data))] };
    }

    // A Stop without a usable moment is a Stop all the same: it happened by now.
    private DateTimeOffset Moment(JsonElement data) => data.TryUnix("timestamp", out var at) ? at : time.GetUtcNow();

    // An id is unique within its day, says https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure. Without one, the
    // token of the signature is the same however often it is sent.
    private static string Key(JsonElement webhook, JsonElement data)
    {
        var at = data.TryUnix("timestamp", out var moment) ? moment.UtcTicks : 0;
        return data.Text("id") is { Length: > 0 and <= MaxId } id && id.All(c => c is >= ' ' and <= '~' and not '@')
            ? string.Create(CultureInfo.InvariantCulture, $"{id}~{at}")
            : $"token~{webhook.Field("signature").Text("token")}";
    }
}
