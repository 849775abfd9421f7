using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using OptOut.Platform.Http;

namespace OptOut.Web.Unsubscribe;

/// <summary>What a POST to a link requests.</summary>
internal enum PostKind
{
    /// <summary>Anything else: the page asks to confirm.</summary>
    Other,

    /// <summary>No body at all, or only white space.</summary>
    Empty,

    /// <summary>RFC 8058: <c>List-Unsubscribe=One-Click</c>.</summary>
    OneClick,

    /// <summary>The button of our own page.</summary>
    PageStop,
}

/// <summary>
/// Reads the body of a POST to a link. RFC 8058 section 3.2 allows <c>multipart/form-data</c> and <c>application/x-www-form-urlencoded</c>.
/// The right field counts under any other type too, and the charset parameter is ignored, because every character that matters is ASCII.
/// </summary>
internal static class OneClickBody
{
    // The one field that matters has 26 characters, so a larger body is not a one-click request.
    private const int MaxBytes = 16 * 1024, MaxBoundary = 200;

    private static readonly char[] Separators = ['&', '\r', '\n'];
    private static readonly char[] ByteOrderMarks = ['\u00EF', '\u00BB', '\u00BF', '\u00FE', '\u00FF'];

    public static async Task<PostKind> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (await ReadBytesAsync(request, cancellationToken) is not { } body)
            return PostKind.Other;
        var text = AsciiOf(body);
        if (text.Length == 0)
            return PostKind.Empty;
        var fields = Boundary(request.ContentType, text) is { } boundary ? await MultipartAsync(body, boundary, cancellationToken) : [];
        return Kind(fields.Count > 0 ? fields : UrlEncoded(text));
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

    // Without the zero bytes of UTF-16 and without a byte order mark, ASCII is the same in every charset that a client may use.
    private static string AsciiOf(byte[] body) =>
        Encoding.Latin1.GetString(body).Replace("\0", "", StringComparison.Ordinal).TrimStart(ByteOrderMarks).Trim();

    // A form sent as text/plain has a line for each field.
    private static List<(string Name, string Value)> UrlEncoded(string text) =>
        [.. text.Split(Separators).Select(pair => pair.Split('=', 2)).Where(p => p.Length == 2).Select(
            p => (WebUtility.UrlDecode(p[0]).Trim(), WebUtility.UrlDecode(p[1])))];

    // Under a type that is not multipart, the first line of a multipart body shows its boundary.
    private static string? Boundary(string? contentType, string text)
    {
        if (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= MaxBoundary } named)
        {
            return named;
        }

        var isMultipart = contentType?.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) is true;
        return !isMultipart && text.StartsWith("--", StringComparison.Ordinal) && text.IndexOf('\r') is > 2 and <= MaxBoundary and var end
            ? text[2..end]
            : null;
    }

    private static async Task<List<(string Name, string Value)>> MultipartAsync(
        byte[] body, string boundary, CancellationToken cancellationToken)
    {
        var fields = new List<(string, string)>();
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

    private static async Task<byte[]?> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes + 1];
        try
        {
            var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return length > MaxBytes ? null : buffer[..length];
        }
        catch (Exception e) when (RawBody.IsClientFault(e, request))
        {
            return null; // The sender hung up before the end: nothing was asked.
        }
    }
}
