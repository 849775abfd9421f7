using System.Text.Json;

namespace OptOut.Vendors.SendGrid;

/// <summary>SendGrid's own words, from its <c>{"errors":[{"message":"...","field":"..."}]}</c>; empty when the body is anything else.</summary>
internal static class SendGridReason
{
    public static string From(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
                return "";
            var messages = errors.EnumerateArray()
                .Where(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String)
                .Select(e => e.GetProperty("message").GetString()!);
            return string.Join("; ", messages);
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
