using System.Text.Json;
using System.Text.RegularExpressions;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>Reads <c>/account/table(PartitionKey='p',RowKey='r')?$select=a,b</c>.</summary>
internal static partial class TableUrl
{
    public static TableRequest Read(string verb, Uri uri, string? match, string body)
    {
        var last = Uri.UnescapeDataString(uri.Segments[^1]);
        if (Path().Match(last) is not { Success: true } path)
            throw new NotSupportedException($"The address '{last}' is not understood.");
        var query = uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('=', 2))
            .ToDictionary(p => Uri.UnescapeDataString(p[0]), p => Uri.UnescapeDataString(p[1].Replace('+', ' ')), StringComparer.Ordinal);
        if (query.Keys.FirstOrDefault(k => k is not ("$filter" or "$select" or "$format")) is { } unknown)
            throw new NotSupportedException($"The option '{unknown}' is not understood.");
        var hasKey = path.Groups["p"].Success;
        JsonElement? row = body.Length > 0 ? JsonDocument.Parse(body).RootElement : null;
        return new TableRequest(
            verb,
            path.Groups["table"].Value,
            hasKey ? Unquote(path.Groups["p"].Value) : null,
            hasKey ? Unquote(path.Groups["r"].Value) : null,
            match,
            row,
            query);
    }

    private static string Unquote(string text) => text.Replace("''", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"^(?<table>\w+)(\(\)|\(PartitionKey='(?<p>.*)',RowKey='(?<r>.*)'\))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Path();
}
