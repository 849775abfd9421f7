using System.Diagnostics.CodeAnalysis;

namespace OptOut.Identity.Postal;

/// <summary>The parts of a postal key, each in upper-case letters and digits; empty if the address has no such part.</summary>
/// <param name="Country">ISO 3166-1 alpha-2; <c>ZZ</c>, which ISO leaves to users, if it is not known.</param>
/// <param name="Postcode">As in <c>9000</c> or <c>1017GC</c>.</param>
/// <param name="Street">Without spaces. Empty in the Netherlands, where the postcode implies it; <c>POSTBUS</c> for a PO box.</param>
/// <param name="Number">As in <c>12</c>, <c>12A</c> or <c>12-14</c>; for a PO box, its number.</param>
/// <param name="Box">The bus, boîte or toevoeging, as in <c>3</c> or <c>AIII</c>.</param>
/// <param name="Text">The whole address if no country's rules apply; the four parts before it are then empty.</param>
internal sealed record PostalAddress(string Country, string Postcode, string Street, string Number, string Box, string Text)
{
    internal const string Belgium = "BE", Netherlands = "NL", Germany = "DE", France = "FR", Luxembourg = "LU", UnknownCountry = "ZZ";

    internal static PostalAddress General(string country, string text) => new(country, "", "", "", "", text);

    /// <summary>Reads the written form; returns false for anything else, including an ordinary address.</summary>
    internal static bool TryRead(string text, [NotNullWhen(true)] out PostalAddress? address)
    {
        address = text.Split('|') switch
        {
            [var country, var postcode, var street, var number, var box]
                when IsStructured(country, postcode) && IsNumber(street) && IsNumber(number) && IsNumber(box)
                    && street.Length + number.Length > 0 => new(country, postcode, street, number, box, ""),
            [var country, var words] when IsCountry(country) && words.Length >= 5 && words.Split(' ').All(IsText) =>
                General(country, words),
            _ => null,
        };
        return address is not null;
    }

    /// <summary>The written form: <see cref="Identifier.Value"/>.</summary>
    public override string ToString() => Text.Length > 0 ? $"{Country}|{Text}" : $"{Country}|{Postcode}|{Street}|{Number}|{Box}";

    private static bool IsCountry(string text) => text is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];

    private static bool IsStructured(string country, string postcode) => country switch
    {
        Belgium => postcode.Length == 4 && postcode.All(char.IsAsciiDigit),
        Netherlands => postcode.Length == 6 && postcode[..4].All(char.IsAsciiDigit) && postcode[4..].All(char.IsAsciiLetterUpper),
        _ => false,
    };

    // Some small letters, such as the dotless i, have no capital form: they stay as they are in a key.
    private static bool IsWord(string text) =>
        text.All(c => (char.IsLetterOrDigit(c) && char.ToUpperInvariant(c) == c) || char.IsSurrogate(c));

    private static bool IsNumber(string text) => text.Split('-').All(IsWord);

    // As in 5-7 or 5/3: a word of the general form.
    private static bool IsText(string text) => text.Length > 0 && text.Split('-', '/').All(IsWord);
}
