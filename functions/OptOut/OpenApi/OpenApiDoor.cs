using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OptOut.Links;

namespace OptOut.OpenApi;

/// <summary>
/// <c>GET /api/openapi.json</c>: every HTTP door, for API gateways and client generators (OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html). Written by
/// hand in <c>openapi.json</c> beside this file, and held to what the doors take and answer by tests. Only <c>servers</c> is the controller's own.
/// </summary>
public sealed class OpenApiDoor
{
    // The document is JSON whatever else it is (https://spec.openapis.org/oas/v3.1.1.html, section "Format"), and every tool and browser takes that. Its own
    // media type is still a draft: https://datatracker.ietf.org/doc/draft-ietf-httpapi-rest-api-mediatypes/.
    private const string ContentType = "application/json";

    // It is served as JSON, never inside a page: what people read in it stands there as it is.
    private static readonly JsonSerializerOptions Legible = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[] _document;
    private readonly EntityTagHeaderValue _tag;

    public OpenApiDoor(IOptions<LinkOptions> links)
    {
        using var resource = typeof(OpenApiDoor).Assembly.GetManifestResourceStream("OptOut.OpenApi.openapi.json")!;
        var document = JsonNode.Parse(resource)!;
        document["servers"]![0]!["url"] = links.Value.BaseUrl!.AbsoluteUri.TrimEnd('/');
        _document = JsonSerializer.SerializeToUtf8Bytes(document, Legible);
        _tag = new EntityTagHeaderValue($"\"{Base64Url.EncodeToString(SHA256.HashData(_document).AsSpan(0, 16))}\"");
    }

    public IResult Get(HttpRequest request) => new Document(
        _tag,
        request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(_tag, useStrongComparison: false))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Bytes(_document, ContentType));

    private sealed class Document(EntityTagHeaderValue tag, IResult answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ETag = tag.ToString();
            httpContext.Response.Headers.CacheControl = "no-cache";
            return answer.ExecuteAsync(httpContext);
        }
    }
}
