using System.Globalization;

namespace OptOut.Links;

/// <summary>What a text that should be a printed code turned out to be.</summary>
public enum CodeReading
{
    /// <summary>A whole code whose check symbol agrees. It may still be one that was never printed.</summary>
    Good,

    /// <summary>A code's characters, and not ten of them.</summary>
    WrongLength,

    /// <summary>Ten of a code's characters, and the check symbol says that at least one is mistyped.</summary>
    Mistyped,

    /// <summary>Nothing, or something else than a code.</summary>
    NoCode,
}

/// <summary>
/// A code on a letter or leaflet: 45 bits and a check symbol, as ten characters of Crockford base32 (no I, L, O or U, which look like others).
/// Printed in two groups of five, read however a person types it.
/// </summary>
/// <remarks>
/// Crockford's own check symbol may be one of <c>* ~ $ = U</c>, which URLs and telephones do not take. This one stays in the alphabet: each character is
/// an element of the field GF(32), and the ten of them, each multiplied by a power of the generator of its own, add up to zero. A different factor
/// for each place makes the sum notice every wrong character and every swap of two different ones, neighbours or not.
/// </remarks>
internal readonly record struct PrintedCode
{
    /// <summary>Characters of the compact form.</summary>
    public const int Length = 10;

    /// <summary>Bits that say which code it is; the check symbol adds none.</summary>
    public const int Bits = 45;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    // Somebody who pastes a letter is not typing a code.
    private const int MaxTyped = 200;

    private readonly ulong _value;

    /// <param name="value">The 45 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than 45 bits.</exception>
    public PrintedCode(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1UL << Bits);
        _value = value;
    }

    /// <summary>As it stands in an address: ten characters, upper case.</summary>
    public string Compact => string.Create(Length, _value, static (span, value) => Write(span, value));

    /// <inheritdoc cref="Read"/>
    /// <returns>Whether it is a whole code.</returns>
    public static bool TryParse(string? text, out PrintedCode code) => Read(text, out code) == CodeReading.Good;

    /// <summary>
    /// Reads a code as a person types it: any case, any spaces, hyphens or full stops, O for 0, I or L for 1, U for V, full-width characters, or the
    /// whole address with the code at its end.
    /// </summary>
    public static CodeReading Read(string? text, out PrintedCode code)
    {
        code = default;
        if (text is null || text.Length > MaxTyped)
            return CodeReading.NoCode;

        var typed = text.AsSpan().TrimEnd(" /");
        ulong value = 0;
        var (count, check, symbol) = (0, 0, 0);
        foreach (var c in typed[(typed.LastIndexOf('/') + 1)..])
        {
            if (IsSeparator(c))
                continue;
            if ((symbol = Symbol(c)) < 0)
                return CodeReading.NoCode;
            if (++count < Length)
                (value, check) = ((value << 5) | (uint)symbol, Times(check ^ symbol));
        }

        if (count != Length)
            return count == 0 ? CodeReading.NoCode : CodeReading.WrongLength;
        if (symbol != check)
            return CodeReading.Mistyped;
        code = new PrintedCode(value);
        return CodeReading.Good;
    }

    /// <summary>As it is printed: <c>ABCDE-FGHJK</c>.</summary>
    public override string ToString() => string.Create(Length + 1, _value, static (span, value) =>
    {
        Write(span[1..], value);
        span[1..6].CopyTo(span);
        span[5] = '-';
    });

    private static void Write(Span<char> span, ulong value)
    {
        var check = 0;
        for (var i = 0; i < Length - 1; i++)
        {
            var symbol = (int)(value >> (Bits - 5 - (5 * i))) & 31;
            span[i] = Alphabet[symbol];
            check = Times(check ^ symbol);
        }

        span[Length - 1] = Alphabet[check];
    }

    // Times the generator x of GF(32) = GF(2)[x] / (x^5 + x^2 + 1), whose powers pass through all 31 elements but zero. Nine steps of it
    // give the nine characters the factors x^9 to x, and the check symbol's own is 1.
    private static int Times(int element) => (element << 1) ^ ((element & 0b10000) == 0 ? 0 : 0b100101);

    private static int Symbol(char c)
    {
        if (c is >= '\uFF10' and <= '\uFF5A')
            c = (char)(c - '\uFF10' + '0');
        return char.ToUpperInvariant(c) switch
        {
            'O' => 0,
            'I' or 'L' => 1,
            'U' => Alphabet.IndexOf('V', StringComparison.Ordinal),
            var upper => Alphabet.IndexOf(upper, StringComparison.Ordinal),
        };
    }

    // Dashes of every kind, and what a copied text carries unseen, such as a soft hyphen.
    private static bool IsSeparator(char c) =>
        c == '.' || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is UnicodeCategory.DashPunctuation or UnicodeCategory.Format;
}
