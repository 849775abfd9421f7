using System.Text.Json;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>Reads fields of untrusted vendor JSON. None of these methods throws, whatever the value is.</summary>
internal static class VendorField
{
    // 9999-12-31, the last second that a DateTimeOffset can represent.
    private const double MaxUnixSeconds = 253_402_300_799;

    /// <returns>
    /// The field of the object; <c>default</c>, with kind <see cref="JsonValueKind.Undefined"/>, when there is no such field or the value
    /// is not an object.
    /// </returns>
    public static JsonElement Field(this JsonElement from, string name)
    {
        if (from.ValueKind != JsonValueKind.Object)
            return default;
        try
        {
            return from.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            // Another property name contains half a surrogate pair.
            return from.EnumerateObject().LastOrDefault(p => p.TryName() == name).Value;
        }
    }

    /// <returns>The text; null when the value is not text.</returns>
    public static string? Text(this JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // Half a surrogate pair: not text.
        }
    }

    /// <returns>The text of the object's field; null when there is none.</returns>
    public static string? Text(this JsonElement from, string name) => from.Field(name).Text();

    public static bool TryEmail(this JsonElement from, string name, out Identifier who) => EmailAddress.TryParse(from.Text(name), out who);

    /// <summary>Reads a time in ISO 8601 format.</summary>
    public static bool TryMoment(this JsonElement from, string name, out DateTimeOffset at)
    {
        at = default;
        return from.Field(name) is var value
            && value.Text() is not null // The next call throws for half a surrogate pair.
            && value.TryGetDateTimeOffset(out at)
            && at > DateTimeOffset.UnixEpoch;
    }

    /// <summary>Reads a time in seconds since 1970, with or without a fraction.</summary>
    public static bool TryUnix(this JsonElement from, string name, out DateTimeOffset at)
    {
        at = default;
        if (from.Field(name) is not { ValueKind: JsonValueKind.Number } value
            || !value.TryGetDouble(out var seconds)
            || seconds is not (> 0 and < MaxUnixSeconds))
        {
            return false;
        }

        at = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <returns>The field as a 32-bit integer; null when it is not one.</returns>
    public static int? Number(this JsonElement from, string name) =>
        from.Field(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <returns>The elements of the object's array; null when there is none.</returns>
    public static IReadOnlyList<JsonElement>? Items(this JsonElement from, string name) =>
        from.Field(name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : null;

    /// <returns>The property's name; null when it is not text.</returns>
    public static string? TryName(this JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null; // Half a surrogate pair: not text.
        }
    }

    /// <summary>The body as JSON; null when it is not JSON. The result does not depend on the bytes it was read from.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body.Span);
            var value = JsonElement.ParseValue(ref reader);
            return reader.Read() ? null : value;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
