using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;

namespace OptOut.Records.Backup;

/// <summary>
/// A row as a line of JSON: <c>{"partition":"...","row":"...","values":{"Number":{"Int64":"12"}}}</c>. Each value has the type that Table
/// Storage gave it, and all but strings are written as text, so that no JSON library rounds a number.
/// </summary>
internal static class BackupRow
{
    private const string Partition = "partition", Row = "row", Values = "values";

    /// <exception cref="NotSupportedException">A property has a type that Table Storage does not have.</exception>
    public static void Write(Utf8JsonWriter json, TableEntity row)
    {
        json.WriteStartObject();
        json.WriteString(Partition, row.PartitionKey);
        json.WriteString(Row, row.RowKey);
        json.WriteStartObject(Values);
        foreach (var (name, value) in Properties(row))
        {
            var (type, text) = Text(value);
            json.WriteStartObject(name);
            json.WriteString(type, text);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">It is not a line that <see cref="Write"/> writes.</exception>
    public static TableEntity Read(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var row = new TableEntity(json.RootElement.GetProperty(Partition).GetString(), json.RootElement.GetProperty(Row).GetString());
            foreach (var property in json.RootElement.GetProperty(Values).EnumerateObject())
            {
                var value = property.Value.EnumerateObject().Single();
                row[property.Name] = Value(value.Name, value.Value.GetString()!);
            }

            return row;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or OverflowException)
        {
            throw new FormatException("A line of a backup is an object with partition, row and values.", e);
        }
    }

    /// <summary>Whether both have the same keys and the same properties, each of the same type.</summary>
    public static bool AreEqual(TableEntity a, TableEntity b)
    {
        var (left, right) = (Properties(a).ToArray(), Properties(b).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal));
        return Compare(a, b) == 0 && left.Length == right.Count
            && Array.TrueForAll(left, p => right.TryGetValue(p.Key, out var other) && Text(p.Value) == Text(other));
    }

    /// <summary>The order in which Table Storage answers: by partition, then by row.</summary>
    public static int Compare(TableEntity a, TableEntity b) =>
        string.CompareOrdinal(a.PartitionKey, b.PartitionKey) is var partition and not 0
            ? partition
            : string.CompareOrdinal(a.RowKey, b.RowKey);

    // The timestamp and the ETag are the service's own.
    private static IEnumerable<KeyValuePair<string, object>> Properties(TableEntity row) => row.Where(p => p.Value is not null
        && p.Key is not ("PartitionKey" or "RowKey" or "Timestamp")
        && !p.Key.StartsWith("odata.", StringComparison.Ordinal));

    private static (string Type, string Text) Text(object value) => value switch
    {
        string text => ("String", text),
        bool flag => ("Boolean", flag ? "true" : "false"),
        int number => ("Int32", number.ToString(CultureInfo.InvariantCulture)),
        long number => ("Int64", number.ToString(CultureInfo.InvariantCulture)),
        double number => ("Double", number.ToString("R", CultureInfo.InvariantCulture)),
        DateTimeOffset moment => ("DateTime", moment.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        Guid id => ("Guid", id.ToString("D")),
        byte[] bytes => ("Binary", Convert.ToBase64String(bytes)),
        _ => throw new NotSupportedException($"A row has a value of type {value.GetType().Name}, which this version cannot back up."),
    };

    private static object Value(string type, string text) => type switch
    {
        "String" => text,
        "Boolean" => bool.Parse(text),
        "Int32" => int.Parse(text, CultureInfo.InvariantCulture),
        "Int64" => long.Parse(text, CultureInfo.InvariantCulture),
        "Double" => double.Parse(text, CultureInfo.InvariantCulture),
        "DateTime" => DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        "Guid" => Guid.ParseExact(text, "D"),
        "Binary" => Convert.FromBase64String(text),
        _ => throw new FormatException($"'{type}' is not a type of Table Storage."),
    };
}
