using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;

namespace OptOut.Tests;

/// <summary>
/// Sees every request of the product to its tables: counts them, and refuses what Azure refuses and Azurite lets through
/// (https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model).
/// </summary>
internal sealed partial class TableRequests : HttpPipelinePolicy
{
    private const int MaxText = 32 * 1024, MaxRow = 1024 * 1024, MaxProperties = 252, MaxKey = 512, MaxBatch = 100;

    private readonly ConcurrentQueue<string> _sent = [];

    /// <summary>Each request in a line, such as <c>GET consent</c> or <c>BATCH identifiers</c>.</summary>
    public IReadOnlyList<string> Sent => [.. _sent];

    public void Forget() => _sent.Clear();

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        See(message.Request);
        ProcessNext(message, pipeline);
    }

    public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        See(message.Request);
        return ProcessNextAsync(message, pipeline);
    }

    private void See(Request request)
    {
        var text = Content(request);
        var isBatch = request.Uri.Path.EndsWith("$batch", StringComparison.Ordinal);
        string[] rows = [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith('{'))];
        foreach (var row in rows)
            Check(row);
        if (isBatch && BatchAction().Count(text) > MaxBatch)
            throw new InvalidOperationException($"A batch has more than {MaxBatch} actions.");
        var table = isBatch ? BatchAction().Match(text) : Table().Match(Uri.UnescapeDataString(request.Uri.Path));
        _sent.Enqueue($"{(isBatch ? "BATCH" : request.Method.Method)} {table.Groups["table"].Value}");
    }

    private static void Check(string row)
    {
        using var json = JsonDocument.Parse(row);
        var properties = json.RootElement.EnumerateObject()
            .Where(p => !p.Name.Contains("odata.", StringComparison.Ordinal))
            .ToArray();
        if (properties.Length > MaxProperties)
            throw new InvalidOperationException($"A row has {properties.Length} properties; Azure takes {MaxProperties}.");
        if (Encoding.Unicode.GetByteCount(row) > MaxRow)
            throw new InvalidOperationException("A row has more than 1 MiB.");
        foreach (var property in properties)
        {
            var text = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : "";
            if (!PropertyName().IsMatch(property.Name))
                throw new InvalidOperationException($"'{property.Name}' is not a C# identifier, as Azure demands of a property.");
            if (text.Length > MaxText)
                throw new InvalidOperationException($"{property.Name} has {text.Length} characters; Azure takes {MaxText}.");
            if (property.Name is "PartitionKey" or "RowKey"
                && (text.Length > MaxKey || text.Any(c => c is '/' or '\\' or '#' or '?' || char.IsControl(c))))
            {
                throw new InvalidOperationException($"Azure refuses the {property.Name} '{text}'.");
            }
        }
    }

    private static string Content(Request request)
    {
        if (request.Content is null)
            return "";
        using var copy = new MemoryStream();
        request.Content.WriteTo(copy, CancellationToken.None);
        return Encoding.UTF8.GetString(copy.GetBuffer().AsSpan(0, (int)copy.Length));
    }

    [GeneratedRegex("^[\\p{L}_][\\p{L}\\p{N}_]{0,254}$")]
    private static partial Regex PropertyName();

    // An account in Azurite's path comes first; a row's keys follow in brackets.
    [GeneratedRegex(@"/(?<table>[A-Za-z][A-Za-z0-9]{2,62})(\(|\?|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex Table();

    [GeneratedRegex(
        @"^(POST|PUT|MERGE|PATCH|DELETE) \S+/(?<table>[A-Za-z][A-Za-z0-9]{2,62})[(?\s]",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex BatchAction();
}
