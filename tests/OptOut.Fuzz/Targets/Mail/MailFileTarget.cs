using OptOut.Fuzz.Engine;
using OptOut.Local.Mailbox;

namespace OptOut.Fuzz.Targets.Mail;

/// <summary>The file that <c>unsubscribe FILE</c> reads, and the button it finds.</summary>
internal sealed class MailFileTarget : FuzzTarget
{
    public override string Name => "mail-file";

    public override int MaxLength => 64 * 1024;

    public override (long Fixed, int PerByte) Memory => (2 * 1024 * 1024, 900);

    public override int Cost => 4;

    public override IReadOnlyList<string> Code => ["OptOut.Local.Mailbox"];

    public override void Run(byte[] input)
    {
        MimeKit.MimeMessage mail;
        try
        {
            mail = MailFile.ReadAsync(new MemoryStream(input), CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (NotAMailException)
        {
            return; // The command says so.
        }

        if (MailButton.From(mail) is MailButton.Shown shown)
        {
            BrokenPropertyException.ThrowUnless(
                shown.Target.Scheme == Uri.UriSchemeHttps || shown.Target.IsLoopback, "The button leads to an address that is not https.");
        }

        _ = MailButtonWarnings.Of(mail);
    }
}
