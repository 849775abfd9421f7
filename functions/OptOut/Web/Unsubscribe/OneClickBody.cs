using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace OptOut.Web.Unsubscribe;

/// <summary>What a POST to a link requests.</summary>
internal enum PostKind
{
    /// <summary>Anything else: the page asks to confirm.</summary>
    Other,

    /// <summary>No body at all.</summary>
    Empty,

    /// <summary>RFC 8058: <c>List-Unsubscribe=One-Click</c>.</summary>
    OneClick,

    /// <summary>The button of our own page.</summary>
    PageStop,
}

/// <summary>
/// Reads the body of a POST to a link. RFC 8058 section 3.2 allows <c>multipart/form-data</c> and <c>application/x-www-form-urlencoded</c>;
/// the charset parameter is ignored, because every character that matters is ASCII.
/// </summary>
internal static class OneClickBody
{
    // The one field that matters has 26 characters, so a larger body is not a one-click request.
    private const int MaxBytes = 16 * 1024;

    public static async Task<PostKind> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await ReadBytesAsync(request.Body, cancellationToken);
        if (body is null)
            return PostKind.Other;
        if (body.Length == 0)
            return PostKind.Empty;
        var fields = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? await MultipartAsync(body, HeaderUtilities.RemoveQuotes(type.Boundary).Value, cancellationToken)
            : UrlEncoded(body);
        return Kind(fields);
    }

    private static PostKind Kind(List<(string Name, string Value)> fields)
    {
        if (fields.Exists(
            f => f.Name.Equals("List-Unsubscribe", StringComparison.OrdinalIgnoreCase)
                && f.Value.Trim().Equals("One-Click", StringComparison.OrdinalIgnoreCase)))
        {
            return PostKind.OneClick;
        }

        return fields.Contains(("choice", "stop")) ? PostKind.PageStop : PostKind.Other;
    }

    private static List<(string Name, string Value)> UrlEncoded(byte[] body) =>
        [.. Encoding.Latin1.GetString(body).Trim().Split('&').Select(pair => pair.Split('=', 2)).Where(p => p.Length == 2).Select(
            p => (WebUtility.UrlDecode(p[0]).Trim(), WebUtility.UrlDecode(p[1])))];

    private static async Task<List<(string Name, string Value)>> MultipartAsync(
        byte[] body, string? boundary, CancellationToken cancellationToken)
    {
        var fields = new List<(string, string)>();
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
            return fields;
        try
        {
            var reader = new MultipartReader(boundary, new MemoryStream(body)) { HeadersCountLimit = 16 };
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                    continue;
                using var text = new StreamReader(section.Body, Encoding.Latin1);
                fields.Add((HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), await text.ReadToEndAsync(cancellationToken)));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // Cut short, or not multipart at all. Only fields that were read completely before that count.
        }

        return fields;
    }

    private static async Task<byte[]?> ReadBytesAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MaxBytes ? null : buffer[..length];
    }
}
