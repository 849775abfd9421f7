using System.Text.Json.Nodes;

namespace OptOut.Tests.Infrastructure;

/// <summary>The resources of one deployment, as Azure would receive them.</summary>
internal sealed class Deployment(JsonNode snapshot)
{
    public IReadOnlyList<JsonNode> All { get; } = [.. snapshot["predictedResources"]!.AsArray().Select(r => r!)];

    /// <summary>The outputs that azd and the scripts receive.</summary>
    public IReadOnlyDictionary<string, string> Outputs { get; } = snapshot["outputs"]!.AsObject().ToDictionary(
        o => o.Key, o => Text(o.Value), StringComparer.Ordinal);

    public IReadOnlyList<JsonNode> Create(string type) => [.. All.Where(r => Text(r["type"]) == type)];

    public JsonNode The(string type) => Assert.Single(Create(type));

    /// <summary>The last segments of the names of all resources of a type, sorted.</summary>
    public string[] Names(string type, Func<string, bool>? where = null) =>
        [.. Create(type).Select(r => Text(r["name"])).Where(where ?? (_ => true)).Select(n => n.Split('/')[^1]).Order(
            StringComparer.Ordinal)];

    public IReadOnlyDictionary<string, string> AppSettings =>
        The("Microsoft.Web/sites/config")["properties"]!.AsObject().ToDictionary(s => s.Key, s => Text(s.Value), StringComparer.Ordinal);

    public static string Text(JsonNode? node) => node?.GetValue<string>() ?? "";
}
