namespace OptOut.Replies.Sms;

/// <summary>
/// A pattern for a sentence that asks us to stop, written as words: <c>a|b</c> is either, <c>..</c> up to three words of any kind, <c>^</c>
/// the beginning of a clause, <c>$</c> its end (also as an alternative: <c>a|$</c>). A leading <c>!</c> means that the first word is itself
/// an order to stop, so that a negation right before it ("can't stop", "non-stop", and "I stop", which is not an order) or within the gap
/// reverses it.
/// </summary>
internal sealed class SmsPhrase
{
    private const int MaxGap = 3;

    private static readonly HashSet<string> Negations = new(
        "not t cant cannot dont wont never non no n ne pas jamais niet nooit nicht nie i ik ich".Split(' '), StringComparer.Ordinal);

    private readonly string[][] _parts;
    private readonly bool _order;

    public SmsPhrase(string language, string written)
    {
        Language = language;
        _order = written[0] == '!';
        _parts = [.. written.TrimStart('!').Split(' ').Select(p => p.Split('|'))];
    }

    public string Language { get; }

    public bool IsIn(string[] words)
    {
        for (var start = 0; start < words.Length; start++)
        {
            if (Matches(words, start, 0) && !(_order && start > 0 && Negations.Contains(words[start - 1])))
                return true;
        }

        return false;
    }

    private bool Matches(string[] words, int at, int part)
    {
        if (part == _parts.Length)
            return true;
        switch (_parts[part][0])
        {
            case "^":
                return (at == 0 || words[at - 1] == SmsText.Comma) && Matches(words, at, part + 1);
            case "..":
                for (var skipped = 0; skipped <= MaxGap && at + skipped <= words.Length; skipped++)
                {
                    if (Matches(words, at + skipped, part + 1))
                        return true;
                    if (_order && at + skipped < words.Length && Negations.Contains(words[at + skipped]))
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
