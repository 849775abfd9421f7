using System.Collections.Frozen;
using OptOut.Company;

namespace OptOut.Replies.Sms;

/// <summary>
/// What an SMS means. Stop: a stop word with nothing but manners and its object beside it, in the message or in a clause of it, or an order to stop
/// writing in a sentence. A Stop is safe, and the START that our answer names undoes the SMS part; so a sentence that orders is believed even where it
/// might be about something else ("cancel, please"), and one that orders nothing is left alone ("I can't stop smiling"), whatever words are in it.
/// Start and help: the word alone, because what loosens is never guessed.
/// </summary>
internal static class SmsReader
{
    // From here on a number is a short code ("STOP 36111", as French SMSs ask), below it a bus or an hour.
    private const int ShortCodeDigits = 4;

    public static SmsMeaning Read(string message)
    {
        var sentences = SmsText.Sentences(message);
        if (sentences.Count == 0)
            return message.Trim() == "?" ? new SmsMeaning(SmsIntent.Help) : default;

        string[] words = [.. sentences.SelectMany(s => s).Where(w => w != SmsText.Comma)];
        if (Alone(words, SmsKeywords.StopAlone) is { } alone)
            return alone with { Intent = SmsIntent.Stop };

        SmsPhrase[] phrases = [.. SmsPhrases.All.Where(p => sentences.Any(p.IsIn))];
        var word = sentences.SelectMany(Clauses).Select(StopWord).FirstOrDefault(w => w is not null) ?? (IsShouted(message, words[0]) ? words[0] : null);
        if (phrases.Length > 0 || word is not null)
            return new SmsMeaning(SmsIntent.Stop, Language.Find(word is null ? null : SmsKeywords.Stop[word]) ?? Common(phrases));
        if (Alone(words, SmsKeywords.Start) is { } start)
            return start with { Intent = SmsIntent.Start };
        return Alone(words, SmsKeywords.Help) is { } help ? help with { Intent = SmsIntent.Help } : default;
    }

    // "Stop sms" is said in every language.
    private static Language? Common(SmsPhrase[] phrases) => phrases.Select(p => p.Language).Distinct().ToArray() is [var only] ? Language.Find(only) : null;

    private static IEnumerable<string[]> Clauses(string[] sentence)
    {
        for (int from = 0, to; from < sentence.Length; from = to + 1)
        {
            to = Array.IndexOf(sentence, SmsText.Comma, from) is var comma and >= 0 ? comma : sentence.Length;
            if (to > from)
                yield return sentence[from..to];
        }
    }

    // A stop word, and nothing else that says anything.
    private static string? StopWord(string[] clause)
    {
        var joined = Joined(clause);
        var found = joined.FirstOrDefault(SmsKeywords.Stop.ContainsKey);
        return found is not null && Array.TrueForAll(joined, w => SmsKeywords.Stop.ContainsKey(w) || SmsKeywords.Small.Contains(w) || !Contains(w)) ? found : null;
    }

    private static SmsMeaning? Alone(string[] words, FrozenDictionary<string, string?> keywords) =>
        Joined(words).Where(w => Contains(w)).Distinct().ToArray() is [var only] && keywords.TryGetValue(only, out var language) ? new SmsMeaning(default, Language.Find(language)) : null;

    // Whether a word can change what the stop word beside it means.
    private static bool Contains(string word) =>
        !SmsKeywords.Courtesy.Contains(word) && !SmsKeywords.Messages.Contains(word) && !(word.Length >= ShortCodeDigits && word.All(char.IsAsciiDigit));

    private static string[] Joined(string[] words)
    {
        var at = Array.IndexOf(words, "opt");
        return at >= 0 && at + 1 < words.Length && words[at + 1] is "out" or "in" ? [.. words[..at], words[at] + words[at + 1], .. words[(at + 2)..]] : words;
    }

    // "STOP i never asked for this": a keyword in capitals before words that are not is typed as one.
    private static bool IsShouted(string message, string first)
    {
        if (!SmsKeywords.Stop.ContainsKey(first))
            return false;
        var written = message.TrimStart();
        var word = written.AsSpan(0, written.AsSpan().IndexOfAnyExceptInRange('A', 'Z') is var end and >= 0 ? end : written.Length);
        return word.Length == first.Length && word.Length > 3 && written.Any(char.IsLower);
    }
}
