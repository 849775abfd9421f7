using System.Text.Json;
using OptOut.Consent;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Reads verified events one by one, so that a bad one does not lose its neighbours.
/// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
/// </summary>
internal sealed class SendGridEvents(SendGridLists lists, TimeProvider time)
{
    // Evidence.Reference takes no more.
    private const int MaxKey = 200;

    public VendorSignals Read(ReadOnlySpan<byte> body)
    {
        var tally = new Tally();
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return new VendorSignals { Unreadable = 1 };
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                Read(JsonElement.ParseValue(ref reader), tally);
        }
        catch (JsonException)
        {
            tally.Unreadable++; // The rest of the body; what came before it stands.
        }

        return new VendorSignals { Signals = tally.Signals, Undelivered = tally.Undelivered, Ignored = tally.Ignored, Unreadable = tally.Unreadable };
    }

    private void Read(JsonElement element, Tally tally)
    {
        if (element.ValueKind != JsonValueKind.Object || !SendGridValues.TryText(element, "event", out var kind))
        {
            tally.Unreadable++;
            return;
        }

        switch (kind)
        {
            case "unsubscribe":
                Add(Scope.Everything, VendorEntryKind.Unsubscribed);
                break;
            case "spamreport":
                Add(Scope.Everything, VendorEntryKind.Complaint);
                break;
            case "group_unsubscribe":
                // Without its group it is still an objection: an unknown group stops everything.
                if (lists.GroupEntry(SendGridValues.TryNumber(element, "asm_group_id", out var group) ? group : 0) is { } meaning)
                    Add(meaning.Stop, VendorEntryKind.Unsubscribed);
                else
                    tally.Ignored++;
                break;
            case "bounce" or "dropped":
                tally.Undelivered++;
                break;
            default:
                tally.Ignored++;
                break;
        }

        void Add(Scope stop, VendorEntryKind why)
        {
            if (!SendGridValues.TryEmail(element, out var who))
            {
                tally.Unreadable++;
                return;
            }

            // A Stop without a usable moment or id is a Stop all the same: it happened by now, and a replay of it is recorded again.
            var at = SendGridValues.TryMoment(element, "timestamp", out var moment) ? moment : time.GetUtcNow();
            var key = SendGridValues.TryText(element, "sg_event_id", out var id) && id.Length is > 0 and <= MaxKey && id.All(c => c is >= ' ' and <= '~') && !id.Contains('@', StringComparison.Ordinal)
                ? id
                : Guid.CreateVersion7(at).ToString("D");
            tally.Signals.Add(new VendorSignal(key, who, stop, at, why));
        }
    }

    private sealed class Tally
    {
        public List<VendorSignal> Signals { get; } = [];

        public int Undelivered { get; set; }

        public int Ignored { get; set; }

        public int Unreadable { get; set; }
    }
}
