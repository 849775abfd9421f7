using System.Text;
using System.Text.Json;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>A row as the service keeps it. Values are raw JSON, with their type annotations beside them.</summary>
internal sealed record TableRow(
    string Partition, string Key, IReadOnlyDictionary<string, string> Values, string Tag, DateTimeOffset Written)
{
    private static readonly string[] OfTheService = ["PartitionKey", "RowKey", "Timestamp", "odata.etag"];

    /// <summary>The values of a request's body. A null is the absence of a value.</summary>
    public static Dictionary<string, string> Read(JsonElement body)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in body.EnumerateObject())
        {
            if (OfTheService.Contains(property.Name.Split('@')[0], StringComparer.Ordinal))
                continue;
            if (property.Value.ValueKind != JsonValueKind.Null)
                values[property.Name] = property.Value.GetRawText();
        }

        foreach (var annotation in values.Keys.Where(n => n.Contains('@', StringComparison.Ordinal)).ToArray())
        {
            if (!values.ContainsKey(annotation.Split('@')[0]))
                values.Remove(annotation);
        }

        return values;
    }

    /// <param name="select">The properties to return; null for all.</param>
    public string ToJson(IReadOnlyCollection<string>? select)
    {
        var json = new StringBuilder("{\"odata.etag\":").Append(JsonSerializer.Serialize(Tag));
        Add("PartitionKey", JsonSerializer.Serialize(Partition));
        Add("RowKey", JsonSerializer.Serialize(Key));
        Add("Timestamp", JsonSerializer.Serialize(Written.UtcDateTime));
        foreach (var (name, value) in Values)
            Add(name, value);
        return json.Append('}').ToString();

        void Add(string name, string value)
        {
            if (select is null || select.Contains(name.Split('@')[0], StringComparer.Ordinal))
                json.Append(',').Append(JsonSerializer.Serialize(name)).Append(':').Append(value);
        }
    }
}
