using System.Globalization;

namespace OptOut.Identity;

/// <summary>The keyed hash of an identifier: 128 bits, 32 lower-case hex digits. Useless without the key, so it may be logged.</summary>
internal readonly record struct IdentifierHash(UInt128 Value)
{
    private const int Digits = 32;

    public static IdentifierHash Parse(string hex) => new(UInt128.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    /// <summary>Reads the written form; false for anything else.</summary>
    public static bool TryParse(string? hex, out IdentifierHash hash)
    {
        var read = UInt128.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && hex.Length == Digits;
        hash = read ? new(value) : default;
        return read;
    }

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
