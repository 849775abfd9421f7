using System.Text.Json;
using OptOut.Http;
using OptOut.Identifiers;

namespace OptOut.Vendors.Dialler;

/// <summary>The values that entries and marks share, read without trust.</summary>
internal static class DiallerValues
{
    public static bool TryNumber(JsonElement from, string region, out Identifier who)
    {
        who = default;
        return TryText(from, "number", out var text) && PhoneNumber.TryParse(text, region, out who);
    }

    public static bool TryMoment(JsonElement from, string name, out DateTimeOffset at)
    {
        at = default;
        return TryText(from, name, out var text) && Rfc3339.TryParse(text, out at) && Rfc3339.IsCredible(at);
    }

    public static bool TryText(JsonElement from, string name, out string text)
    {
        text = "";
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            return false;
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // Half a surrogate pair: not text.
        }
    }
}
