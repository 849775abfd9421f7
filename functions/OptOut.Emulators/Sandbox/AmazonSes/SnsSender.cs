using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace OptOut.Emulators.Sandbox.AmazonSes;

/// <summary>Emulates SNS: one topic, its certificate, and the messages it signs.</summary>
internal sealed class SnsSender : IDisposable
{
    public const string Topic = "arn:aws:sns:eu-west-1:123456789012:ses-events";

    private readonly RSA _key = RSA.Create(2048);
    private readonly TimeProvider _time;

    // Lazy, because most sandboxes never sign for SNS, and creating the certificate takes longer than the rest of the sandbox.
    private readonly Lazy<(string Pem, string Name)> _certificate;

    public SnsSender(TimeProvider time) => (_time, _certificate) = (time, new(Certify));

    public string Certificate => _certificate.Value.Pem;

    public string CertificateName => _certificate.Value.Name;

    /// <param name="sns">The base address of SNS, where the certificate is served.</param>
    /// <param name="type">Notification, SubscriptionConfirmation or UnsubscribeConfirmation.</param>
    /// <param name="message">The published message.</param>
    /// <param name="topic">The topic it is published to.</param>
    /// <param name="version">The signature version: 1 or 2.</param>
    /// <param name="token">The token of a confirmation.</param>
    public JsonObject Sign(
        Uri sns, string message, string type = "Notification", string topic = Topic, string version = "1", string token = "")
    {
        var signed = new JsonObject
        {
            ["Type"] = type,
            ["MessageId"] = Guid.CreateVersion7(_time.GetUtcNow()).ToString("D"),
            ["TopicArn"] = topic,
            ["Message"] = message,
            ["Timestamp"] = _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["SignatureVersion"] = version,
            ["SigningCertURL"] = new Uri(sns, CertificateName).AbsoluteUri,
        };
        if (type != "Notification")
        {
            signed["Token"] = token;
            signed["SubscribeURL"] = new Uri(sns, $"?Action=ConfirmSubscription&TopicArn={topic}&Token={token}").AbsoluteUri;
        }

        return SignAsIs(signed);
    }

    /// <summary>Signs a message as it is, even if it is not valid.</summary>
    public JsonObject SignAsIs(JsonObject message)
    {
        string[] names = message["Type"]!.GetValue<string>() == "Notification"
            ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
            : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
        var text = string.Concat(names.Where(message.ContainsKey).Select(n => $"{n}\n{message[n]!.GetValue<string>()}\n"));
        var hash = message["SignatureVersion"]!.GetValue<string>() == "2" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;
        message["Signature"] = Convert.ToBase64String(_key.SignData(Encoding.UTF8.GetBytes(text), hash, RSASignaturePadding.Pkcs1));
        return message;
    }

    public void Dispose() => _key.Dispose();

    private (string Pem, string Name) Certify()
    {
        var request = new CertificateRequest("CN=sns.sandbox.example", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(365));
        return (certificate.ExportCertificatePem(), $"SimpleNotificationService-{certificate.Thumbprint.ToLowerInvariant()}.pem");
    }
}
