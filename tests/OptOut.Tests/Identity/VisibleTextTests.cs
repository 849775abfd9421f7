using System.Globalization;
using System.Text;
using CsCheck;
using OptOut.Identity;
using OptOut.Identity.Postal;
using OptOut.Links;

namespace OptOut.Tests.Identity;

/// <summary>Characters that nobody sees make no difference, in anything that a person or a system gives us.</summary>
public sealed class VisibleTextTests
{
    private const string Email = "jan@example.com", Phone = "+32470123456", Postal = "Kerkstraat 12 bus 3, 9000 Gent", Customer = "C-1001";

    private static readonly string Code = new PrintedCode(0x1234567890).ToString();

    private static readonly string[] Texts = [Email, Phone, Code, Customer, Postal];

    /// <summary>Every character of the category Format, and the others that display nothing.</summary>
    private static readonly Rune[] Invisible =
    [
        .. Enumerable.Range(0, 0x110000)
            .Where(Rune.IsValid)
            .Select(v => new Rune(v))
            .Where(r => Rune.GetUnicodeCategory(r) == UnicodeCategory.Format
                || r.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0
                    or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF)),
    ];

    [Fact]
    public void Every_invisible_character_anywhere_in_a_contact_point_code_or_number_gives_the_same_key()
    {
        Assert.Contains(new Rune('\uFEFF'), Invisible);
        Assert.Contains(new Rune(0xE0041), Invisible);
        foreach (var rune in Invisible)
        {
            AssertSame(Email, t => t.Insert(0, $"{rune}"));
            AssertSame(Email, t => t.Insert(2, $"{rune}"));
            AssertSame(Email, t => t.Insert(t.IndexOf('@', StringComparison.Ordinal) + 3, $"{rune}"));
            AssertSame(Email, t => $"{t}{rune}");
            foreach (var text in (string[])[Phone, "0470 12 34 56", Code, Customer, Postal])
            {
                AssertSame(text, t => $"{rune}{t}");
                AssertSame(text, t => t.Insert(3, $"{rune}"));
                AssertSame(text, t => $"{t}{rune}");
            }
        }
    }

    [Fact]
    public void Any_number_of_invisible_characters_anywhere_gives_the_same_key() =>
        Gen.Select(Gen.Int[0, Texts.Length - 1], Gen.Int[0, 40].Array[0, 10], Gen.Int[0, Invisible.Length - 1].Array[10])
            .Sample((text, places, runes) => AssertSame(Texts[text], t =>
            {
                for (var i = 0; i < places.Length; i++)
                {
                    var at = Math.Min(places[i], t.Length);
                    t = t.Insert(at < t.Length && char.IsLowSurrogate(t[at]) ? at - 1 : at, $"{Invisible[runes[i]]}");
                }

                return t;
            }));

    [Fact]
    public void Spaces_of_any_kind_around_a_contact_point_do_not_count_and_inside_an_address_they_are_refused()
    {
        foreach (var space in "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2003\u2009\u202F\u205F\u2028\u2029\u3000")
        {
            AssertSame(Email, t => $"{space}\u200B{space}{t}{space}");
            AssertSame(Phone, t => $"{space}{t}{space}");
            AssertSame(Customer, t => $"{space}{t}{space}");
            Assert.False(EmailAddress.TryParse(Email.Insert(2, $"{space}"), out _));
        }

        Assert.False(EmailAddress.TryParse("\u200B", out _));
        Assert.False(EmailAddress.TryParse("\u200B@example.com", out _));
        Assert.False(PhoneNumber.TryParse("\u202A\u202C", "BE", out _));
    }

    [Fact]
    public void A_joiner_that_changes_how_a_name_is_written_is_kept_and_any_other_is_not()
    {
        Assert.NotEqual(Key("x@نامه\u200Cای.example"), Key("x@نامهای.example"));
        Assert.NotEqual(Key("نامه\u200Cای@example.com"), Key("نامهای@example.com"));
        Assert.NotEqual(Key("x@क्\u200Dष.example"), Key("x@क्ष.example"));
        Assert.Equal(Key("x@نامه\u200Cای.example"), Key("\u200Fx@نامه\u200C\u200Cای.example\u200C"));
        Assert.Equal(Key("jan@example.com"), Key("j\u200Da\u200Cn@exa\u200Dmple.com"));
    }

    [Fact]
    public void Half_a_surrogate_pair_stays_so_that_it_is_refused()
    {
        Assert.Equal("a\uD800b", VisibleText.Of("a\uD800\u200Bb"));
        Assert.Equal("\uDC00", VisibleText.Of("\uFEFF\uDC00"));
        Assert.False(EmailAddress.TryParse("ja\uD800\u200Bn@example.com", out _));
    }

    private static void AssertSame(string text, Func<string, string> spoil)
    {
        var spoilt = spoil(text);
        Assert.True(Key(spoilt) == Key(text), string.Join(' ', spoilt.Select(c => ((int)c).ToString("X4", CultureInfo.InvariantCulture))));
    }

    private static string Key(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? EmailAddress.TryParse(text, out var email) ? email.Value : "none"
            : text.Contains("Gent", StringComparison.Ordinal) || text.Contains(',', StringComparison.Ordinal)
                ? PostalKey.TryParse(text, out var postal) ? postal.Value : "none"
            : PhoneNumber.TryParse(text, "BE", out var phone) ? phone.Value
            : PrintedCode.TryParse(text, out var code) ? code.ToString()
            : CustomerNumber.Normalize(text);
}
