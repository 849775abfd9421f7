using System.Diagnostics.CodeAnalysis;
using PhoneNumbers;

namespace OptOut.Identity;

/// <summary>The normal form of a phone number: E.164, as in <c>+32470123456</c>.</summary>
internal static class PhoneNumber
{
    // ITU-T E.164 section 6.2.1: at most 15 digits with the country code. Nobody has a subscriber number of fewer than 7.
    private const int MinDigits = 7, MaxDigits = 15;

    /// <summary>
    /// Reads a number that a person typed: it must be in a range that the library knows, so that most typing errors are found.
    /// </summary>
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
            var number = util.Parse(VisibleText.Of(text), region);
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

    /// <summary>
    /// Reads a number from a system: as <see cref="TryParse"/>, and any number in E.164 form. A network, a vendor or the controller's own
    /// database vouches for it, and new ranges and machines' numbers are in use before the library knows them.
    /// </summary>
    /// <inheritdoc cref="TryParse"/>
    public static bool TryParseVouched([NotNullWhen(true)] string? text, string region, out Identifier identifier)
    {
        if (TryParse(text, region, out identifier))
            return true;
        if (text is null || text.Length > 100 || VisibleText.Of(text).Trim() is not ['+', not '0', ..] number
            || number.Length is <= MinDigits or > MaxDigits + 1
            || !number.AsSpan(1).ContainsOnlyDigits())
        {
            return false;
        }

        identifier = new Identifier(IdentifierKind.Phone, number);
        return true;
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
