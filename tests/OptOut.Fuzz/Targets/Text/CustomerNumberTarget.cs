using OptOut.Identity;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>Customer numbers, from a path or a body.</summary>
internal sealed class CustomerNumberTarget : TextTarget
{
    public override string Name => "customer-number";

    public override int MaxLength => 800;

    public override (long Fixed, int PerByte) Memory => (128 * 1024, 1000);

    public override IReadOnlyList<string> Code => ["OptOut.Identity.CustomerNumber", "OptOut.Identity.VisibleText"];

    protected override void Run(string text)
    {
        var number = CustomerNumber.Normalize(CustomerNumber.FromRoute(text));
        Require(CustomerNumber.Normalize(number) == number, "The normal form has another normal form.");
        if (CustomerNumber.FindProblem(text) is null)
            Require(CustomerNumber.Normalize(text) is { Length: > 0 and <= 200 } good && !good.Contains('@', StringComparison.Ordinal),
                "An address or an empty text is accepted.");
    }
}
