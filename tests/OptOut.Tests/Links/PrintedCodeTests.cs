using CsCheck;
using OptOut.Links;

namespace OptOut.Tests.Links;

/// <summary>
/// The properties of a printed code's ten characters: which typing errors are always detected and which variations are accepted.
/// </summary>
public sealed class PrintedCodeTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static readonly Gen<PrintedCode> AnyCode = Gen.ULong[0, (1UL << 45) - 1].Select(v => new PrintedCode(v));

    [Theory]
    [InlineData(0UL, "0000000000", "00000-00000")]
    [InlineData(1UL, "0000000012", "00000-00012")]
    [InlineData((1UL << 45) - 1, "ZZZZZZZZZX", "ZZZZZ-ZZZZX")]
    [InlineData(0x0123456789ABUL, "14D2PF2DBR", "14D2P-F2DBR")]
    public void The_spelling_of_a_code_never_changes(ulong value, string compact, string printed)
    {
        var code = new PrintedCode(value);

        Assert.Equal((compact, printed), (code.Compact, code.ToString()));
        Assert.True(PrintedCode.TryParse(compact, out var read));
        Assert.Equal(code, read);
    }

    [Fact]
    public void A_code_survives_a_round_trip_through_both_its_forms() => AnyCode.Sample(code =>
        PrintedCode.TryParse(code.Compact, out var compact) && compact == code
        && PrintedCode.TryParse(code.ToString(), out var printed) && printed == code);

    [Fact]
    public void Any_single_wrong_character_is_detected() => AnyCode.Sample(code =>
    {
        for (var place = 0; place < PrintedCode.Length; place++)
        {
            foreach (var other in Alphabet.Where(c => c != code.Compact[place]))
            {
                if (PrintedCode.Read(With(code.Compact, place, other), out _) != PrintedCodeStatus.Mistyped)
                    return false;
            }
        }

        return true;
    }, iter: 300);

    [Fact]
    public void Any_swap_of_two_characters_is_detected_adjacent_or_not() => AnyCode.Sample(code =>
    {
        var text = code.Compact;
        for (var a = 0; a < text.Length; a++)
        {
            for (var b = a + 1; b < text.Length; b++)
            {
                var swapped = With(With(text, a, text[b]), b, text[a]);
                if (PrintedCode.TryParse(swapped, out _) != (swapped == text))
                    return false;
            }
        }

        return true;
    }, iter: 1000);

    // The checksum is linear, so whether an error is detected depends only on the difference between the printed and the typed code. These
    // are all the differences that one character or one swap can make, so the two properties above hold for every code.
    [Fact]
    public void No_difference_by_one_character_or_one_swap_has_a_valid_checksum()
    {
        foreach (var difference in Alphabet[1..])
        {
            for (var a = 0; a < PrintedCode.Length; a++)
            {
                Assert.False(PrintedCode.TryParse(With("0000000000", a, difference), out _));
                for (var b = a + 1; b < PrintedCode.Length; b++)
                    Assert.False(PrintedCode.TryParse(With(With("0000000000", a, difference), b, difference), out _));
            }
        }
    }

    [Fact]
    public void The_checksum_is_linear() => Gen.Select(AnyCode, AnyCode).Sample((one, other) =>
    {
        var sum = string.Concat(one.Compact.Zip(
            other.Compact,
            (a, b) => Alphabet[Alphabet.IndexOf(a, StringComparison.Ordinal) ^ Alphabet.IndexOf(b, StringComparison.Ordinal)]));
        return PrintedCode.TryParse(sum, out _);
    });

    [Theory]
    [InlineData("14D2PF2DBR")]
    [InlineData("14d2p-f2dbr")]
    [InlineData(" l4d2p f2dbr ")]
    [InlineData("I4D2P.F2DBR")]
    [InlineData("14D2P\u2013F2DBR")]
    [InlineData("1-4-D-2-P-F-2-D-B-R")]
    [InlineData("14D2P\u00AD\u00A0F2DBR\u200B")]
    [InlineData("\uFF11\uFF14\uFF24\uFF12\uFF30\uFF0D\uFF26\uFF12\uFF44\uFF42\uFF52")]
    [InlineData("https://optout.kruidtuin.example/q/14D2PF2DBR")]
    [InlineData("optout.kruidtuin.example/Q/14D2P-F2DBR/ ")]
    [InlineData("(14D2P-F2DBR)")]
    [InlineData("\u201C14D2P-F2DBR\u201D.")]
    [InlineData("<14D2PF2DBR>")]
    [InlineData("14D2P-F2DBR, merci")]
    [InlineData("14D2PF2DBR&gt;")]
    [InlineData("14D2PF2DBR%3E")]
    [InlineData("https://optout.kruidtuin.example/q/14D2PF2DBR?lang=nl)")]
    [InlineData("**14D2P-F2DBR**\u2026")]
    public void A_code_is_recognised_in_every_way_of_typing_it(string typed)
    {
        Assert.True(PrintedCode.TryParse(typed, out var code));
        Assert.Equal(new PrintedCode(0x0123456789AB), code);
    }

    [Theory]
    [InlineData("i0000000l2", "1000000012")]
    [InlineData("UV0000000U", "VV0000000V")]
    public void Letters_that_are_never_printed_are_read_as_the_characters_they_resemble(string typed, string meant) =>
        Assert.Equal((PrintedCode.Read(meant, out var a), a), (PrintedCode.Read(typed, out var b), b));

    [Theory]
    [InlineData("14D2PF2DBS", PrintedCodeStatus.Mistyped)]
    [InlineData("41D2PF2DBR", PrintedCodeStatus.Mistyped)]
    [InlineData("14D2PF2DB", PrintedCodeStatus.WrongLength)]
    [InlineData("14D2PF2DBR0", PrintedCodeStatus.WrongLength)]
    [InlineData("0", PrintedCodeStatus.WrongLength)]
    [InlineData(null, PrintedCodeStatus.NotACode)]
    [InlineData("", PrintedCodeStatus.NotACode)]
    [InlineData(" - ", PrintedCodeStatus.NotACode)]
    [InlineData("/", PrintedCodeStatus.NotACode)]
    [InlineData("14D2PF2DB*", PrintedCodeStatus.NotACode)]
    [InlineData("14D2PF2DB\u00C9", PrintedCodeStatus.NotACode)]
    [InlineData("jan@example.com", PrintedCodeStatus.NotACode)]
    [InlineData("14D2PF2DBR@example.com", PrintedCodeStatus.NotACode)]
    [InlineData("14D2PF2DBR\u00C9", PrintedCodeStatus.NotACode)]
    [InlineData("14D2PF2DBS)", PrintedCodeStatus.NotACode)]
    public void What_is_no_code_is_told_apart_from_what_is_nearly_one(string? typed, PrintedCodeStatus reading)
    {
        Assert.Equal(reading, PrintedCode.Read(typed, out var code));
        Assert.Equal(default, code);
    }

    [Fact]
    public void Whatever_is_typed_it_never_throws() => Gen.String.Sample(
        text => PrintedCode.Read(text, out _) is PrintedCodeStatus.NotACode
            or PrintedCodeStatus.WrongLength
            or PrintedCodeStatus.Mistyped
            or PrintedCodeStatus.Valid);

    [Fact]
    public void A_number_of_more_than_45_bits_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new PrintedCode(1UL << 45));

    private static string With(string text, int place, char c) => $"{text[..place]}{c}{text[(place + 1)..]}";
}
