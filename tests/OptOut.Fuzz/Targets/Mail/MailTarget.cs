using System.Text;
using OptOut.Fuzz.Engine;
using OptOut.Fuzz.Product;
using OptOut.Links;
using OptOut.Replies.Mail;
using OptOut.Vendors.SendGrid;

namespace OptOut.Fuzz.Targets.Mail;

/// <summary>A whole mail, as SendGrid passes it on in a form, and everything that is read from it.</summary>
internal sealed class MailTarget : FuzzTarget
{
    private const string Host = "optout.kruidtuin.example";

    public override string Name => "mail";

    public override int MaxLength => 64 * 1024;

    public override (long Fixed, int PerByte) Memory => (2 * 1024 * 1024, 400);

    public override int Cost => 4;

    public override IReadOnlyList<string> Code => ["OptOut.Replies.Mail", "OptOut.Vendors.SendGrid.SendGridInbound"];

    public override string Fill(string seed) =>
        seed.Replace("{token}", ProductInMemory.Instance.Token, StringComparison.Ordinal).ReplaceLineEndings("\r\n");

    public override void Run(byte[] input)
    {
        byte[] body =
        [
            .. "--xYzZY\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n"u8, .. input,
            .. "\r\n--xYzZY\r\nContent-Disposition: form-data; name=\"SPF\"\r\n\r\npass\r\n--xYzZY--\r\n"u8,
        ];
        Examine(SendGridInboundForm.Read(body, "multipart/form-data; boundary=xYzZY"));
    }

    internal static void Examine(SendGridInboundForm form)
    {
        var mail = form.ToMail(DateTimeOffset.UnixEpoch);
        _ = form.IsReadable;
        _ = MailClassifier.Classify(mail);
        var tokens = new MailTokens(ProductInMemory.Instance.Service<LinkKeyRing>(), mail, Host);
        var links = tokens.InAddress.Concat(tokens.InHeaders).Concat(tokens.InText).Concat(tokens.InAnyAddress);
        var issued = ProductInMemory.Instance.Link;
        BrokenPropertyException.ThrowUnless(links.All(l => l == issued), "A link is found that was never issued.");
        _ = tokens.HasDamagedAddress;
        if (Sender.TryVerify(mail, Host, out var sender))
            BrokenPropertyException.ThrowUnless(sender.Value.Contains('@', StringComparison.Ordinal), "The sender has no address.");
        BrokenPropertyException.ThrowUnless(mail.ToString() == "mail", "A mail prints what is in it.");
        _ = HtmlText.ToPlainText(mail.Html);
    }
}

/// <summary>The form around a mail: its boundary, parts and fields.</summary>
internal sealed class InboundFormTarget : FuzzTarget
{
    public override string Name => "inbound-form";

    public override int MaxLength => 64 * 1024;

    public override (long Fixed, int PerByte) Memory => (2 * 1024 * 1024, 400);

    public override int Cost => 4;

    public override IReadOnlyList<string> Code =>
        ["OptOut.Replies.Mail.Mi", "OptOut.Vendors.SendGrid.SendGridInbound", "OptOut.Vendors.SendGrid.SendGridVerdicts"];

    public override string Fill(string seed) =>
        seed.Replace("{token}", ProductInMemory.Instance.Token, StringComparison.Ordinal).ReplaceLineEndings("\r\n");

    // The first line is the Content-Type.
    public override void Run(byte[] input)
    {
        var end = Math.Max(0, Array.IndexOf(input, (byte)'\n'));
        MailTarget.Examine(SendGridInboundForm.Read(input.AsMemory(end), Encoding.Latin1.GetString(input, 0, end).Trim()));
    }
}
