using OptOut.Replies.Sms;

namespace OptOut.Tests.Replies.Sms;

public sealed class Gsm7Tests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("STOP", 4)]
    [InlineData("Café à Ñandú ß", null)]
    [InlineData("Café à Ñ ß ä ö ü", 16)]
    [InlineData("[€]", 6)]
    [InlineData("ç", null)]
    [InlineData("Ç", 1)]
    [InlineData("ê", null)]
    [InlineData("’", null)]
    [InlineData("\u00a0", null)]
    public void Septets_are_counted_as_the_network_counts_them(string text, int? septets) => Assert.Equal(septets, Gsm7.Septets(text));

    [Fact]
    public void The_alphabet_has_its_128_places()
    {
        // Without the escape that leads to the ten characters of the extension, form feed aside.
        Assert.Equal(127, Enumerable.Range(0, char.MaxValue).Count(c => Gsm7.Septets(((char)c).ToString()) == 1));
        Assert.Equal(9, Enumerable.Range(0, char.MaxValue).Count(c => Gsm7.Septets(((char)c).ToString()) == 2));
    }

    [Theory]
    [InlineData("Citroën", "Citroen")]
    [InlineData("Cafe\u0301", "Café")]
    [InlineData("l’Été – ici", "l'Été - ici")]
    [InlineData("Garçon", "Garcon")]
    [InlineData("Зелёный", "Зеленыи")]
    [InlineData("🌿 Blad", "🌿 Blad")]
    public void Only_the_accents_that_the_alphabet_lacks_are_left_off(string text, string folded) => Assert.Equal(folded, Gsm7.Fold(text));
}
