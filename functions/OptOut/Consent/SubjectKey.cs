using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace OptOut.Consent;

/// <summary>
/// The pseudonym of a person: 128 bits, written as 26 upper-case Crockford base32 characters. It is an HMAC, so it may
/// appear in a URL, a log or a table key; the customer number or address that it was derived from may not.
/// </summary>
public readonly record struct SubjectKey(UInt128 Value)
{
    /// <summary>Length of the written form, in characters.</summary>
    public const int Length = 26;

    /// <summary>Length of the binary form (big-endian), in bytes.</summary>
    public const int ByteLength = 16;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static SubjectKey FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public void WriteBytes(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Reads the written form exactly as <see cref="ToString"/> writes it; no other spelling is accepted.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SubjectKey key)
    {
        key = default;

        // 26 characters are 130 bits, so the first character carries only three.
        if (text is not { Length: Length } || text[0] > '7')
            return false;

        var value = UInt128.Zero;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            value = (value << 5) | (uint)digit;
        }

        key = new SubjectKey(value);
        return true;
    }

    /// <exception cref="FormatException">The text is not 26 characters of upper-case Crockford base32.</exception>
    public static SubjectKey Parse(string text) =>
        TryParse(text, out var key) ? key : throw new FormatException("A subject key is 26 characters of upper-case Crockford base32.");

    public override string ToString() => string.Create(Length, Value, static (span, value) =>
    {
        for (var i = span.Length - 1; i >= 0; i--, value >>= 5)
            span[i] = Alphabet[(int)(value & 31)];
    });
}
