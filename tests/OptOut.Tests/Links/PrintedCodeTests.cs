using CsCheck;
using OptOut.Links;

namespace OptOut.Tests.Links;

/// <summary>The laws of the ten characters: what a slip of the finger cannot get past, and what a person may type all the same.</summary>
public sealed class PrintedCodeTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private static readonly Gen<PrintedCode> AnyCode = Gen.ULong[0, (1UL << 45) - 1].Select(v => new PrintedCode(v));

    [Theory]
    [InlineData(0UL, "0000000000", "00000-00000")]
    [InlineData(1UL, "0000000012", "00000-00012")]
    [InlineData((1UL << 45) - 1, "ZZZZZZZZZX", "ZZZZZ-ZZZZX")]
    [InlineData(0x0123456789ABUL, "14D2PF2DBR", "14D2P-F2DBR")]
    public void A_code_that_was_ever_printed_is_spelled_the_same_for_ever(ulong value, string compact, string printed)
    {
        var code = new PrintedCode(value);

        Assert.Equal((compact, printed), (code.Compact, code.ToString()));
        Assert.True(PrintedCode.TryParse(compact, out var read));
        Assert.Equal(code, read);
    }

    [Fact]
    public void Both_written_forms_are_read_back() => AnyCode.Sample(code =>
        PrintedCode.TryParse(code.Compact, out var compact) && compact == code
        && PrintedCode.TryParse(code.ToString(), out var printed) && printed == code);

    [Fact]
    public void Every_wrong_character_is_noticed_in_every_place() => AnyCode.Sample(code =>
    {
        for (var place = 0; place < PrintedCode.Length; place++)
        {
            foreach (var other in Alphabet.Where(c => c != code.Compact[place]))
            {
                if (PrintedCode.Read(With(code.Compact, place, other), out _) != CodeReading.Mistyped)
                    return false;
            }
        }

        return true;
    }, iter: 300);

    [Fact]
    public void Every_swap_of_two_characters_is_noticed_neighbours_or_not() => AnyCode.Sample(code =>
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

    // The check is linear, so what goes unnoticed depends only on the difference between what was printed and what was typed: these
    // are all the differences that one character or one swap can make, so every code there is has the two laws above.
    [Fact]
    public void No_difference_of_one_character_or_one_swap_adds_up_to_nothing()
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
    public void The_check_is_linear() => Gen.Select(AnyCode, AnyCode).Sample((one, other) =>
    {
        var sum = string.Concat(one.Compact.Zip(other.Compact, (a, b) => Alphabet[Alphabet.IndexOf(a, StringComparison.Ordinal) ^ Alphabet.IndexOf(b, StringComparison.Ordinal)]));
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
    public void However_it_is_typed_it_is_the_same_code(string typed)
    {
        Assert.True(PrintedCode.TryParse(typed, out var code));
        Assert.Equal(new PrintedCode(0x0123456789AB), code);
    }

    [Theory]
    [InlineData("i0000000l2", "1000000012")]
    [InlineData("UV0000000U", "VV0000000V")]
    public void Letters_that_are_never_printed_are_read_as_what_they_look_like(string typed, string meant) =>
        Assert.Equal((PrintedCode.Read(meant, out var a), a), (PrintedCode.Read(typed, out var b), b));

    [Theory]
    [InlineData("14D2PF2DBS", CodeReading.Mistyped)]
    [InlineData("41D2PF2DBR", CodeReading.Mistyped)]
    [InlineData("14D2PF2DB", CodeReading.WrongLength)]
    [InlineData("14D2PF2DBR0", CodeReading.WrongLength)]
    [InlineData("0", CodeReading.WrongLength)]
    [InlineData(null, CodeReading.NoCode)]
    [InlineData("", CodeReading.NoCode)]
    [InlineData(" - ", CodeReading.NoCode)]
    [InlineData("/", CodeReading.NoCode)]
    [InlineData("14D2PF2DB*", CodeReading.NoCode)]
    [InlineData("14D2PF2DB\u00C9", CodeReading.NoCode)]
    [InlineData("jan@example.com", CodeReading.NoCode)]
    public void What_is_no_code_is_told_apart_from_what_is_nearly_one(string? typed, CodeReading reading)
    {
        Assert.Equal(reading, PrintedCode.Read(typed, out var code));
        Assert.Equal(default, code);
    }

    [Fact]
    public void Whatever_is_typed_it_never_throws() => Gen.String.Sample(text => PrintedCode.Read(text, out _) is CodeReading.NoCode or CodeReading.WrongLength or CodeReading.Mistyped or CodeReading.Good);

    [Fact]
    public void A_number_of_more_than_45_bits_is_no_code() => Assert.Throws<ArgumentOutOfRangeException>(() => new PrintedCode(1UL << 45));

    private static string With(string text, int place, char c) => $"{text[..place]}{c}{text[(place + 1)..]}";
}
