using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace OptOut.Platform.Http;

/// <summary>A request body read as JSON: the value, or the response that describes what is wrong with it.</summary>
internal readonly record struct ApiBody<T>(T? Value, IResult? Problem)
    where T : class;

internal static class ApiBody
{
    /// <summary>The largest body of an API call, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <param name="without">The value for a request without a body; null if a body is required.</param>
    public static async Task<ApiBody<T>> ReadAsync<T>(
        HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken, T? without = null)
        where T : class
    {
        var body = await RawBody.ReadAsync(request, MaxBytes, cancellationToken);
        if (body.Problem is not null)
            return new(null, body.Problem);
        if (body.Bytes.IsEmpty && without is not null)
            return new(without, null);
        try
        {
            return JsonSerializer.Deserialize(body.Bytes.Span, type) is { } value
                ? new(value, null)
                : new(null, ApiProblems.Invalid("body", "The body is null; give a JSON object."));
        }
        catch (JsonException e)
        {
            // The parser's message may quote the body, which is personal data, so report only the position.
            return new(
                null,
                ApiProblems.Invalid(
                    e.Path is { Length: > 2 } path ? path[2..] : "body",
                    $"Not the JSON that this call expects, at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}: "
                        + "look for a wrong type, a missing or unknown property, or a stray comma."));
        }
    }
}
