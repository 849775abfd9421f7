using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Reads verified events one by one, so that a malformed event does not affect the others.
/// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
/// </summary>
internal sealed class SendGridEvents(SendGridLists lists, TimeProvider time)
{
    // The maximum length of Evidence.Reference.
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
            tally.Unreadable++; // The rest of the body is lost; the events before it are kept.
        }

        return new VendorSignals
        {
            Signals = tally.Signals,
            Drifts = tally.Drifts,
            Bounces = tally.Bounces,
            Resubscribed = tally.Resubscribed,
            Undelivered = tally.Undelivered,
            Ignored = tally.Ignored,
            Unknown = tally.Unknown,
            Unreadable = tally.Unreadable,
        };
    }

    private void Read(JsonElement element, Tally tally)
    {
        if (element.Text("event") is not { } kind)
        {
            tally.Unreadable++;
            return;
        }

        switch (kind)
        {
            case "unsubscribe":
                Stop(element, tally, Scope.Everything, VendorEntryKind.Unsubscribed);
                break;
            case "spamreport":
                Stop(element, tally, Scope.Everything, VendorEntryKind.Complaint);
                break;
            case "group_unsubscribe":
                if (Group(element) is { } meaning)
                    Stop(element, tally, meaning.Stop, VendorEntryKind.Unsubscribed);
                else
                    tally.Ignored++;
                break;
            case "group_resubscribe":
                if (Group(element) is null)
                    tally.Ignored++;
                else if (element.TryEmail("email", out var resubscribed))
                    tally.Resubscribed.Add(resubscribed);
                else
                    tally.Unreadable++;
                break;
            case "bounce":
                // "blocked" is a refusal of this message only: the mail service was busy or rejected its content.
                Bounce(element, tally, element.Text("type") == "bounce");
                break;
            case "dropped":
                Drop(element, tally);
                break;
            default:
                tally.Ignored++;
                tally.Unknown += kind is "processed" or "deferred" or "delivered" or "open" or "click" or "account_status_change" ? 0 : 1;
                break;
        }
    }

    // An event without a group is still an objection: an unknown group stops everything.
    private (string List, Scope Stop)? Group(JsonElement element) => lists.GroupEntry(element.Number("asm_group_id") ?? 0);

    private void Stop(JsonElement element, Tally tally, Scope stop, VendorEntryKind kind)
    {
        if (element.TryEmail("email", out var who))
            tally.Signals.Add(new VendorSignal(Key(element), who, stop, OccurredAt(element), kind));
        else
            tally.Unreadable++;
    }

    private void Bounce(JsonElement element, Tally tally, bool hard)
    {
        if (hard && element.TryEmail("email", out var who))
            tally.Bounces.Add(new VendorBounce(who, OccurredAt(element)));
        else
            tally.Undelivered++;
    }

    // The reasons: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event#delivery-events and
    // https://www.twilio.com/docs/sendgrid/ui/sending-email/drops. The other reasons (an invalid header, spam content, an exhausted
    // quota) are not about the person.
    private void Drop(JsonElement element, Tally tally)
    {
        var reason = element.Text("reason")?.Trim().ToUpperInvariant();
        if (reason is not ("UNSUBSCRIBED ADDRESS" or "SPAM REPORTING ADDRESS"))
            Bounce(element, tally, reason == "BOUNCED ADDRESS");
        else if (element.TryEmail("email", out var who))
            tally.Drifts.Add(new VendorDrift(Key(element), who, Channel.Email, OccurredAt(element)));
        else
            tally.Unreadable++;
    }

    // A Stop without a usable time or id is still a Stop: it has happened by now, and a replay of it is recorded again.
    private DateTimeOffset OccurredAt(JsonElement element) => element.TryUnix("timestamp", out var moment) ? moment : time.GetUtcNow();

    private string Key(JsonElement element) =>
        element.Text("sg_event_id") is { Length: > 0 and <= MaxKey } id && id.All(c => c is >= ' ' and <= '~' and not '@')
            ? id
            : Guid.CreateVersion7(OccurredAt(element)).ToString("D");

    private sealed class Tally
    {
        public List<VendorSignal> Signals { get; } = [];

        public List<VendorDrift> Drifts { get; } = [];

        public List<VendorBounce> Bounces { get; } = [];

        public List<Identifier> Resubscribed { get; } = [];

        public int Undelivered { get; set; }

        public int Ignored { get; set; }

        public int Unknown { get; set; }

        public int Unreadable { get; set; }
    }
}
