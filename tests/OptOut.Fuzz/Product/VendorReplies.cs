using System.Net;

namespace OptOut.Fuzz.Product;

/// <summary>The vendors' side of every call that the product makes: answers what the target says.</summary>
internal sealed class VendorReplies : HttpMessageHandler
{
    private volatile byte[] _body = [];

    /// <summary>The certificate that SNS signs with, at its address.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>The body of the next answers.</summary>
    public void Answer(byte[] body) => _body = body;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var content = request.RequestUri!.AbsolutePath.EndsWith(".pem", StringComparison.Ordinal)
            ? (HttpContent)new StringContent(Certificate)
            : new ByteArrayContent(_body);
        content.Headers.ContentType = new("application/json");
        var status = request.RequestUri.AbsolutePath.EndsWith("/mail/send", StringComparison.Ordinal) ? HttpStatusCode.Accepted
            : HttpStatusCode.OK;
        return Task.FromResult(new HttpResponseMessage(status) { Content = content, RequestMessage = request });
    }
}
