using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Emulators.Sandbox.SendGrid;

/// <summary>Signs bodies with a key pair of the account, and posts them.</summary>
internal sealed class SendGridSigner : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _gate = new();
    private readonly HttpClient _http = new();
    private readonly TimeProvider _time;

    /// <param name="privateKey">PKCS #8 in base64; empty generates a new key.</param>
    public SendGridSigner(string privateKey, TimeProvider time)
    {
        _time = time;
        if (privateKey.Length > 0)
            _key.ImportPkcs8PrivateKey(Convert.FromBase64String(privateKey), out _);
        PrivateKey = Convert.ToBase64String(_key.ExportPkcs8PrivateKey());
        PublicKey = Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());
    }

    public string PrivateKey { get; }

    public string PublicKey { get; }

    public (string Signature, string Timestamp) Sign(ReadOnlySpan<byte> body)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        lock (_gate)
        {
            return (
                Convert.ToBase64String(_key.SignData(
                    [.. Encoding.ASCII.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
                timestamp);
        }
    }

    /// <returns>The status of the answer.</returns>
    public async Task<int> PostAsync(Uri target, byte[] body, string contentType, CancellationToken cancellationToken)
    {
        var (signature, timestamp) = Sign(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Add("X-Twilio-Email-Event-Webhook-Signature", signature);
        request.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        using var response = await _http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    public void Dispose()
    {
        _key.Dispose();
        _http.Dispose();
    }
}
