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
        if (VendorField.Parse(body)?.Items("marks") is not { } marks)
            return new VendorSignals { Unreadable = 1 };
        VendorSignal[] signals = [.. marks.Select((mark, i) => Read(mark, string.Create(CultureInfo.InvariantCulture, $"{message} {i}"))).OfType<VendorSignal>()];
        return new VendorSignals { Signals = signals, Unreadable = marks.Count - signals.Length };
    }

    private VendorSignal? Read(JsonElement mark, string nameless)
    {
        if (!mark.TryNumber(region, out var who))
            return null;

        // Without an id of its own a mark is known by its place in the message. With a moment, one that is made anew under an old id is another.
        var key = mark.Text("id") is { } id && IsKey(id) && !id.Contains(who.Value[^TellingDigits..], StringComparison.Ordinal) ? id : nameless;
        return mark.TryInstant("at", out var at)
            ? new VendorSignal(string.Create(CultureInfo.InvariantCulture, $"{key} {at.ToUnixTimeMilliseconds()}"), who, Scope.Everything, at, VendorEntryKind.Unsubscribed)
            : new VendorSignal(key, who, Scope.Everything, time.GetUtcNow(), VendorEntryKind.Unsubscribed);
    }

    private static bool IsKey(string id) => id.Length is > 0 and <= MaxId && id.All(c => c is >= ' ' and <= '~' and not '@');
}
