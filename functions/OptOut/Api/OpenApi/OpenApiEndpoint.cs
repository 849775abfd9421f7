using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OptOut.Links;
using OptOut.Platform.Http;

namespace OptOut.Api.OpenApi;

/// <summary>
/// <c>GET /api/openapi.json</c>: every HTTP endpoint, for API gateways and client generators (OpenAPI 3.1,
/// https://spec.openapis.org/oas/v3.1.1.html). Written by hand in <c>openapi.json</c> beside this file, with the schemas that
/// <see cref="RecordSchemas"/> generates, and verified by tests against what the endpoints accept and return. Only <c>servers</c> is the
/// controller's own. Built on the first request.
/// </summary>
internal sealed class OpenApiEndpoint
{
    // An OpenAPI document is a JSON document (https://spec.openapis.org/oas/v3.1.1.html, section "Format"), and every tool and browser
    // accepts that. Its own media type is still a draft: https://datatracker.ietf.org/doc/draft-ietf-httpapi-rest-api-mediatypes/.
    private const string ContentType = "application/json";

    // The document is served as JSON, never inside an HTML page, so its text need not be escaped for HTML.
    private static readonly JsonSerializerOptions Unescaped =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[] _document;
    private readonly EntityTagHeaderValue _tag;

    public OpenApiEndpoint(IOptions<LinkOptions> links)
    {
        _document = JsonSerializer.SerializeToUtf8Bytes(Build(links.Value.BaseUrl!), Unescaped);
        _tag = new EntityTagHeaderValue($"\"{Base64Url.EncodeToString(SHA256.HashData(_document).AsSpan(0, 16))}\"");
    }

    public IResult Get(HttpRequest request) => new Document(
        _tag,
        !HeaderList.IsTooLong(request.Headers.IfNoneMatch) && request.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(_tag, useStrongComparison: false))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : new BytesResult(_document, ContentType));

    internal static JsonNode Build(Uri baseUrl)
    {
        using var resource = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("OptOut.OpenApi.openapi.json")!;
        var document = JsonNode.Parse(resource)!;
        RecordSchemas.AddTo(document["components"]!["schemas"]!.AsObject());
        document["servers"]![0]!["url"] = baseUrl.AbsoluteUri.TrimEnd('/');
        return document;
    }

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
