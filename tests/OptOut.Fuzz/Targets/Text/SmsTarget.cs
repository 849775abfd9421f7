using OptOut.Replies.Sms;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>What a person writes in an SMS.</summary>
internal sealed class SmsTarget : TextTarget
{
    public override string Name => "sms";

    public override int MaxLength => 8 * 1024;

    public override (long Fixed, int PerByte) Memory => (1024 * 1024, 2000);

    public override IReadOnlyList<string> Code => ["OptOut.Replies.Sms"];

    protected override void Run(string text)
    {
        var meaning = SmsReader.Read(text);
        Require(Enum.IsDefined(meaning.Intent), "No such intent.");
        Require(SmsReader.Read(text) == meaning, "The same text has another meaning the second time.");
        foreach (var word in (string[])["STOP", "stop"])
            Require(SmsReader.Read(word).Intent == SmsIntent.Stop, "STOP is no longer understood.");
    }
}
