using System.Globalization;
using System.Text.Json;
using OptOut.Consent;

namespace OptOut.Vendors.Dialler;

/// <summary>Reads what agents marked in the dialler, one by one, so that a bad one does not lose its neighbours. A mark stops everything.</summary>
internal sealed class DiallerMarks(string region, TimeProvider time)
{
    // With the moment behind it, it fits the 200 characters of an evidence's reference.
    private const int MaxId = 160, TellingDigits = 8;

    /// <param name="body">Verified: <c>{"marks":[{"id":"...","number":"...","at":"..."}]}</c>.</param>
    /// <param name="message">The id of the message, the same each time it is sent.</param>
    public VendorSignals Read(ReadOnlyMemory<byte> body, string message)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("marks", out var marks) || marks.ValueKind != JsonValueKind.Array)
                return new VendorSignals { Unreadable = 1 };

            var signals = marks.EnumerateArray().Select((mark, i) => Read(mark, string.Create(CultureInfo.InvariantCulture, $"{message} {i}"))).ToList();
            return new VendorSignals { Signals = [.. signals.OfType<VendorSignal>()], Unreadable = signals.Count(s => s is null) };
        }
        catch (JsonException)
        {
            return new VendorSignals { Unreadable = 1 };
        }
    }

    private VendorSignal? Read(JsonElement mark, string nameless)
    {
        if (!DiallerValues.TryNumber(mark, region, out var who))
            return null;

        // Without an id of its own a mark is known by its place in the message. With a moment, one that is made anew under an old id is another.
        var key = DiallerValues.TryText(mark, "id", out var id) && IsKey(id) && !id.Contains(who.Value[^TellingDigits..], StringComparison.Ordinal) ? id : nameless;
        return DiallerValues.TryMoment(mark, "at", out var at)
            ? new VendorSignal(string.Create(CultureInfo.InvariantCulture, $"{key} {at.ToUnixTimeMilliseconds()}"), who, Scope.Everything, at, VendorEntryKind.Unsubscribed)
            : new VendorSignal(key, who, Scope.Everything, time.GetUtcNow(), VendorEntryKind.Unsubscribed);
    }

    private static bool IsKey(string id) => id.Length is > 0 and <= MaxId && id.All(c => c is >= ' ' and <= '~' and not '@');
}
