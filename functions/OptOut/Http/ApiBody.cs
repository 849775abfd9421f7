using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace OptOut.Http;

/// <summary>A request body read as JSON: the value, or the answer that says what is wrong with it.</summary>
internal readonly record struct ApiBody<T>(T? Value, IResult? Problem)
    where T : class;

internal static class ApiBody
{
    /// <summary>The largest body an API call may have, bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <param name="without">What a request without a body means; null where it must have one.</param>
    public static async Task<ApiBody<T>> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken, T? without = null)
        where T : class
    {
        if (await RawBody.ReadAsync(request, MaxBytes, cancellationToken) is not { } bytes)
            return new(null, ApiAnswers.TooLarge(MaxBytes));
        if (bytes.IsEmpty && without is not null)
            return new(without, null);
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type) is { } value
                ? new(value, null)
                : new(null, ApiAnswers.Invalid("body", "The body is null; give a JSON object."));
        }
        catch (JsonException e)
        {
            // The parser's own words may quote the body, and the body is personal: only the place is told.
            return new(null, ApiAnswers.Invalid(e.Path is { Length: > 2 } path ? path[2..] : "body", $"Not the JSON this call takes, at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}: look for a wrong type, a missing or unknown property, or a stray comma."));
        }
    }
}

internal static class RawBody
{
    /// <summary>What the server takes at most, bytes: more than any endpoint, each of which has a limit of its own and answers 413 above it.</summary>
    public const int ServerMaxBytes = 64 * 1024 * 1024;

    /// <returns>The bytes as they came; null when there are more than <paramref name="maxBytes"/>.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            return null;
        using var copy = new MemoryStream((int)(request.ContentLength ?? 4096));
        var buffer = new byte[16 * 1024];
        while (await request.Body.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            if (copy.Length + read > maxBytes)
                return null;
            copy.Write(buffer, 0, read);
        }

        return copy.GetBuffer().AsMemory(0, (int)copy.Length);
    }
}
