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
    public void The_alphabet_has_127_characters_and_9_extension_characters()
    {
        // Of the 128 places one is the escape to the extension table, which has ten characters. Its form feed is left out.
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
    public void Only_accents_missing_from_the_alphabet_are_removed(string text, string folded) => Assert.Equal(folded, Gsm7.Fold(text));
}
