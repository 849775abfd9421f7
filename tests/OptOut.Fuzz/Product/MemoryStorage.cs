using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OptOut.Fuzz.Product;

/// <summary>
/// Table and Blob Storage behind the genuine clients, without a network: what a target reads is the product's own code down to the
/// request. There are no blobs. <c>OptOut.Tests</c> has the real Azurite.
/// </summary>
internal sealed partial class MemoryStorage : HttpMessageHandler
{
    public const string Tag = "W/\"1\"";

    public const string ConnectionString =
        "DefaultEndpointsProtocol=http;AccountName=fuzz;AccountKey=AAAA;TableEndpoint=http://tables.example/;BlobEndpoint=http://blobs.example/";

    public MemoryTables Tables { get; } = new();

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken).GetAwaiter().GetResult();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : "";
        var url = request.RequestUri!;
        return url.Host.StartsWith("blobs", StringComparison.Ordinal) ? Blob(request.Method)
            : url.AbsolutePath == "/$batch" ? Batch(body)
            : Table(request.Method.Method, url.PathAndQuery, body);
    }

    private HttpResponseMessage Table(string method, string target, string body)
    {
        if (Row().Match(target) is { Success: true } row)
        {
            var (table, partition, key) = (row.Groups["table"].Value, Text(row.Groups["partition"].Value), Text(row.Groups["row"].Value));
            switch (method)
            {
                case "GET":
                    return Tables.Find(table, partition, key) is { } found ? Json(HttpStatusCode.OK, found)
                        : Error(HttpStatusCode.NotFound, "ResourceNotFound");
                case "DELETE":
                    Tables.Remove(table, partition, key);
                    return Done();
                default:
                    Tables.Put(table, partition, key, (JsonObject)JsonNode.Parse(body)!, insert: false,
                        merge: method is "MERGE" or "PATCH");
                    return Done();
            }
        }

        var name = target.TrimStart('/').Split('(', '?')[0];
        if (method == "GET")
        {
            var filter = target.Split("$filter=") is [_, var rest, ..] ? Uri.UnescapeDataString(rest.Split('&')[0]) : "";
            return Json(HttpStatusCode.OK, new JsonObject { ["value"] = Tables.Query(name, filter) });
        }

        var entity = (JsonObject)JsonNode.Parse(body)!;
        return Tables.Put(name, entity["PartitionKey"]!.GetValue<string>(), entity["RowKey"]!.GetValue<string>(), entity, insert: true,
            merge: false)
            ? Done()
            : Error(HttpStatusCode.Conflict, "EntityAlreadyExists");
    }

    // All actions are taken, one after the other: a conflict in a transaction is a race, and there are none here.
    private HttpResponseMessage Batch(string body)
    {
        var answers = new StringBuilder("--batch\r\nContent-Type: multipart/mixed; boundary=changes\r\n\r\n");
        foreach (var part in body.Split("\r\n--").Where(p => Operation().IsMatch(p)))
        {
            var operation = Operation().Match(part);
            var json = part.IndexOf("\r\n\r\n{", StringComparison.Ordinal) is var at and >= 0 ? part[(at + 4)..].Trim() : "{}";
            using var answer = Table(operation.Groups["method"].Value, new Uri(operation.Groups["url"].Value).PathAndQuery, json);
            answers.Append("--changes\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n")
                .Append($"HTTP/1.1 204 No Content\r\nETag: {Tag}\r\n\r\n\r\n");
        }

        var whole = new ByteArrayContent(Encoding.UTF8.GetBytes(answers.Append("--changes--\r\n--batch--\r\n").ToString()));
        whole.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/mixed; boundary=batch");
        return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = whole };
    }

    private static HttpResponseMessage Blob(HttpMethod method) =>
        method == HttpMethod.Put ? Done(HttpStatusCode.Created) : NoBlob();

    private static HttpResponseMessage NoBlob()
    {
        var answer = new HttpResponseMessage(HttpStatusCode.NotFound)
        {
            Content = new StringContent("<Error><Code>BlobNotFound</Code></Error>", Encoding.UTF8, "application/xml"),
        };
        answer.Headers.TryAddWithoutValidation("x-ms-error-code", "BlobNotFound");
        return answer;
    }

    private static HttpResponseMessage Done(HttpStatusCode status = HttpStatusCode.NoContent)
    {
        var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent([]) };
        answer.Headers.TryAddWithoutValidation("ETag", Tag);
        answer.Content.Headers.TryAddWithoutValidation("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
        answer.Headers.TryAddWithoutValidation("x-ms-request-server-encrypted", "true");
        answer.Headers.TryAddWithoutValidation("x-ms-version", "2025-11-05");
        return answer;
    }

    private static HttpResponseMessage Json(HttpStatusCode status, JsonNode body)
    {
        var answer = new HttpResponseMessage(status)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        answer.Headers.TryAddWithoutValidation("ETag", Tag);
        return answer;
    }

    private static HttpResponseMessage Error(HttpStatusCode status, string code)
    {
        var answer = Json(status,
            new JsonObject { ["odata.error"] = new JsonObject { ["code"] = code, ["message"] = new JsonObject { ["value"] = code } } });
        answer.Headers.TryAddWithoutValidation("x-ms-error-code", code);
        return answer;
    }

    private static string Text(string key) => Uri.UnescapeDataString(key).Replace("''", "'", StringComparison.Ordinal);

    [GeneratedRegex(@"^/(?<table>\w+)\(PartitionKey='(?<partition>.*?)',\s*RowKey='(?<row>.*?)'\)")]
    private static partial Regex Row();

    [GeneratedRegex(@"\r\n(?<method>GET|PUT|POST|PATCH|MERGE|DELETE) (?<url>http\S+) HTTP/1.1")]
    private static partial Regex Operation();
}
