using System.Text.Json.Nodes;

namespace OptOut.Tests.Api.OpenApi;

/// <summary>A request that was sent, and its response.</summary>
/// <param name="What">Names the request in failure messages.</param>
internal sealed record Exchange(ApiOperation Operation, string What, Answer Answer)
{
    public JsonNode? Json => Answer.Body.Length > 0 && (MediaType is "application/json" or "application/problem+json") ? Answer.Json : null;

    private string? MediaType => Answer.Headers.GetValueOrDefault("Content-Type")?.Split(';')[0];

    /// <returns>Where the response differs from the document.</returns>
    public IEnumerable<string> Problems() => Found().Select(problem => $"{Operation.Id}, {What}, {Answer.Status}: {problem}");

    private IEnumerable<string> Found()
    {
        if (Operation.Response(Answer.Status) is not { } response)
            return ["the status is not described"];
        return InHeaders(response).Concat(Operation.Method == "head" ? [] : InBody(response["content"]?.AsObject()));
    }

    private IEnumerable<string> InHeaders(JsonObject response)
    {
        foreach (var (name, reference) in response["headers"]?.AsObject() ?? [])
        {
            var header = ApiDescription.Resolve(reference!);
            if (!Answer.Headers.TryGetValue(name, out var value))
            {
                yield return $"the header {name} is missing";
            }
            else if (ApiDescription.Problems(
                header["schema"]!,
                header["schema"]!["type"]!.GetValue<string>() == "integer" ? JsonNode.Parse(value) : value) is [var problem, ..])
            {
                yield return $"the header {name}: {problem}";
            }
        }
    }

    private IEnumerable<string> InBody(JsonObject? content)
    {
        // Outside the API, the same status may have a page or no body.
        if (Answer.Body.Length == 0)
            return content is null || !Operation.IsApi ? [] : ["the body is missing"];
        if (MediaType is not { } type || content?[type] is not { } described)
            return [$"the content type {MediaType} is not described"];
        return Json is { } json ? ApiDescription.Problems(described["schema"]!, json) : [];
    }
}
