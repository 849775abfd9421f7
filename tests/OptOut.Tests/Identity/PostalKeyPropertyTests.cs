using CsCheck;
using OptOut.Identity.Postal;

namespace OptOut.Tests.Identity;

/// <summary>The law of postal keys, on generated addresses of five countries: different letterbox, different key.</summary>
public sealed class PostalKeyPropertyTests
{
    private const int Few = 20_000, Many = 1_000_000;

    private static readonly Gen<int[]> Numbers = Gen.Int.Array[80];

    [Fact]
    public void Two_letterboxes_never_share_a_key_in_any_spelling() => CheckDifferent(Few);

    [LongFact]
    public void A_million_pairs_of_letterboxes_never_share_a_key() => CheckDifferent(Many);

    [Fact]
    public void A_letterbox_has_one_key_in_every_known_spelling() => CheckSame(Few);

    [LongFact]
    public void A_million_letterboxes_have_one_key_each() => CheckSame(Many);

    /// <summary>The Dutch street may have a number, and it is not part of the key.</summary>
    [Fact]
    public void Another_digit_anywhere_in_an_address_is_another_key() => Gen.Select(Numbers, Numbers, Gen.Int).Sample(
        (box, spelling, change) =>
        {
            var letterbox = Letterbox.From(new(box));
            var text = LetterboxSpelling.Write(letterbox, new(spelling), usual: false);
            int[] digits = [.. Enumerable.Range(0, text.Length).Where(i => char.IsAsciiDigit(text[i]))];
            var at = digits[(int)((uint)change % (uint)digits.Length)];
            var changed = $"{text[..at]}{(text[at] == '9' ? '1' : (char)(text[at] + 1))}{text[(at + 1)..]}";
            return letterbox.Country == "NL"
                || !PostalKey.TryParse(text, out var one)
                || !PostalKey.TryParse(changed, out var other)
                || one != other;
        },
        iter: Few);

    [Fact]
    public void The_key_of_every_letterbox_can_be_read_again() => Gen.Select(Numbers, Numbers).Sample(
        (box, spelling) =>
        {
            var key = Key(Letterbox.From(new(box)), spelling, usual: false);
            return PostalKey.TryParse(key, out var again) && again.Value == key && PostalKey.Parts(again).ToString() == key;
        },
        iter: Few / 10);

    private static void CheckDifferent(int pairs) => Gen.Select(Numbers, Numbers, Numbers, Numbers).Sample(
        (box, change, one, other) =>
        {
            var first = Letterbox.From(new(box));
            var choices = new Choices(change);
            var second = choices.Once(4) ? Letterbox.From(choices) : first.Neighbour(choices);
            return first.IsSame(second) || Key(first, one, usual: false) != Key(second, other, usual: false);
        },
        iter: pairs);

    private static void CheckSame(int pairs) => Gen.Select(Numbers, Numbers, Numbers).Sample(
        (box, one, other) =>
        {
            var letterbox = Letterbox.From(new(box));
            return Key(letterbox, one, usual: true) == Key(letterbox, other, usual: true);
        },
        iter: pairs);

    private static string Key(Letterbox box, int[] spelling, bool usual)
    {
        var text = LetterboxSpelling.Write(box, new(spelling), usual);
        return PostalKey.TryParse(text, out var key) ? key.Value : throw new FormatException(text);
    }
}
