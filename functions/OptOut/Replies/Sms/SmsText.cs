using System.Globalization;
using System.Text;
using OptOut.Identity;

namespace OptOut.Replies.Sms;

/// <summary>
/// Splits a message into words: lower-case letters without accents, and digits; everything else (emoji, quotes, line ends) is dropped. A
/// comma stays as a word of its own, because a negation before it does not apply after it.
/// </summary>
internal static class SmsText
{
    public const string Comma = ",";

    // More than any ordinary SMS needs; the end of a very long one adds nothing to its beginning.
    public const int MaxLength = 2_000;

    /// <summary>All the words, without the commas.</summary>
    public static string[] Words(string message) => [.. Sentences(message).SelectMany(s => s).Where(w => w != Comma)];

    /// <returns>The words of each sentence, none of them empty.</returns>
    public static IReadOnlyList<string[]> Sentences(string message)
    {
        var sentences = new List<string[]>();
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in Plain(message.Length > MaxLength ? message[..MaxLength] : message))
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(c);
                continue;
            }

            EndWord();
            if (c is ',' or ':' or '(' or ')' or '–' or '—')
                words.Add(Comma);
            else if (c is '.' or '!' or '?' or ';' or '\n' or '…')
                EndSentence();
        }

        EndWord();
        EndSentence();

        // S.T.O.P and S T O P.
        var letters = sentences.SelectMany(s => s).ToArray();
        return letters.Length > 1 && Array.TrueForAll(letters, l => l.Length == 1 && char.IsLetter(l[0]))
            ? [[string.Concat(letters)]]
            : sentences;

        void EndWord()
        {
            if (word.Length > 0)
                words.Add(Squeezed(word.ToString()));
            word.Clear();
        }

        void EndSentence()
        {
            if (words.Exists(w => w != Comma))
                sentences.Add([.. words]);
            words.Clear();
        }
    }

    private static string Plain(string message)
    {
        var plain = new StringBuilder(message.Length);

        // Compatibility forms, such as fullwidth or bold letters, become plain letters.
        var text = VisibleText.Normalized(VisibleText.Of(message), NormalizationForm.FormKC);
        foreach (var c in text.ToLowerInvariant().Normalize(NormalizationForm.FormD))
        {
            // Marks are left out. The rest separates words, or is kept.
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format)
                continue;
            plain.Append(c switch { '’' => "'", 'ß' => "ss", 'œ' => "oe", 'æ' => "ae", 'ø' => "o", 'ı' => "i", _ => c.ToString() });
        }

        // The only Dutch word that an apostrophe does not split: sms'en, sms'jes.
        return plain.Replace("sms'", "sms").ToString();
    }

    // Stooop is stop: none of our words has the same letter three times in a row.
    private static string Squeezed(string word)
    {
        var squeezed = new StringBuilder(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            var runs = i > 0 && word[i - 1] == word[i];
            var longRun = (i > 1 && runs && word[i - 2] == word[i]) || (runs && i + 1 < word.Length && word[i + 1] == word[i]);
            if (!longRun || char.IsDigit(word[i]))
                squeezed.Append(word[i]);
        }

        return squeezed.ToString();
    }
}
