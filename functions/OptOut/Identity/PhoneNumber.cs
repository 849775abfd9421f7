using System.Diagnostics.CodeAnalysis;
using PhoneNumbers;

namespace OptOut.Identity;

/// <summary>The normal form of a phone number: E.164, as in <c>+32470123456</c>.</summary>
internal static class PhoneNumber
{
    /// <param name="text">Any usual spelling. A + or 00 prefix overrides <paramref name="region"/>.</param>
    /// <param name="region">ISO 3166-1 alpha-2 code of the country of a number without a prefix, as in <c>BE</c>.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, string region, out Identifier identifier)
    {
        identifier = default;
        if (text is null || text.Length > 100)
            return false;

        var util = PhoneNumberUtil.GetInstance();
        try
        {
            var number = util.Parse(text, region);
            if (!util.IsValidNumber(number))
                return false;
            identifier = new Identifier(IdentifierKind.Phone, util.Format(number, PhoneNumberFormat.E164));
            return true;
        }
        catch (NumberParseException)
        {
            return false;
        }
    }
}
