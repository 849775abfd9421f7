using System.Text;
using System.Text.Json;

namespace OptOut.Vendors.AmazonSes;

/// <summary>
/// A message that SNS posts to an HTTP endpoint, with raw message delivery off. The signed fields and their order are documented at
/// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message-verify-message-signature.html.
/// </summary>
/// <param name="Type"><c>Notification</c>, <c>SubscriptionConfirmation</c> or <c>UnsubscribeConfirmation</c>.</param>
/// <param name="MessageId">
/// The same each time SNS retries. Names and values are signed as lines, so an id with a line feed could hold the subject's line too, and
/// make a captured message a new one: an id is visible ASCII.
/// </param>
/// <param name="Message">The published message, for a notification.</param>
/// <param name="SubscribeUrl">The URL that confirms the subscription when requested, for a confirmation.</param>
/// <param name="Version">The version of the signature: 1 uses SHA-1, 2 uses SHA-256.</param>
/// <param name="Signed">The signed text.</param>
internal sealed record SnsMessage(
    string Type,
    string TopicArn,
    string MessageId,
    string Message,
    string? SubscribeUrl,
    string CertificateUrl,
    string Version,
    byte[] Signature,
    byte[] Signed)
{
    // A 4,096-bit RSA signature.
    private const int MaxSignature = 512;

    private static readonly string[] Notification = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
    private static readonly string[] Confirmation = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    /// <returns>Null when the body is not such a message. Never throws, whatever the sender sends.</returns>
    public static SnsMessage? Read(ReadOnlyMemory<byte> body)
    {
        if (VendorField.Parse(body) is not { ValueKind: JsonValueKind.Object } json || json.Text("Type") is not { } type
            || json.Text("TopicArn") is not { } topic
            || json.Text("MessageId") is not { Length: > 0 and <= 100 } id
            || id.AsSpan().ContainsAnyExceptInRange('!', '~')
            || json.Text("Message") is not { } message
            || json.Text("SigningCertURL") is not { } certificate
            || json.Text("SignatureVersion") is not { } version
            || json.Text("Signature") is not { } signature)
            return null;

        var bytes = new byte[MaxSignature];
        if (!Convert.TryFromBase64String(signature, bytes, out var length))
            return null;
        var signed = new StringBuilder();
        foreach (var name in type == "Notification" ? Notification : Confirmation)
        {
            if (json.Text(name) is { } value)
                signed.Append(name).Append('\n').Append(value).Append('\n');
        }

        return new SnsMessage(
            type,
            topic,
            id,
            message,
            json.Text("SubscribeURL"),
            certificate,
            version,
            bytes[..length],
            Encoding.UTF8.GetBytes(signed.ToString()));
    }

    // Records print their members, and these contain addresses.
    public override string ToString() => $"{Type} {MessageId}";
}
