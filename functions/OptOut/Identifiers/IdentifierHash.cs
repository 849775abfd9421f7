using System.Globalization;

namespace OptOut.Identifiers;

/// <summary>The keyed hash of an identifier: 128 bits, 32 lower-case hex digits. Useless without the key, so it may be logged.</summary>
public readonly record struct IdentifierHash(UInt128 Value)
{
    public static IdentifierHash Parse(string hex) => new(UInt128.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
