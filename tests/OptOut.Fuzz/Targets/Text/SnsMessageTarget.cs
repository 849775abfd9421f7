using OptOut.Fuzz.Engine;
using OptOut.Vendors.AmazonSes;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>A message of SNS, which is read before its signature can be verified.</summary>
internal sealed class SnsMessageTarget : FuzzTarget
{
    public override string Name => "sns-message";

    public override int MaxLength => 64 * 1024;

    public override (long Fixed, int PerByte) Memory => (256 * 1024, 1000);

    public override IReadOnlyList<string> Code => ["OptOut.Vendors.AmazonSes.Sns"];

    public override void Run(byte[] input)
    {
        if (SnsMessage.Read(input) is not { } message)
            return;
        BrokenPropertyException.ThrowUnless(message.MessageId is { Length: > 0 and <= 100 }, "The id is too long for the ledger.");
        BrokenPropertyException.ThrowUnless(!message.ToString().Contains('@', StringComparison.Ordinal)
            || message.Type.Contains('@', StringComparison.Ordinal)
            || message.MessageId.Contains('@', StringComparison.Ordinal), "It prints what is personal.");
        _ = SnsAuthenticator.HostOf(message.TopicArn);
    }
}
