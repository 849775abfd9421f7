using System.Diagnostics.CodeAnalysis;

namespace OptOut.Identity.Postal;

/// <summary>
/// The normal form of a postal address: a key that does not depend on spelling. Written <c>BE|9000|SINTPIETERSNIEUWSTRAAT|12|3</c>
/// (country, postcode, street, number, box) or, outside Belgium and the Netherlands, <c>DE|HAUPTSTRASSE 5 10115 BERLIN</c> (country and
/// text).
/// </summary>
/// <remarks>
/// <para>
/// In Belgium and the Netherlands the postcode determines the town, so the town is not part of the key. In the Netherlands postcode, number
/// and addition are the address, so the street is not part of it either (https://de.wikipedia.org/wiki/Postleitzahl_(Niederlande)). In
/// Belgium a street line is street, number and box (Royal Decree of 24 April 2014 art. 34 par. 2,
/// https://www.bpost.be/nl/adressering-adres-volgens-wet). A line before the street that names a person, a company or a house is left out
/// there; elsewhere a letterbox may be known by a name alone, so it is kept.
/// </para>
/// <para>
/// Two addresses that differ in number, letter, box, floor, block, staircase, side or street name never share a key. If two spellings may
/// or may not be the same letterbox, the keys stay different and contain everything that was written: Nieuwstraat and Nieuwe straat are
/// two streets, and so are the two names of a street in Brussels. Words that nobody knows are part of the key, with the label <c>NR</c>
/// after the street and <c>PRE</c> before it. No Stop is lost: a person's Stop applies to every address that the controller gave for that
/// person, in every spelling.
/// </para>
/// <para>
/// Choices: <c>12-14</c> is a range if the second number is greater, otherwise a box; <c>12 A</c> and <c>12-A</c> are 12A; <c>12B3</c> is
/// box 3 of 12, <c>12B/3</c> is box 3 of 12B; in Belgium <c>app. 3</c> is box 3 unless a box is written too; a four-digit postcode is
/// Belgian unless a country, a prefix (L-, CH-, A-) or a town shows otherwise; five digits are German or French if the street is; Ch. is
/// Chaussée; ü is u, and in Germany so is ue; leading zeros are ignored.
/// </para>
/// </remarks>
internal static class PostalKey
{
    /// <summary>Maximum length in characters. No real address is longer.</summary>
    private const int MaxLength = 500;

    /// <summary>Maximum length of a key: it has a word for each part that the address has.</summary>
    private const int MaxKeyLength = 8 * MaxLength;

    public static bool TryParse([NotNullWhen(true)] string? text, out Identifier identifier)
    {
        identifier = default;
        if (text is null || text.Length > MaxKeyLength)
            return false;
        text = VisibleText.Of(text);
        if (PostalAddress.TryRead(text, out _))
        {
            identifier = new Identifier(IdentifierKind.Postal, text);
            return true;
        }

        if (text.Length > MaxLength || PostalKeyText.Normalize(text) is not { } lines || PostalKeyReader.Read(lines) is not { } address)
            return false;
        identifier = new Identifier(IdentifierKind.Postal, address.ToString());
        return true;
    }

    /// <summary>The parts of a postal identifier.</summary>
    /// <exception cref="ArgumentException">The identifier is not postal.</exception>
    public static PostalAddress Parts(Identifier identifier) => identifier.Kind == IdentifierKind.Postal
        && PostalAddress.TryRead(identifier.Value, out var address)
        ? address
        : throw new ArgumentException($"A {identifier.Kind} identifier has no postal parts.", nameof(identifier));
}
