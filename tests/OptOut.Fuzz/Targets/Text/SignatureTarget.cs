using OptOut.Emulators.Sandbox.Dialler;
using OptOut.Fuzz.Product;
using OptOut.Vendors;
using OptOut.Vendors.SendGrid;
using OptOut.Vendors.Twilio;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>The headers of signatures: three lines. Nobody can make up a valid one.</summary>
internal sealed class SignatureTarget : TextTarget
{
    private static readonly StandardWebhooks Standard = new([DiallerMarkSender.Secret]);

    private static readonly SendGridSignature SendGrid = new(
        ["MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="]);

    private static readonly TwilioSignature Twilio = new(["a secret of nobody"]);

    public override string Name => "signature";

    public override int MaxLength => 2 * 1024;

    public override IReadOnlyList<string> Code =>
        ["OptOut.Vendors.StandardWebhooks", "OptOut.Vendors.SendGrid.SendGridSignature", "OptOut.Vendors.Twilio.TwilioSignature"];

    protected override void Run(string text)
    {
        var lines = text.Split('\n', 3);
        var (first, second, third) = (lines[0], lines.ElementAtOrDefault(1), lines.ElementAtOrDefault(2));
        Require(!Standard.Verify(first, second, third, "body"u8, out _), "A Standard Webhooks signature was guessed.");
        Require(!SendGrid.Verify(first, second, "body"u8), "A SendGrid signature was guessed.");
        if (SendGridSignature.MayBeSigned(first, second, InstantTime.Start))
            _ = SendGridSignature.SignedAt(second!);
        Require(!Twilio.Verify(first, second ?? "", "body"u8, TwilioRequest.Form(System.Text.Encoding.UTF8.GetBytes(third ?? ""))),
            "A Twilio signature was guessed.");
    }
}
