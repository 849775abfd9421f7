using OptOut.Replies.Sms;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>What a person writes in an SMS.</summary>
internal sealed class SmsTarget : TextTarget
{
    public override string Name => "sms";

    public override int MaxLength => 4 * 1024;

    public override (long Fixed, int PerByte) Memory => (1024 * 1024, 2000);

    public override int Cost => 3;

    public override IReadOnlyList<string> Code => ["OptOut.Replies.Sms"];

    protected override void Run(string text)
    {
        var meaning = SmsReader.Read(text);
        Require(Enum.IsDefined(meaning.Intent), "No such intent.");
        Require(meaning.Intent == SmsIntent.Stop || !text.Trim().Equals("stop", StringComparison.OrdinalIgnoreCase),
            "STOP is not understood.");
    }
}
