using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OptOut.Judge.Faults;

namespace OptOut.Judge;

/// <summary>A reply as it came over the wire.</summary>
/// <param name="IsLast">Whether the instance was killed at this answer.</param>
internal sealed record Reply(int Status, string Body, TimeSpan? RetryAfter, bool IsLast = false, string? EntityTag = null)
{
    /// <returns>Null when the body is not a JSON object.</returns>
    public JsonObject? Json => Body.StartsWith('{') ? JsonNode.Parse(Body) as JsonObject : null;
}

/// <summary>Sends requests as a mail client, a browser or a partner's system does: no redirects, no cookies, a time limit.</summary>
internal sealed class Wire : IDisposable
{
    private readonly HttpClient _http;
    private readonly string? _key;

    /// <param name="key">The function key; null for who has none.</param>
    public Wire(Uri address, string? key, TimeSpan timeout)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = address,
            Timeout = timeout,
        };
        _key = key;
    }

    public static HttpContent Form(string body) => new StringContent(body, new UTF8Encoding(false), "application/x-www-form-urlencoded");

    public static HttpContent Json(JsonNode body) => new StringContent(body.ToJsonString(), new UTF8Encoding(false), "application/json");

    public static HttpContent Multipart(string name, string value)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes(
            $"--judge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--judge--\r\n"));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=judge");
        return content;
    }

    /// <returns>Null when there was no whole answer.</returns>
    public async Task<Reply?> SendAsync(
        HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, string? identifier = null, string? seen = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (_key is not null)
            request.Headers.Add("x-functions-key", _key);
        if (identifier is not null)
            request.Headers.Add("OptOut-Identifier", Uri.EscapeDataString(identifier));
        if (seen is not null)
            request.Headers.Add("If-Match", seen);
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            return new Reply(
                (int)response.StatusCode,
                await response.Content.ReadAsStringAsync(cancellationToken),
                response.Headers.RetryAfter?.Delta,
                response.Headers.Contains(AnswerTrap.Header),
                response.Headers.ETag?.Tag);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
