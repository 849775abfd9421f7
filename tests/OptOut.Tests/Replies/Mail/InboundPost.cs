using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using OptOut.Emulators.Sandbox.SendGrid;

namespace OptOut.Tests.Replies.Mail;

/// <summary>Sends requests with arbitrary content to the inbound mail endpoint.</summary>
internal static class InboundPost
{
    public const string Path = "/webhooks/sendgrid/inbound";

    public static Task<Answer> SignedAsync(OptOutHost host, byte[] body, string? contentType = null)
    {
        var (signature, timestamp) = host.Sandbox.SendGrid.SignInbound(body);
        return SendAsync(host, body, signature, timestamp, contentType);
    }

    public static async Task<Answer> SendAsync(
        OptOutHost host, byte[] body, string? signature, string? timestamp, string? contentType = null)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(body), Version = HttpVersion.Version11 };
        if ((contentType ?? SendGridInboundMail.ContentType) is { Length: > 0 } type)
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (signature is not null)
            request.Headers.Add("X-Twilio-Email-Event-Webhook-Signature", signature);
        if (timestamp is not null)
            request.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        return await host.SendAsync(request);
    }

    /// <summary>The same with any bytes in the timestamp, which HttpClient would refuse to send.</summary>
    /// <returns>The status of the answer.</returns>
    public static async Task<int> SendRawAsync(OptOutHost host, byte[] body, string signature, string timestamp)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, host.Client.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            (byte[])[
                .. Encoding.Latin1.GetBytes(
                    $"POST {Path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {SendGridInboundMail.ContentType}\r\n"
                        + $"Content-Length: {body.Length}\r\nX-Twilio-Email-Event-Webhook-Signature: {signature}\r\n"
                        + $"X-Twilio-Email-Event-Webhook-Timestamp: {timestamp}\r\n\r\n"),
                .. body,
            ],
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        return int.Parse(line!.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
