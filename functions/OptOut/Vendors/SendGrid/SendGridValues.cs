using System.Text.Json;
using OptOut.Identifiers;

namespace OptOut.Vendors.SendGrid;

/// <summary>The values that entries and events share, read without trust.</summary>
internal static class SendGridValues
{
    // 9999-12-31: the last second a DateTimeOffset can hold.
    private const long MaxUnixSeconds = 253_402_300_799;

    public static bool TryEmail(JsonElement from, out Identifier who)
    {
        who = default;
        return TryText(from, "email", out var text) && EmailAddress.TryParse(text, out who);
    }

    public static bool TryMoment(JsonElement from, string name, out DateTimeOffset at)
    {
        at = default;
        if (!from.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var seconds) || seconds is <= 0 or > MaxUnixSeconds)
            return false;
        at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return true;
    }

    public static bool TryNumber(JsonElement from, string name, out int number)
    {
        number = 0;
        return from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
    }

    public static bool TryText(JsonElement from, string name, out string text)
    {
        text = "";
        if (!from.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
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
