using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Json.Schema;
using OptOut.Api.OpenApi;

namespace OptOut.Tests.Api.OpenApi;

/// <summary>The document as it is served: its operations, its references, and its schemas for a JSON Schema 2020-12 validator.</summary>
internal static partial class ApiDescription
{
    private const string ToSchemas = "#/components/schemas/";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
    private static readonly EvaluationOptions Strict = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
    private static readonly ConcurrentDictionary<string, JsonSchema> Schemas = new(StringComparer.Ordinal);

    public static JsonNode Root { get; } = OpenApiEndpoint.Build(new Uri("https://optout.example.com"));

    public static string Text { get; } = Root.ToJsonString();

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. from path in Root["paths"]!.AsObject()
           from method in path.Value!.AsObject()
           where Methods.Contains(method.Key, StringComparer.Ordinal)
           select new ApiOperation(method.Key, path.Key, method.Value!.AsObject(), path.Value!["parameters"]?.AsArray()),
    ];

    public static ApiOperation Operation(string id) => Operations.Single(o => o.Id == id);

    /// <summary>The operation of a request: where two paths match, the more specific one.</summary>
    public static ApiOperation Find(string method, string path) => Operations
        .Where(
            o => o.Method.Equals(method, StringComparison.OrdinalIgnoreCase)
                && Regex.IsMatch(path, $"^{Variable().Replace(o.Path, "[^/]+")}$"))
        .OrderBy(o => o.Path.Count(c => c == '{')).ThenByDescending(o => o.Path.Length).First();

    /// <summary>The node itself, or the target of its reference.</summary>
    public static JsonObject Resolve(JsonNode node) => node["$ref"]?.GetValue<string>() is { } reference
        ? Resolve(Target(reference) ?? throw new KeyNotFoundException(reference))
        : node.AsObject();

    public static JsonNode? Target(string reference)
    {
        JsonNode? target = Root;
        foreach (var step in reference.Split('/').Skip(1))
        {
            target =
                (target as JsonObject)?[step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
        }

        return reference.StartsWith("#/", StringComparison.Ordinal) ? target : null;
    }

    /// <returns>Where the value violates the schema; empty when it is valid.</returns>
    public static IReadOnlyList<string> Problems(JsonNode schema, JsonNode? value)
    {
        var results = Schemas.GetOrAdd(schema.ToJsonString(), Build).Evaluate(JsonSerializer.SerializeToElement(value), Strict);
        return results.IsValid
            ? []
            : [
                .. (results.Details ?? [])
                    .Where(d => d.Errors is { Count: > 0 })
                    .SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value} ({d.EvaluationPath})")),
            ];
    }

    /// <summary>Fails with all problems, one per line, if there are any.</summary>
    public static void AssertNone(IEnumerable<string> problems)
    {
        var found = problems.ToList();
        if (found.Count > 0)
            Assert.Fail(string.Join('\n', found.Prepend($"{found.Count} problems:")));
    }

    /// <summary>Every object in the document.</summary>
    public static IEnumerable<JsonObject> Objects(JsonNode? from) => from switch
    {
        JsonObject o => o.SelectMany(p => Objects(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    [GeneratedRegex(@"\{[a-z]+\}", RegexOptions.None, 1000)]
    private static partial Regex Variable();

    private static JsonSchema Build(string schema)
    {
        var whole = JsonNode.Parse(schema)!.AsObject();
        whole["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        whole["$defs"] = Root["components"]!["schemas"]!.DeepClone();
        return JsonSchema.FromText(whole.ToJsonString().Replace(ToSchemas, "#/$defs/", StringComparison.Ordinal));
    }
}
