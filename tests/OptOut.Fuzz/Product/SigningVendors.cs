using System.Security.Cryptography;
using System.Text;
using OptOut.Emulators.Sandbox;
using OptOut.Emulators.Sandbox.AmazonSes;
using OptOut.Emulators.Sandbox.Dialler;
using OptOut.Emulators.Sandbox.Generic;
using OptOut.Emulators.Sandbox.Mailgun;
using OptOut.Emulators.Sandbox.Postmark;
using OptOut.Emulators.Sandbox.PrintHouse;
using OptOut.Emulators.Sandbox.Registers;
using OptOut.Emulators.Sandbox.SendGrid;
using OptOut.Emulators.Sandbox.Twilio;
using OptOut.Vendors.Twilio;

namespace OptOut.Fuzz.Product;

/// <summary>
/// Signs as the vendors do, with the signers of their emulators: a webhook verifies first, so without a valid signature no input would
/// reach its parser.
/// </summary>
internal sealed class SigningVendors
{
    // Nothing listens here: VendorReplies answers.
    private static readonly Uri Address = new("http://127.0.0.1:9/");

    private readonly SendGridSigner _sendGrid;
    private readonly GenericSigner _crm, _dialler;
    private readonly AmazonSesSandbox _ses;
    private readonly MailgunSandbox _mailgun;
    private readonly SandboxVendor[] _all;

    public SigningVendors(TimeProvider time)
    {
        (_sendGrid, _crm, _dialler) = (new("", time), new(GenericSandbox.WebhookSecret, time), new(DiallerMarkSender.Secret, time));
        var setup = new SandboxSetup(new VendorSandboxOptions { Time = time });
        (_ses, _mailgun) = (new AmazonSesSandbox(setup), new MailgunSandbox(setup));
        _all =
        [
            new SendGridSandbox(setup), new RegistersSandbox(setup), new PostmarkSandbox(setup), _mailgun, _ses, new DiallerSandbox(setup),
            new PrintHouseSandbox(setup), new TwilioSandbox(setup), new CrmSandbox(setup),
        ];
    }

    public IEnumerable<KeyValuePair<string, string>> Settings => _all.SelectMany(v => v.Settings(Address)).Select(
        s => s.Key.Contains("PublicKeys", StringComparison.Ordinal) ? KeyValuePair.Create(s.Key, _sendGrid.PublicKey) : s);

    public string SnsCertificate => _ses.Sns.Certificate;

    public IEnumerable<(string Name, string Value)> SendGrid(byte[] body)
    {
        var (signature, timestamp) = _sendGrid.Sign(body);
        return [("X-Twilio-Email-Event-Webhook-Signature", signature), ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp)];
    }

    public IEnumerable<(string Name, string Value)> Crm(byte[] body) => _crm.Sign(body, "msg_1").Select(h => (h.Key, h.Value));

    public IEnumerable<(string Name, string Value)> Dialler(byte[] body) => _dialler.Sign(body, "msg_1").Select(h => (h.Key, h.Value));

    /// <param name="path">The webhook's path, with its query.</param>
    /// <param name="form">The form as it is signed; empty for JSON, whose hash is in the query.</param>
    public static IEnumerable<(string Name, string Value)> Twilio(string path, IReadOnlyList<KeyValuePair<string, string>> form) =>
        [("X-Twilio-Signature", TwilioText(path, TwilioSignature.Text(form)))];

    public static IEnumerable<(string Name, string Value)> Postmark() =>
    [(
        "Authorization",
        $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{PostmarkSandbox.WebhookUser}:{PostmarkSandbox.WebhookPassword}"))}")];

    /// <summary>The body of a webhook of Mailgun, around an event that need not be JSON.</summary>
    public byte[] Mailgun(byte[] data)
    {
        var signed = _mailgun.Sign("").ToJsonString();
        return [.. Encoding.UTF8.GetBytes(signed[..^3]), .. data, (byte)'}'];
    }

    /// <summary>The body of an SNS message with any text.</summary>
    public byte[] Sns(string message) =>
        Encoding.UTF8.GetBytes(_ses.Sns.Sign(new Uri(Address, "/amazon-ses/sns/"), message).ToJsonString());

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs with HMAC-SHA1.")]
    private static string TwilioText(string path, string form) => Convert.ToBase64String(HMACSHA1.HashData(
        Encoding.UTF8.GetBytes(TwilioSandbox.AuthToken), Encoding.UTF8.GetBytes($"{TwilioSandbox.PublicUrl}/webhooks/{path}{form}")));
}
