using System.Globalization;
using System.Text;

namespace OptOut.Replies.Sms;

/// <summary>
/// A message as words: small letters without accents, digits, and nothing of the rest (emoji, quotes, line ends). A comma stays as a word of its own,
/// because what is denied before it is not denied after it.
/// </summary>
internal static class SmsText
{
    public const string Comma = ",";

    // Two segments of a long sentence need no more; the end of a novel says nothing the beginning does not.
    private const int MaxLength = 2_000;

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
        return letters.Length > 1 && Array.TrueForAll(letters, l => l.Length == 1 && char.IsLetter(l[0])) ? [[string.Concat(letters)]] : sentences;

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

        // Rune by rune: half an emoji is no text to a normaliser. Compatibility forms are letters still, as in fullwidth or bold ones.
        var text = string.Concat(message.EnumerateRunes());
        foreach (var c in text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormD))
        {
            // Marks, and what is invisible (a zero-width space in a word): left out. The rest parts words, or is read as it is.
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format)
                continue;
            plain.Append(c switch { '’' => "'", 'ß' => "ss", 'œ' => "oe", 'æ' => "ae", 'ø' => "o", 'ı' => "i", _ => c.ToString() });
        }

        // The one Dutch word that an apostrophe does not part: sms'en, sms'jes.
        return plain.Replace("sms'", "sms").ToString();
    }

    // Stooop is stop: no word of ours has a letter three times running.
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
