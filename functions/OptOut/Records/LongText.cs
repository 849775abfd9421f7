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

    /// <summary>
    /// Writes the properties <c>name0</c>, <c>name1</c> and so on. The last one is empty: what is merged into a row then ends there, even if a
    /// longer text was in it before.
    /// </summary>
    public static void Write(TableEntity row, string name, string text)
    {
        var parts = (text.Length + MaxProperty - 1) / MaxProperty;
        for (var i = 0; i < parts; i++)
            row[Property(name, i)] = text.Substring(i * MaxProperty, Math.Min(MaxProperty, text.Length - (i * MaxProperty)));
        row[Property(name, parts)] = "";
    }

    public static string Read(TableEntity row, string name) =>
        string.Concat(Enumerable.Range(0, row.Count).Select(i => row.GetString(Property(name, i))).TakeWhile(part => part is { Length: > 0 }));

    private static string Property(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}{index}");
}
