using System.Net;
using System.Net.Http.Headers;
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
}
