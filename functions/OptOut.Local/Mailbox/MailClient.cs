using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Local.Mailbox;

/// <summary>
/// The encoding of a one-click POST's body (RFC 8058 section 3.1): a mail client should use the first and may use the second.
/// </summary>
internal enum OneClickEncoding
{
    Multipart,
    UrlEncoded,
}

/// <summary>The request, the answer, and the elapsed time.</summary>
/// <param name="Request">The request, as text.</param>
/// <param name="RetryAfter">The Retry-After of the answer; null if it has none.</param>
internal sealed record OneClickAnswer(string Request, HttpStatusCode Status, TimeSpan Elapsed, TimeSpan? RetryAfter)
{
    /// <summary>The answer's status line and headers, as text; a mail client ignores the body, so it is not read.</summary>
    public required string Response { get; init; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;
}

/// <summary>
/// Presses the unsubscribe button of a mail, as RFC 8058 section 3.2 requires: "MUST NOT include cookies, HTTP authorization, or any
/// other context information", and redirects are not followed.
/// </summary>
internal sealed class MailClient(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    // A configured proxy must not see or block a call to this machine.
    private readonly HttpClient _local = Client(useProxy: false), _remote = Client(useProxy: true);

    /// <exception cref="HttpRequestException">The server does not answer.</exception>
    /// <exception cref="TimeoutException">No answer within 30 seconds.</exception>
    public async Task<OneClickAnswer> PressAsync(MailButton.Shown button, OneClickEncoding encoding, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, button.Target) { Content = Body(encoding) };
        var text = await WriteAsync(request, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            using var response = await (button.Target.IsLoopback ? _local : _remote).SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return new OneClickAnswer(text, response.StatusCode, time.GetElapsedTime(started), response.Headers.RetryAfter?.Delta)
            {
                Response = Write(response),
            };
        }
        catch (TaskCanceledException timeout) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                string.Create(CultureInfo.InvariantCulture, $"No answer within {Timeout.TotalSeconds} seconds."), timeout);
        }
    }

    public void Dispose()
    {
        _local.Dispose();
        _remote.Dispose();
    }

    private static HttpClient Client(bool useProxy) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = useProxy,
        ActivityHeadersPropagator = null,
    })
    { Timeout = Timeout };

    private static ByteArrayContent Body(OneClickEncoding encoding)
    {
        const string Name = MailButton.Field, Value = MailButton.FieldValue;
        if (encoding == OneClickEncoding.UrlEncoded)
            return Content($"{Name}={Value}", "application/x-www-form-urlencoded");

        var boundary = $"----=_{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
        return Content(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"{Name}\"\r\n\r\n{Value}\r\n--{boundary}--\r\n",
            $"multipart/form-data; boundary=\"{boundary}\"");
    }

    private static ByteArrayContent Content(string body, string type) =>
        new(Encoding.ASCII.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    private static async Task<string> WriteAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (uri, headers) = (request.RequestUri!, request.Content!.Headers);
        var body = await request.Content.ReadAsStringAsync(cancellationToken);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"POST {uri.PathAndQuery} HTTP/1.1\r\nHost: {uri.Authority}\r\nContent-Type: {headers.ContentType}\r\n"
                + $"Content-Length: {headers.ContentLength}\r\n\r\n{body}");
    }

    private static string Write(HttpResponseMessage response) => string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/{response.Version} {(int)response.StatusCode} {response.ReasonPhrase}\r\n{response.Headers}{response.Content.Headers}");
}
