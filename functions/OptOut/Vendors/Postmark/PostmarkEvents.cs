using System.Globalization;
using System.Text.Json;
using OptOut.Consent;

namespace OptOut.Vendors.Postmark;

/// <summary>Reads an authenticated webhook, which contains one record.</summary>
internal sealed class PostmarkEvents(PostmarkStreams streams, TimeProvider time)
{
    private static readonly VendorSignals Ignored = new() { Ignored = 1 },
        Unknown = new() { Ignored = 1, Unknown = 1 },
        Unreadable = new() { Unreadable = 1 },
        Undelivered = new() { Undelivered = 1 };

    public VendorSignals Read(ReadOnlyMemory<byte> body) =>
        VendorField.Parse(body) is not { ValueKind: JsonValueKind.Object } record ? Unreadable : record.Text("RecordType") switch
        {
            "SubscriptionChange" => Change(record),
            "Bounce" or "SpamComplaint" => Bounce(record),
            null => Unreadable,
            "Delivery" or "Open" or "Click" or "Inbound" or "SMTPApiError" => Ignored,
            _ => Unknown,
        };

    // https://postmarkapp.com/developer/webhooks/subscription-change-webhook
    private VendorSignals Change(JsonElement record)
    {
        // A reactivation is not a request that the person made to us: only their own action here allows messages again.
        if (record.Field("SuppressSending").ValueKind == JsonValueKind.False)
            return Ignored;
        if (!record.TryEmail("Recipient", out var who))
            return Unreadable;

        var stream = record.Text("MessageStream") ?? "";
        var at = OccurredAt(record, "ChangedAt");
        return (record.Text("SuppressionReason"), record.Text("Origin")) switch
        {
            ("HardBounce", _) => new VendorSignals { Bounces = [new VendorBounce(who, at)] },
            ("SpamComplaint", _) => Stop(Scope.Everything, VendorEntryKind.Complaint),

            // Our own push comes back as a change by Customer. Read as a Stop, it would widen what the person asked for. A change by
            // somebody at the controller on Postmark's pages looks the same; the nightly pull finds it.
            (_, "Customer") => Ignored,
            _ => streams.StopOf(stream) is { } stop ? Stop(stop, VendorEntryKind.Unsubscribed) : Ignored,
        };

        // The event has no id of its own. The stream is part of the key only if it is part of the meaning.
        VendorSignals Stop(Scope stop, VendorEntryKind kind) => new()
        {
            Signals = [new VendorSignal(
                $"change~{MessageId(record)}~{(streams.All.Contains(stream) ? stream : "other")}~{Ticks(at)}", who, stop, at, kind)],
        };
    }

    // https://postmarkapp.com/developer/webhooks/bounce-webhook and spam-complaint-webhook; the types:
    // https://postmarkapp.com/developer/api/bounce-api#bounce-types
    private VendorSignals Bounce(JsonElement record)
    {
        var type = record.Text("Type");
        if (type is not ("SpamComplaint" or "Unsubscribe" or "HardBounce" or "BadEmailAddress"))
            return Undelivered;
        if (!record.TryEmail("Email", out var who))
            return Unreadable;

        var at = OccurredAt(record, "BouncedAt");
        if (type is "HardBounce" or "BadEmailAddress")
            return new VendorSignals { Bounces = [new VendorBounce(who, at)] };

        // Unsubscribe: the person, or the person's mail server, replied with a request to be removed.
        var key = record.Field("ID") is { ValueKind: JsonValueKind.Number } id && id.TryGetInt64(out var number)
            ? string.Create(CultureInfo.InvariantCulture, $"bounce~{number}")
            : $"bounce~{MessageId(record)}~{Ticks(at)}";
        return new VendorSignals
        {
            Signals = [new VendorSignal(
                key, who, Scope.Everything, at, type == "SpamComplaint" ? VendorEntryKind.Complaint : VendorEntryKind.Unsubscribed)],
        };
    }

    // A Stop without a usable time is still a Stop: it has happened by now.
    private DateTimeOffset OccurredAt(JsonElement record, string name) => record.TryMoment(name, out var at) ? at : time.GetUtcNow();

    private static string MessageId(JsonElement record) => Guid.TryParse(record.Text("MessageID"), out var id) ? id.ToString("D") : "none";

    private static string Ticks(DateTimeOffset at) => at.UtcTicks.ToString(CultureInfo.InvariantCulture);
}
