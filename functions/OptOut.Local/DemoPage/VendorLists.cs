using System.Globalization;
using System.Text.Json.Nodes;

namespace OptOut.Local.DemoPage;

/// <summary>An entry on a vendor's list.</summary>
/// <param name="List">The list's display name.</param>
/// <param name="At">When the vendor created it; null if unknown.</param>
internal sealed record ListEntry(string List, DateTimeOffset? At);

/// <summary>
/// Finds a person's entries in the state of the sandbox's vendors. Works for any vendor: each list is an array of objects, and one string
/// of each object is the contact point.
/// </summary>
internal static class VendorLists
{
    // Properties of a vendor's state that are not suppression lists.
    private static readonly string[] NotLists = ["mails", "requests", "messages", "calls", "letters"];

    public static IReadOnlyList<ListEntry> From(JsonNode? vendor, IReadOnlyList<string> contactPoints) =>
        vendor is not JsonObject lists ? [] :
        [
            .. from list in lists
               where !NotLists.Contains(list.Key, StringComparer.Ordinal)
               from entry in Entries(list.Value)
               where IsAbout(entry, contactPoints)
               select new ListEntry(Name(list.Key, entry, lists["groups"]), At(entry)),
        ];

    public static IEnumerable<JsonObject> Entries(JsonNode? list) => list is JsonArray array ? array.OfType<JsonObject>() : [];

    public static bool IsAbout(JsonObject entry, IReadOnlyList<string> contactPoints) =>
        entry.Any(
            field => field.Value is JsonValue value
                && value.TryGetValue<string>(out var text)
                && contactPoints.Contains(text, StringComparer.OrdinalIgnoreCase));

    private static string Name(string list, JsonObject entry, JsonNode? groups)
    {
        if (entry["group"] is JsonValue value && value.TryGetValue<int>(out var group) && group != 0)
            return string.Create(CultureInfo.InvariantCulture, $"Group {group}, {groups?[group.ToString(CultureInfo.InvariantCulture)]}");
        return list switch
        {
            "global" => "Global unsubscribes",
            "spamReports" => "Spam reports",
            "bounces" => "Bounces",
            _ => list,
        };
    }

    private static DateTimeOffset? At(JsonObject entry)
    {
        if (entry["created"] is JsonValue created && created.TryGetValue<long>(out var seconds))
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        return entry["at"] is JsonValue at && at.TryGetValue<DateTimeOffset>(out var moment) ? moment : null;
    }
}
