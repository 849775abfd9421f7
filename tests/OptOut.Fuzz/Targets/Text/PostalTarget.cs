using OptOut.Identity.Postal;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>Postal addresses, in one line or several.</summary>
internal sealed class PostalTarget : TextTarget
{
    private const int MaxKey = 4000;

    public override string Name => "postal";

    public override int MaxLength => 4200;

    public override (long Fixed, int PerByte) Memory => (512 * 1024, 4000);

    public override IReadOnlyList<string> Code => ["OptOut.Identity.Postal"];

    protected override void Run(string text)
    {
        if (!PostalKey.TryParse(text, out var read))
            return;
        Require(PostalKey.TryParse(read.Value, out var again) && again == read, "The key is read as another address.");
        Require(read.Value.Length <= MaxKey, "The key is too long.");
        Require(PostalKey.Parts(read).ToString() == read.Value, "The parts are not the key.");
        Require(read.ToString().Length > 0, "It cannot be masked.");
    }
}
