using OptOut.Consent;
using OptOut.Links;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>Printed codes and reference numbers, as a person types them.</summary>
internal sealed class PrintedCodeTarget : TextTarget
{
    public override string Name => "printed-code";

    public override int MaxLength => 400;

    public override IReadOnlyList<string> Code => ["OptOut.Links.PrintedCode", "OptOut.Consent.Reference"];

    protected override void Run(string text)
    {
        if (Reference.TryParse(text, out var reference))
            Require(Reference.TryParse(reference, out var same) && same == reference && reference.Length == 14,
                "A reference number has two forms.");
        if (PrintedCode.Read(text, out var code) != PrintedCodeStatus.Valid)
        {
            Require(code == default, "A code that is refused has a value.");
            return;
        }

        var compact = code.Compact;
        Require(compact.Length == PrintedCode.Length && compact.All(char.IsAsciiLetterOrDigit), "Not ten letters and digits.");
        Require(PrintedCode.TryParse(code.ToString(), out var again) && again == code, "The printed form is read as another code.");
        var place = text.Length % PrintedCode.Length;
        var mistyped = string.Concat(compact.AsSpan(0, place), compact[place] == 'Z' ? "Y" : "Z", compact.AsSpan(place + 1));
        Require(PrintedCode.Read(mistyped, out _) == PrintedCodeStatus.Mistyped, "A mistyped code is not detected.");
    }
}
