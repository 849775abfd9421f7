using System.Diagnostics.CodeAnalysis;

namespace OptOut.Identity.Postal;

/// <summary>
/// The normal form of a postal address: a key that survives spelling. Written <c>BE|9000|SINTPIETERSNIEUWSTRAAT|12|3</c> (country, postcode,
/// street, number, box), or, where no rule of a country reads it, <c>DE|HAUPTSTRASSE 5 10115 BERLIN</c>: country and text.
/// </summary>
/// <remarks>
/// <para>
/// The postcode decides the town in Belgium and the Netherlands, so the town is not part of the key. In the Netherlands postcode, number and
/// addition are the address, so the street is not either (https://de.wikipedia.org/wiki/Postleitzahl_(Niederlande)); in Belgium a street line is
/// street, number and box (Royal Decree of 24 April 2014 art. 34 par. 2, https://www.bpost.be/nl/adressering-adres-volgens-wet). A name, a company or
/// a residence on a line of its own is left out: the key is the letterbox's.
/// </para>
/// <para>
/// Two addresses that differ in number, letter, box or street name are never one key. Where a spelling cannot be decided the keys stay apart, and what
/// was written is kept whole in the key: Nieuwstraat and Nieuwe straat are two streets, and so are the two names of a street in Brussels. A Stop is not lost by it:
/// a Stop of a person stops every address that the controller gave for that person, in each spelling that it gave.
/// </para>
/// <para>
/// Choices: <c>12-14</c> is a range where the second is the greater, else a box; <c>12 A</c> and <c>12-A</c> are 12A; <c>12B3</c> is box 3 of 12, <c>12B/3</c>
/// of 12B; a four-digit postcode is Belgian unless a country or a prefix (L-, CH-, A-) says otherwise; Ch. is Chaussée; ü is u; leading zeros do not count.
/// </para>
/// </remarks>
internal static class PostalKey
{
    /// <summary>Characters that are read at most; an address of 500 is not one.</summary>
    private const int MaxLength = 500;

    public static bool TryParse([NotNullWhen(true)] string? text, out Identifier identifier)
    {
        identifier = default;
        if (text is null || text.Length > MaxLength)
            return false;
        if (PostalAddress.TryRead(text, out _))
        {
            identifier = new Identifier(IdentifierKind.Postal, text);
            return true;
        }

        if (PostalKeyText.Normalize(text) is not { } lines || PostalKeyReading.Read(lines) is not { } address)
            return false;
        identifier = new Identifier(IdentifierKind.Postal, address.ToString());
        return true;
    }

    /// <summary>The parts of a postal identifier.</summary>
    /// <exception cref="ArgumentException">The identifier is of another kind.</exception>
    public static PostalAddress Parts(Identifier identifier) => identifier.Kind == IdentifierKind.Postal && PostalAddress.TryRead(identifier.Value, out var address)
        ? address
        : throw new ArgumentException($"A {identifier.Kind} identifier has no postal parts.", nameof(identifier));
}
