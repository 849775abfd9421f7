using System.Text.Json;
using OptOut.Identity;

namespace OptOut.Vendors;

/// <summary>The fields of what a vendor sent, read without trust: none of these throws, whatever stands there.</summary>
internal static class VendorField
{
    // 9999-12-31: the last second a DateTimeOffset can hold.
    private const double MaxUnixSeconds = 253_402_300_799;

    /// <returns>The object's field; <c>default</c>, of kind <see cref="JsonValueKind.Undefined"/>, where there is none or this is no object.</returns>
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
            return from.EnumerateObject().LastOrDefault(p => IsNamed(p, name)).Value; // A name with half a surrogate pair stands beside it.
        }
    }

    /// <returns>The text; null where it is none.</returns>
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

    /// <returns>The text of the object's field; null where there is none.</returns>
    public static string? Text(this JsonElement from, string name) => from.Field(name).Text();

    public static bool TryEmail(this JsonElement from, string name, out Identifier who) => EmailAddress.TryParse(from.Text(name), out who);

    /// <summary>A moment as ISO 8601 writes it.</summary>
    public static bool TryMoment(this JsonElement from, string name, out DateTimeOffset at)
    {
        at = default;
        return from.Field(name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out at) && at > DateTimeOffset.UnixEpoch;
    }

    /// <summary>A moment as seconds since 1970, with or without a fraction.</summary>
    public static bool TryUnix(this JsonElement from, string name, out DateTimeOffset at)
    {
        at = default;
        if (from.Field(name) is not { ValueKind: JsonValueKind.Number } value || !value.TryGetDouble(out var seconds) || seconds is not (> 0 and < MaxUnixSeconds))
            return false;
        at = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <returns>The whole number, where the field is one that fits; else null.</returns>
    public static int? Number(this JsonElement from, string name) =>
        from.Field(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <returns>The elements of the object's array; null where there is none.</returns>
    public static IReadOnlyList<JsonElement>? Items(this JsonElement from, string name) =>
        from.Field(name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : null;

    private static bool IsNamed(JsonProperty property, string name)
    {
        try
        {
            return property.NameEquals(name);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The body as JSON; null when it is none. Independent of the bytes it was read from.</summary>
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
