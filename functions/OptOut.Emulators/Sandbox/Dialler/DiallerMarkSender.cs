using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OptOut.Emulators.Sandbox.Dialler;

/// <summary>
/// Posts agents' marks, signed with the symmetric Standard Webhooks scheme
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
/// </summary>
internal sealed class DiallerMarkSender(TimeProvider time) : IDisposable
{
    // Not a secret: it only protects the sandbox.
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("the sandbox's dialler key");

    private readonly HttpClient _http = new();

    public static string Secret { get; } = "whsec_" + Convert.ToBase64String(Key);

    /// <returns>The status of the answer.</returns>
    public async Task<int> SendAsync(Uri target, DiallerEntry mark, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["marks"] = new JsonArray(
                new JsonObject { ["id"] = $"mark-{Guid.CreateVersion7(time.GetUtcNow()):N}", ["number"] = mark.Number, ["at"] = mark.At }),
        };
        using var request = Sign(
            target, Encoding.UTF8.GetBytes(body.ToJsonString()), $"msg_{Guid.CreateVersion7(time.GetUtcNow()):N}", time.GetUtcNow());
        using var response = await _http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    public static HttpRequestMessage Sign(Uri target, byte[] body, string id, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(
            HMACSHA256.HashData(Key, (byte[])[.. Encoding.ASCII.GetBytes($"{id}.{timestamp}."), .. body]));
        var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{signature}");
        return request;
    }

    public void Dispose() => _http.Dispose();
}
