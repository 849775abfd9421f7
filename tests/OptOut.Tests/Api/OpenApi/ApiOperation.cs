using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace OptOut.Tests.Api.OpenApi;

/// <summary>One method of one path.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Json, JsonArray? PathParameters)
{
    public string Id => Json["operationId"]!.GetValue<string>();

    public bool IsApi => Path.StartsWith("/api/", StringComparison.Ordinal);

    public bool NeedsKey => Json["security"]!.AsArray().Count > 0;

    public IEnumerable<JsonObject> Parameters =>
        (PathParameters ?? []).Concat(Json["parameters"]?.AsArray() ?? []).Select(p => ApiDescription.Resolve(p!));

    public JsonObject? BodyContent => Json["requestBody"]?["content"]?.AsObject();

    public IEnumerable<int> Statuses => Json["responses"]!.AsObject().Select(r => int.Parse(r.Key, CultureInfo.InvariantCulture));

    public JsonObject? Response(int status) =>
        Json["responses"]![status.ToString(CultureInfo.InvariantCulture)] is { } response ? ApiDescription.Resolve(response) : null;

    /// <summary>The example requests in the document: one for each example name, in the parameters or in the body.</summary>
    public IEnumerable<(string Name, HttpRequestMessage Request)> Examples()
    {
        var bodies = BodyContent?["application/json"]?["examples"]?.AsObject();
        var names = Parameters.SelectMany(p => p["examples"]?.AsObject().Select(e => e.Key) ?? [])
            .Concat(bodies?.Select(b => b.Key) ?? [])
            .Distinct(StringComparer.Ordinal)
            .ToList();
        foreach (var name in names.DefaultIfEmpty("the only example"))
        {
            var (path, query) = (Path, new List<string>());
            var request = new HttpRequestMessage { Method = new HttpMethod(Method.ToUpperInvariant()) };
            foreach (var parameter in Parameters)
            {
                if (Value(parameter, name) is not { } value)
                    continue;
                var parameterName = parameter["name"]!.GetValue<string>();
                switch (parameter["in"]!.GetValue<string>())
                {
                    case "path": path = path.Replace($"{{{parameterName}}}", Uri.EscapeDataString(value), StringComparison.Ordinal); break;
                    case "query": query.Add($"{parameterName}={Uri.EscapeDataString(value)}"); break;
                    default: request.Headers.Add(parameterName, value); break;
                }
            }

            request.RequestUri = new Uri(query.Count == 0 ? path : $"{path}?{string.Join('&', query)}", UriKind.Relative);
            if (bodies is not null)
            {
                request.Content = new StringContent(
                    (bodies[name] ?? bodies.First().Value!)["value"]!.ToJsonString(), Encoding.UTF8, "application/json");
            }

            yield return (name, request);
        }
    }

    // An optional parameter without an example of this name is left out.
    private static string? Value(JsonObject parameter, string name) =>
        (parameter["examples"]?[name]?["value"]
                ?? parameter["example"]
                ?? (parameter["required"]?.GetValue<bool>() == true ? parameter["examples"]!.AsObject().First().Value!["value"] : null))
            ?.ToString();
}
