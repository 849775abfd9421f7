using System.Text;
using OptOut.Identity;

namespace OptOut.Fuzz.Targets;

/// <summary>E-mail addresses, as people type them and systems send them.</summary>
internal sealed class EmailTarget : TextTarget
{
    private const int MaxBytes = 254; // RFC 5321 section 4.5.3.1.3, less the angle brackets.

    public override string Name => "email";

    public override int MaxLength => 1200;

    public override IReadOnlyList<string> Code => ["OptOut.Identity.EmailAddress", "OptOut.Identity.VisibleText"];

    protected override void Run(string text)
    {
        if (!EmailAddress.TryParse(text, out var read))
            return;
        Require(EmailAddress.TryParse(read.Value, out var again) && again == read, "The normal form is read as another address.");
        Require(Encoding.UTF8.GetByteCount(read.Value) <= MaxBytes, "The normal form is too long.");
        Require(!read.Value.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)),
            "The normal form contains white space or a control character.");
        Require(read.Value.LastIndexOf('@') is > 0 and var at
            && read.Value[(at + 1)..].All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'), "The domain is not ASCII.");
        Require(read.ToString().Length > 0, "It cannot be masked.");
    }
}
