using System.Globalization;
using Azure.Data.Tables;

namespace OptOut.Records;

/// <summary>
/// Text of any length in a row, in as many properties as it needs: one holds 32 Ki characters, and a row 1 MiB
/// (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
/// </summary>
internal static class LongText
{
    private const int MaxProperty = 30_000;

    /// <summary>Writes the properties <c>name0</c>, <c>name1</c> and so on; none for an empty text.</summary>
    public static void Write(TableEntity row, string name, string text)
    {
        foreach (var (i, part) in text.Chunk(MaxProperty).Index())
            row[Property(name, i)] = new string(part);
    }

    public static string Read(TableEntity row, string name) =>
        string.Concat(Enumerable.Range(0, row.Count).Select(i => row.GetString(Property(name, i))).TakeWhile(part => part is not null));

    private static string Property(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}{index}");
}
