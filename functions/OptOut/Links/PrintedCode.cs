using System.Globalization;
using OptOut.Identity;

namespace OptOut.Links;

/// <summary>The result of reading a text as a printed code.</summary>
public enum PrintedCodeStatus
{
    /// <summary>A complete code with a correct check symbol. It may still never have been printed.</summary>
    Valid,

    /// <summary>Valid characters, but not ten of them.</summary>
    WrongLength,

    /// <summary>Ten valid characters, but the check symbol shows that at least one is mistyped.</summary>
    Mistyped,

    /// <summary>Empty, or something other than a code.</summary>
    NotACode,
}

/// <summary>
/// A code on a letter or leaflet: 45 bits and a check symbol, as ten characters of Crockford base32 (no I, L, O or U, which look like
/// others). Printed in two groups of five; read in any form that a person may type.
/// </summary>
/// <remarks>
/// Crockford's own check symbol may be one of <c>* ~ $ = U</c>, which are unsuitable for URLs and telephones. This one is in the
/// alphabet: each character is an element of the field GF(32), and the ten characters, each multiplied by a different power of the
/// generator, add up to zero. Because every place has a different factor, the sum detects every single wrong character and every swap
/// of two different ones, adjacent or not.
/// </remarks>
internal readonly record struct PrintedCode
{
    /// <summary>Length of the compact form, in characters.</summary>
    public const int Length = 10;

    /// <summary>Number of bits of the value. The check symbol adds none.</summary>
    public const int Bits = 45;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    // Anything longer, such as a pasted letter, is not a code.
    private const int MaxTyped = 200;

    private readonly ulong _value;

    /// <param name="value">The value, of 45 bits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value has more than 45 bits.</exception>
    public PrintedCode(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(value, 1UL << Bits);
        _value = value;
    }

    /// <summary>The form used in a URL: ten characters, upper case.</summary>
    public string Compact => string.Create(Length, _value, static (span, value) => Write(span, value));

    /// <inheritdoc cref="Read"/>
    /// <returns>Whether the text is a valid code.</returns>
    public static bool TryParse(string? text, out PrintedCode code) => Read(text, out code) == PrintedCodeStatus.Valid;

    /// <summary>
    /// Reads a code as a person types it: any case, any spaces, hyphens or full stops, O for 0, I or L for 1, U for V, full-width
    /// characters, or a whole URL that ends with the code. A bracket, quote or parameter around a complete code does not break it.
    /// </summary>
    public static PrintedCodeStatus Read(string? text, out PrintedCode code)
    {
        code = default;
        if (text is null || text.Length > MaxTyped)
            return PrintedCodeStatus.NotACode;

        var typed = VisibleText.Of(text).AsSpan().TrimEnd(" /");
        typed = typed[(typed.LastIndexOf('/') + 1)..];
        var reading = ReadAll(typed, out code);
        return reading == PrintedCodeStatus.NotACode && ReadAll(WithoutSurroundings(typed), out code) == PrintedCodeStatus.Valid
            ? PrintedCodeStatus.Valid
            : reading;
    }

    private static PrintedCodeStatus ReadAll(ReadOnlySpan<char> typed, out PrintedCode code)
    {
        code = default;
        ulong value = 0;
        var (count, check, symbol) = (0, 0, 0);
        foreach (var c in typed)
        {
            if (IsSeparator(c))
                continue;
            if ((symbol = Symbol(c)) < 0)
                return PrintedCodeStatus.NotACode;
            if (++count < Length)
                (value, check) = ((value << 5) | (uint)symbol, MultiplyByGenerator(check ^ symbol));
        }

        if (count != Length)
            return count == 0 ? PrintedCodeStatus.NotACode : PrintedCodeStatus.WrongLength;
        if (symbol != check)
            return PrintedCodeStatus.Mistyped;
        code = new PrintedCode(value);
        return PrintedCodeStatus.Valid;
    }

    // The first run of symbols and separators. A letter, a digit or an @ that ends it belongs to a word or an address, not to a code.
    private static ReadOnlySpan<char> WithoutSurroundings(ReadOnlySpan<char> typed)
    {
        while (typed.Length > 0 && Symbol(typed[0]) < 0 && !char.IsLetterOrDigit(typed[0]))
            typed = typed[1..];
        for (var i = 0; i < typed.Length; i++)
        {
            if (Symbol(typed[i]) < 0 && !IsSeparator(typed[i]))
                return typed[i] == '@' || char.IsLetterOrDigit(typed[i]) ? default : typed[..i];
        }

        return typed;
    }

    /// <summary>The printed form: <c>ABCDE-FGHJK</c>.</summary>
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
            check = MultiplyByGenerator(check ^ symbol);
        }

        span[Length - 1] = Alphabet[check];
    }

    // Multiplies by the generator x of GF(32) = GF(2)[x] / (x^5 + x^2 + 1), whose powers are all 31 nonzero elements. After nine steps
    // the nine characters have the factors x^9 to x; the factor of the check symbol is 1.
    private static int MultiplyByGenerator(int element) => (element << 1) ^ ((element & 0b10000) == 0 ? 0 : 0b100101);

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

    // Includes every kind of dash.
    private static bool IsSeparator(char c) =>
        c == '.' || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.DashPunctuation;
}
