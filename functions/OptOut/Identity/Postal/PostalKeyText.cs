using System.Globalization;
using System.Text;

namespace OptOut.Identity.Postal;

/// <summary>A run of letters or a run of digits in an address.</summary>
/// <param name="Text">Upper case, no accents.</param>
/// <param name="Before">What precedes it: <c>\0</c> for nothing, otherwise a space, <c>-</c> or <c>/</c>.</param>
/// <param name="Dotted">Whether a full stop follows, as after an abbreviation, or an apostrophe, as after an article.</param>
internal readonly record struct PostalToken(string Text, char Before, bool Dotted)
{
    public bool IsNumber => char.IsDigit(Text[0]);

    public bool Adjacent => Before == '\0';
}

/// <summary>Splits an address into lines of tokens. A line ends at a line break, comma, semicolon or vertical bar.</summary>
internal static class PostalKeyText
{
    /// <returns>Null if the text is invalid (an unpaired surrogate).</returns>
    public static List<List<PostalToken>>? Normalize(string text)
    {
        string plain;
        try
        {
            // Normalisation would turn the º of Nº into the letter o, drop the ° of N°, and make 122 of 12².
            plain = Apart(text.Replace("N°", " NR ", StringComparison.OrdinalIgnoreCase)
                .Replace("Nº", " NR ", StringComparison.OrdinalIgnoreCase)).Normalize(NormalizationForm.FormKD);
        }
        catch (ArgumentException)
        {
            return null;
        }

        var lines = new List<List<PostalToken>>();
        var line = new List<PostalToken>();
        var word = new StringBuilder();
        var (before, digits) = (' ', false);
        foreach (var rune in plain.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format)
                continue;
            if (Rune.IsLetterOrDigit(rune))
            {
                if (word.Length > 0 && digits != Rune.IsDigit(rune))
                    End('\0');
                digits = Rune.IsDigit(rune);
                word.Append(Upper(rune));
                continue;
            }

            if (word.Length > 0)
                End(' ', dotted: rune.Value is '.' or '\'' or '’' or '‘');
            if (rune.Value is '\n' or '\r' or ',' or ';' or '|' or '\u2028' or '\u2029' or '\u0085')
                EndLine();
            else if (rune.Value is '/' or '\u2044')
                before = '/';
            else if (before != '/' && (rune.Value == '+' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.DashPunctuation))
                before = '-';
        }

        if (word.Length > 0)
            End(' ');
        EndLine();
        return lines;

        void End(char next, bool dotted = false)
        {
            line.Add(new PostalToken(word.ToString(), before, dotted));
            word.Clear();
            before = next;
        }

        void EndLine()
        {
            if (line.Count > 0)
            {
                PostalKeyWords.JoinPhrases(line);
                lines.Add(line);
            }

            (line, before) = ([], ' ');
        }
    }

    // Keeps ², ½ and ③ apart from the digits beside them, makes a range of "12 à 14", and writes every apostrophe in one way.
    private static string Apart(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u007F'))
            return text;
        var apart = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.GetUnicodeCategory(c) == UnicodeCategory.OtherNumber)
                apart.Append(' ').Append(c).Append(' ');
            else if (c is 'à' or 'À' && i > 1 && text.AsSpan(i - 2) is [>= '0' and <= '9', ' ', _, ' ', >= '0' and <= '9', ..])
                apart.Append('-');
            else
                apart.Append(c is '´' or 'ʼ' or '′' or '＇' ? '\'' : c);
        }

        return apart.ToString();
    }

    private static string Upper(Rune rune) => rune.Value switch
    {
        'ß' or 'ẞ' => "SS",
        'æ' or 'Æ' => "AE",
        'œ' or 'Œ' => "OE",
        'ø' or 'Ø' => "O",
        _ when Rune.IsDigit(rune) => ((int)Rune.GetNumericValue(rune)).ToString(CultureInfo.InvariantCulture),
        _ => Rune.ToUpperInvariant(rune).ToString(),
    };
}
