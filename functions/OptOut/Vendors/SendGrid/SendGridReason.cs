using System.Text;
using System.Text.Json;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// What may be kept of SendGrid's error text. It quotes what it was sent, so everything in quotes, everything that looks like an
/// address and everything we sent that is personal goes; what is left tells an engineer enough.
/// </summary>
internal static class SendGridReason
{
    private const int MaxLength = 200;

    // Shorter than this it names nobody, and cutting out every "a" would leave nothing to read.
    private const int MinPersonal = 3;

    private const string Removed = "[...]";

    /// <summary>SendGrid's own words, from its <c>{"errors":[{"message":"...","field":"..."}]}</c>; empty when the body is anything else.</summary>
    /// <param name="body">The body of an error.</param>
    /// <param name="personal">What the call held that no reason may hold.</param>
    public static string From(ReadOnlyMemory<byte> body, IEnumerable<string> personal)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array)
                return "";
            var messages = errors.EnumerateArray()
                .Where(e => e.ValueKind == JsonValueKind.Object && e.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String)
                .Select(e => e.GetProperty("message").GetString()!);
            return Clean(string.Join("; ", messages), personal);
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string Clean(string text, IEnumerable<string> personal)
    {
        foreach (var secret in personal.Where(p => p.Length >= MinPersonal))
            text = text.Replace(secret, Removed, StringComparison.OrdinalIgnoreCase);

        // Apostrophes are not quotes to cut at: they stand in the middle of words.
        var parts = text.Split('"', '`', '\u201c', '\u201d');
        var unquoted = string.Join(' ', parts.Select((part, i) => i % 2 == 0 ? part : Removed));
        var words = unquoted.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(w => w.Contains('@', StringComparison.Ordinal) || w.Contains("%40", StringComparison.Ordinal) ? Removed : w);

        var clean = new StringBuilder();
        foreach (var c in string.Join(' ', words).Where(c => c is >= ' ' and <= '~').Take(MaxLength))
            clean.Append(c);
        return clean.ToString().Trim();
    }
}
