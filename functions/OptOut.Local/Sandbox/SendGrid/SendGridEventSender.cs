using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OptOut.Local.Sandbox.SendGrid;

/// <summary>Signs events and posts them, one to a request.</summary>
internal sealed class SendGridEventSender : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _gate = new();
    private readonly HttpClient _http = new();
    private readonly TimeProvider _time;

    public SendGridEventSender(SendGridState state, VendorSandboxOptions options)
    {
        (_time, Target) = (options.Time, options.SendGridEventTarget);
        if (state.SigningKey.Length > 0)
            _key.ImportPkcs8PrivateKey(Convert.FromBase64String(state.SigningKey), out _);
        else
            state.SigningKey = Convert.ToBase64String(_key.ExportPkcs8PrivateKey());
        PublicKey = Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());
    }

    public string PublicKey { get; }

    public Uri? Target { get; set; }

    public (string Signature, string Timestamp) Sign(ReadOnlySpan<byte> body)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        lock (_gate)
            return (Convert.ToBase64String(_key.SignData([.. Encoding.ASCII.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)), timestamp);
    }

    public async Task<int?> SendAsync(string kind, string email, int group, CancellationToken cancellationToken)
    {
        if (Target is not { } target)
            return null;

        var sent = new JsonObject
        {
            ["email"] = email,
            ["timestamp"] = _time.GetUtcNow().ToUnixTimeSeconds(),
            ["event"] = kind,
            ["sg_event_id"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).TrimEnd('='),
            ["sg_message_id"] = Guid.CreateVersion7(_time.GetUtcNow()).ToString("N"),
        };
        if (group != 0)
            sent["asm_group_id"] = group;

        var body = Encoding.UTF8.GetBytes(new JsonArray(sent).ToJsonString() + "\r\n");
        var (signature, timestamp) = Sign(body);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
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
