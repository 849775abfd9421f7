namespace OptOut.Replies.Sms;

/// <summary>
/// A pattern for a sentence that asks us to stop, written as words: <c>a|b</c> is either, <c>..</c> up to three words of any kind, <c>^</c>
/// the beginning of a clause, <c>$</c> its end (also as an alternative: <c>a|$</c>). A leading <c>!</c> means that the first word is itself
/// an order to stop, so that a negation right before it ("can't stop", "non-stop", and "I stop", which is not an order) or within the gap
/// reverses it. A leading <c>~</c> is the same for an order with another verb: a negation before, in or after it ("don't lose my number",
/// "verwijder mijn nummer niet") reverses it, but not "I" ("I opt out").
/// </summary>
internal sealed class SmsPhrase
{
    private const int MaxGap = 3;

    private static readonly HashSet<string> Negations = new(
            "not t cant cannot dont wont never non no n ne pas jamais niet nooit nicht nie".Split(' '), StringComparer.Ordinal),
        Pronouns = new("i ik ich".Split(' '), StringComparer.Ordinal),
        Anymore = new("meer mehr plus".Split(' '), StringComparer.Ordinal);

    private readonly string[][] _parts, _required;
    private readonly bool _order, _reversible;

    public SmsPhrase(string language, string written)
    {
        Language = language;
        _order = written[0] == '!';
        _reversible = written[0] is '!' or '~';
        _parts = [.. written.TrimStart(['!', '~']).Split(' ').Select(p => p.Split('|'))];
        _required = [.. _parts.Where(p => p[0] is not ("^" or "..") && !p.Contains("$"))];
    }

    public string Language { get; }

    /// <summary>Whether the message has the words that the phrase needs, in any order: most messages have them for few phrases.</summary>
    public bool MayBeIn(HashSet<string> words) => Array.TrueForAll(_required, part => Array.Exists(part, words.Contains));

    public bool IsIn(string[] words)
    {
        for (var start = 0; start < words.Length; start++)
        {
            if (Matches(words, start, 0) && !(start > 0 && IsReversedBy(words[start - 1])))
                return true;
        }

        return false;
    }

    private bool IsReversedBy(string before) => (_reversible && Negations.Contains(before)) || (_order && Pronouns.Contains(before));

    // "Verwijder mijn nummer niet", but not "verwijder mijn nummer, niet meer sms'en".
    private bool IsReversedAt(string[] words, int end) =>
        _reversible && !_order && end < words.Length && Negations.Contains(words[end])
        && !(end + 1 < words.Length && Anymore.Contains(words[end + 1]));

    private bool Matches(string[] words, int at, int part)
    {
        if (part == _parts.Length)
            return !IsReversedAt(words, at);
        switch (_parts[part][0])
        {
            case "^":
                return (at == 0 || words[at - 1] == SmsText.Comma) && Matches(words, at, part + 1);
            case "..":
                for (var skipped = 0; skipped <= MaxGap && at + skipped <= words.Length; skipped++)
                {
                    if (Matches(words, at + skipped, part + 1))
                        return true;
                    if (at + skipped < words.Length && IsReversedBy(words[at + skipped]))
                        return false;
                }

                return false;
            default:
                var ends = _parts[part].Contains("$") && (at == words.Length || words[at] == SmsText.Comma);
                return (ends && Matches(words, at, part + 1))
                    || (at < words.Length && _parts[part].Contains(words[at]) && Matches(words, at + 1, part + 1));
        }
    }
}
