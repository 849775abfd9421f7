using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace OptOut.Identifiers;

/// <summary>
/// The normal form of a postal address: its letters and digits without accents, upper case, one space between words. It matches
/// an address spelled twice the same way; matching across spellings needs the rules of a country.
/// </summary>
public static class PostalKey
{
    public static bool TryParse([NotNullWhen(true)] string? text, out Identifier identifier)
    {
        identifier = default;
        if (text is null || text.Length > 500)
            return false;

        var key = new StringBuilder(text.Length);
        string decomposed;
        try
        {
            decomposed = text.Normalize(NormalizationForm.FormD);
        }
        catch (ArgumentException)
        {
            return false; // Half a surrogate pair: not text.
        }

        foreach (var rune in decomposed.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark)
                continue;
            if (Rune.IsLetterOrDigit(rune))
                key.Append(Rune.ToUpperInvariant(rune));
            else if (key.Length > 0 && key[^1] != ' ')
                key.Append(' ');
        }

        var value = key.ToString().TrimEnd();
        if (value.Length < 5 || !value.Any(char.IsDigit))
            return false;

        identifier = new Identifier(IdentifierKind.Postal, value);
        return true;
    }
}
