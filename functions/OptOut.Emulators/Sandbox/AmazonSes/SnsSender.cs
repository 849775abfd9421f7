using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace OptOut.Emulators.Sandbox.AmazonSes;

/// <summary>SNS's part: one topic, its certificate, and the messages it signs.</summary>
internal sealed class SnsSender : IDisposable
{
    public const string Topic = "arn:aws:sns:eu-west-1:123456789012:ses-events";

    private readonly RSA _key = RSA.Create(2048);
    private readonly TimeProvider _time;

    // Most sandboxes never sign for SNS, and a key of RSA takes longer to make than all the rest of one.
    private readonly Lazy<(string Pem, string Name)> _certificate;

    public SnsSender(TimeProvider time) => (_time, _certificate) = (time, new(Certify));

    public string Certificate => _certificate.Value.Pem;

    public string CertificateName => _certificate.Value.Name;

    /// <param name="sns">Where the certificate is had.</param>
    /// <param name="type">Notification, SubscriptionConfirmation or UnsubscribeConfirmation.</param>
    /// <param name="message">What is published.</param>
    /// <param name="topic">The topic it is published to.</param>
    /// <param name="version">Of the signature: 1 or 2.</param>
    /// <param name="token">Of a confirmation.</param>
    public JsonObject Sign(Uri sns, string message, string type = "Notification", string topic = Topic, string version = "1", string token = "")
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

        return SignAgain(signed);
    }

    /// <summary>Signs what is there, whatever it says.</summary>
    public JsonObject SignAgain(JsonObject message)
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
