using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>
/// The body of an entity group transaction: https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions.
/// </summary>
internal static partial class TableBatch
{
    public static IReadOnlyList<TableRequest> Read(string body)
    {
        var changeset = Boundary().Match(body).Groups["name"].Value;
        return [.. body.Split($"--{changeset}", StringSplitOptions.RemoveEmptyEntries)
            .Where(part => part.Contains("HTTP/1.1", StringComparison.Ordinal))
            .Select(Action)];
    }

    /// <returns>The body and its content type.</returns>
    public static (string Body, string ContentType) Write(IReadOnlyList<TableAnswer> answers, int? failed)
    {
        var text = new StringBuilder("--batch\r\nContent-Type: multipart/mixed; boundary=changes\r\n\r\n");
        foreach (var answer in answers)
        {
            text.Append("--changes\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n")
                .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} Status\r\n");
            if (answer.Tag is { } tag)
                text.Append("ETag: ").Append(tag).Append("\r\n");
            if (answer.Body.Length > 0)
                text.Append("Content-Type: application/json\r\n");
            text.Append("\r\n").Append(Numbered(answer.Body, failed)).Append("\r\n");
        }

        return (text.Append("--changes--\r\n--batch--\r\n").ToString(), "multipart/mixed; boundary=batch");
    }

    // The message of a failed transaction begins with the number of the action that failed.
    private static string Numbered(string body, int? failed) =>
        failed is { } i ? body.Replace("\"value\":\"", $"\"value\":\"{i}:", StringComparison.Ordinal) : body;

    private static TableRequest Action(string part)
    {
        var lines = part.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var first = Array.FindIndex(lines, l => l.EndsWith(" HTTP/1.1", StringComparison.Ordinal));
        var request = lines[first].Split(' ');
        var end = Array.IndexOf(lines, "", first);
        var match = lines[first..end].FirstOrDefault(l => l.StartsWith("If-Match:", StringComparison.OrdinalIgnoreCase));
        return TableUrl.Read(request[0], new Uri(request[1]), match?["If-Match:".Length..].Trim(), string.Concat(lines[(end + 1)..]));
    }

    [GeneratedRegex("boundary=\"?(?<name>changeset_[^\\s\";]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Boundary();
}
