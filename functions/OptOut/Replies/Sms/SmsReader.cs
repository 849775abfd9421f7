using System.Collections.Frozen;
using OptOut.Company;

namespace OptOut.Replies.Sms;

/// <summary>
/// Determines what an SMS means. Stop: a stop word with nothing but polite words and its object next to it, in the message or in a clause
/// of it; or a sentence that orders us to stop writing. A Stop is safe, and the START that our reply mentions undoes the SMS part. So an
/// order counts even when it may be about something else ("cancel, please"), and a sentence that is not an order does not ("I can't stop
/// smiling"), whatever words it contains. Start and help: only the word by itself, because a permission is never guessed.
/// </summary>
internal static class SmsReader
{
    // A number with this many digits is a short code ("STOP 36111", as French SMSs ask for); a shorter one is a bus line or a time.
    private const int ShortCodeDigits = 4;

    public static SmsMeaning Read(string message)
    {
        message = SmsQuotation.OwnWords(message);
        string[][] sentences =
        [
            .. SmsOwnTexts.Remove(SmsText.Sentences(message)).Select(s => WithoutRefusals(Array.ConvertAll(s, SmsSpelling.Correct)))
                .Where(s => Array.Exists(s, w => w != SmsText.Comma)),
        ];
        if (sentences.Length == 0)
            return message.Trim() == "?" ? new SmsMeaning(SmsIntent.Help) : default;

        string[] words = [.. sentences.SelectMany(s => s).Where(w => w != SmsText.Comma)];
        if (Alone(words, SmsKeywords.StopAlone) is { } alone)
            return alone with { Intent = SmsIntent.Stop };

        var written = words.ToHashSet(StringComparer.Ordinal);
        SmsPhrase[] phrases = [.. SmsPhrases.All.Where(p => p.MayBeIn(written) && sentences.Any(p.IsIn))];
        var word = sentences.SelectMany(Clauses).Select(StopWord).FirstOrDefault(w => w is not null)
            ?? (IsShouted(message, words[0]) ? words[0] : null);
        if (phrases.Length > 0 || word is not null)
            return new SmsMeaning(SmsIntent.Stop, LanguageOf(word, phrases, words));
        if (Alone(words, SmsKeywords.Start) is { } start)
            return start with { Intent = SmsIntent.Start };
        return Alone(words, SmsKeywords.Help) is { } help ? help with { Intent = SmsIntent.Help } : default;
    }

    // The language of the keyword; or else of the phrases. "Stop sms" is used in every language, "stoppen" in two: there, the words around
    // it decide.
    private static Language? LanguageOf(string? word, SmsPhrase[] phrases, string[] words)
    {
        var ofWord = word is null ? null : SmsKeywords.Stop[word]?.Split('|');
        string[] languages = ofWord ?? [.. phrases.Select(p => p.Language).Distinct()];
        if (languages.Length < 2)
            return Language.Find(languages.FirstOrDefault());
        var evidence = words.Select(w => SmsKeywords.LanguageOf.GetValueOrDefault(w, ""))
            .Concat(ofWord is null ? [] : phrases.Select(p => p.Language))
            .Where(languages.Contains)
            .CountBy(l => l)
            .OrderByDescending(c => c.Value)
            .ToArray();
        return evidence is [var first, .. var rest] && (rest.Length == 0 || rest[0].Value < first.Value) ? Language.Find(first.Key)
            : Language.Find(ofWord?[0]);
    }

    private static string[] WithoutRefusals(string[] sentence)
    {
        if (!SmsPhrases.Refusals.Any(p => p.IsIn(sentence)))
            return sentence;
        var at = -1;
        return
        [
            .. sentence.GroupBy(w => w == SmsText.Comma ? ++at : at)
                .Select(clause => clause.ToArray())
                .Where(clause => !SmsPhrases.Refusals.Any(p => p.IsIn(clause)))
                .SelectMany(clause => clause),
        ];
    }

    private static IEnumerable<string[]> Clauses(string[] sentence)
    {
        for (int from = 0, to; from < sentence.Length; from = to + 1)
        {
            to = Array.FindIndex(sentence, from, w => w == SmsText.Comma || SmsKeywords.Conjunctions.Contains(w));
            to = to < 0 ? sentence.Length : to;
            if (to > from)
                yield return sentence[from..to];
        }
    }

    // A stop word, and nothing else that changes the meaning.
    private static string? StopWord(string[] clause)
    {
        var joined = Joined(clause);
        var found = joined.FirstOrDefault(SmsKeywords.Stop.ContainsKey);
        return found is not null
                && Array.TrueForAll(joined, w => SmsKeywords.Stop.ContainsKey(w) || SmsKeywords.FillerWords.Contains(w) || !HasMeaning(w))
            ? found
            : null;
    }

    private static SmsMeaning? Alone(string[] words, FrozenDictionary<string, string?> keywords) =>
        Joined(words).Where(HasMeaning).Distinct().ToArray() is [var only] && keywords.TryGetValue(only, out var language)
            ? new SmsMeaning(default, Language.Find(language))
            : null;

    // Whether a word can change the meaning of the stop word next to it.
    private static bool HasMeaning(string word) =>
        !SmsKeywords.CourtesyWords.Contains(word)
        && !SmsKeywords.MessageWords.Contains(word)
        && !(word.Length >= ShortCodeDigits && word.All(char.IsAsciiDigit));

    private static string[] Joined(string[] words)
    {
        var at = Array.IndexOf(words, "opt");
        return at >= 0 && at + 1 < words.Length && words[at + 1] is "out" or "in"
            ? [.. words[..at], words[at] + words[at + 1], .. words[(at + 2)..]]
            : words;
    }

    // "STOP i never asked for this": a word in capitals before words that are not is meant as a keyword.
    private static bool IsShouted(string message, string first)
    {
        if (!SmsKeywords.Stop.ContainsKey(first))
            return false;
        var written = message.TrimStart();
        var word = written.AsSpan(0, written.AsSpan().IndexOfAnyExceptInRange('A', 'Z') is var end and >= 0 ? end : written.Length);
        return word.Length == first.Length && word.Length > 3 && written.Any(char.IsLower);
    }
}
