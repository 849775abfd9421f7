using OptOut.Identity;

namespace OptOut.Fuzz.Targets.Text;

/// <summary>Telephone numbers, as dialled in a country or anywhere.</summary>
internal sealed class PhoneTarget : TextTarget
{
    private const int MaxLengthOfNumber = 16; // A plus sign and 15 digits: E.164.

    public override string Name => "phone";

    public override int MaxLength => 200;

    public override IReadOnlyList<string> Code => ["OptOut.Identity.PhoneNumber", "OptOut.Vendors.Twilio.TwilioAddress"];

    protected override void Run(string text)
    {
        Check(PhoneNumber.TryParse(text, "BE", out var dialled), dialled);
        Check(PhoneNumber.TryParseVouched(text, "NL", out var vouched), vouched);
        Check(Vendors.Twilio.TwilioAddress.Read(text).Number is not null, Vendors.Twilio.TwilioAddress.Read(text).Number ?? default);
    }

    private static void Check(bool isRead, Identifier read)
    {
        if (!isRead)
            return;
        Require(read.Value is ['+', .. var digits] && digits.All(char.IsAsciiDigit) && read.Value.Length <= MaxLengthOfNumber,
            "Not a plus sign and digits.");
        Require(PhoneNumber.TryParseVouched(read.Value, "ZZ", out var again) && again == read,
            "The normal form is read as another number.");
        Require(read.ToString().Length > 0, "It cannot be masked.");
    }
}
