using System.Globalization;
using System.Text.Json;
using OptOut.Consent;

namespace OptOut.Vendors.Dialler;

/// <summary>
/// Reads the numbers that agents marked in the dialler, one by one, so that a malformed mark does not affect the others. A mark stops
/// everything.
/// </summary>
internal sealed class DiallerMarks(string region, TimeProvider time)
{
    // With the time appended, it fits in the 200 characters of the evidence's reference.
    private const int MaxId = 160, IdentifyingDigits = 8;

    /// <param name="body">The verified body: <c>{"marks":[{"id":"...","number":"...","at":"..."}]}</c>.</param>
    /// <param name="message">The id of the message, the same each time it is sent.</param>
    public VendorSignals Read(ReadOnlyMemory<byte> body, string message)
    {
        if (VendorField.Parse(body)?.Items("marks") is not { } marks)
            return new VendorSignals { Unreadable = 1 };
        VendorSignal[] signals =
        [
            .. marks.Select((mark, i) => Read(mark, string.Create(CultureInfo.InvariantCulture, $"{message} {i}"))).OfType<VendorSignal>(),
        ];
        return new VendorSignals { Signals = signals, Unreadable = marks.Count - signals.Length };
    }

    private VendorSignal? Read(JsonElement mark, string fallbackKey)
    {
        if (!mark.TryNumber(region, out var who))
            return null;

        // A mark without an id of its own is identified by its position in the message. Including the time distinguishes a new mark that
        // reuses an old id.
        var key = mark.Text("id") is { } id && IsKey(id) && !id.Contains(who.Value[^IdentifyingDigits..], StringComparison.Ordinal)
            ? id
            : fallbackKey;
        return mark.TryInstant("at", out var at)
            ? new VendorSignal(
                string.Create(CultureInfo.InvariantCulture, $"{key} {at.ToUnixTimeMilliseconds()}"),
                who,
                Scope.Everything,
                at,
                VendorEntryKind.Unsubscribed)
            : new VendorSignal(key, who, Scope.Everything, time.GetUtcNow(), VendorEntryKind.Unsubscribed);
    }

    private static bool IsKey(string id) => id.Length is > 0 and <= MaxId && id.All(c => c is >= ' ' and <= '~' and not '@');
}
