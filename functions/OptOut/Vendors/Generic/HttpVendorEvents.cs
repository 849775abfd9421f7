using System.Text.Json;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Vendors.Generic;

/// <summary>
/// Reads a vendor's verified events, one or an array, one by one, so that a malformed event does not affect the others.
/// </summary>
internal sealed class HttpVendorEvents(HttpVendorEntries entries)
{
    // The maximum length of Evidence.Reference.
    private const int MaxKey = 200;

    /// <param name="body">The verified body.</param>
    /// <param name="messageId">The id of the message; it distinguishes events without an id of their own.</param>
    /// <param name="sentAt">The time of the message, used for events without a time. It is signed, so a replay has the same time.</param>
    public VendorSignals Read(ReadOnlySpan<byte> body, string messageId, DateTimeOffset sentAt)
    {
        var reading = new Reading(entries, messageId, sentAt);
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read())
                return new VendorSignals { Unreadable = 1 };
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    reading.Add(JsonElement.ParseValue(ref reader));
            }
            else
            {
                reading.Add(JsonElement.ParseValue(ref reader));
            }

            reader.Read();
        }
        catch (JsonException)
        {
            reading.AddUnreadable(); // The rest of the body is lost; the events before it are kept.
        }

        return reading.ToSignals();
    }

    private sealed class Reading(HttpVendorEntries entries, string messageId, DateTimeOffset sentAt)
    {
        private readonly List<VendorSignal> _signals = [];
        private readonly List<VendorBounce> _bounces = [];
        private readonly List<Identifier> _resubscribed = [];
        private int _index, _ignored, _unknown, _unreadable;

        public void Add(JsonElement element)
        {
            var index = _index++;
            var type = element.Text("type");
            var resubscribed = type == "resubscribed";
            if (type is null)
                _unreadable++;
            else if (Kind(type) is null && !resubscribed)
                Ignore(type);
            else if (!entries.TryRead(element, Kind(type) ?? VendorEntryKind.Unsubscribed, out var entry))
                _unreadable++;
            else if (resubscribed)
                _resubscribed.Add(entry.Who);
            else if (entry.Kind == VendorEntryKind.Undeliverable)
                _bounces.Add(new VendorBounce(entry.Who, entry.At ?? sentAt));
            else
                _signals.Add(new VendorSignal(Key(element, entry, index), entry.Who, entry.Stop, entry.At ?? sentAt, entry.Kind));
        }

        public void AddUnreadable() => _unreadable++;

        // What most vendors report about a message. Another type may be their own word for an opt-out.
        private void Ignore(string type)
        {
            _ignored++;
            if (type is not ("accepted" or "queued" or "processed" or "sent" or "deferred" or "delivered" or "failed" or "opened"
                or "clicked"))
            {
                _unknown++;
            }
        }

        public VendorSignals ToSignals() =>
            new()
            {
                Signals = _signals,
                Bounces = _bounces,
                Resubscribed = _resubscribed,
                Ignored = _ignored,
                Unknown = _unknown,
                Unreadable = _unreadable,
            };

        private static VendorEntryKind? Kind(string type) => type switch
        {
            "unsubscribed" => VendorEntryKind.Unsubscribed,
            "complained" => VendorEntryKind.Complaint,
            "bounced" => VendorEntryKind.Undeliverable,
            _ => null,
        };

        // One id may cover several topics of one person, as when one click stops several: each is a separate event. A message id contains
        // no full stop, so an id derived from one cannot equal another message id.
        private string Key(JsonElement element, HttpVendorEntry entry, int index)
        {
            var id = element.Text("id") is { Length: > 0 } own
                ? entry.Stop.Topic is { } topic ? $"{own}:{topic}" : own
                : FormattableString.Invariant($"{messageId}.{index}");
            return IsReference(id, entry) ? id : EventIds.Derive(id).ToString("D");
        }

        // The id goes into the ledger, which must contain nothing personal. An id that is not allowed there is hashed, with the same
        // result each time.
        private static bool IsReference(string id, HttpVendorEntry entry) =>
            id.Length <= MaxKey
            && id.All(c => c is > ' ' and <= '~' and not '@')
            && !id.Contains(entry.Who.Value.TrimStart('+'), StringComparison.OrdinalIgnoreCase);
    }
}
