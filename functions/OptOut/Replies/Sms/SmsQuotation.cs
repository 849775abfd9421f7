using System.Globalization;
using System.Text;

namespace OptOut.Replies.Sms;

/// <summary>
/// Separates what a person writes from what they quote: lines that begin with <c>&gt;</c>, links, and the message that a phone repeats
/// when somebody reacts to it (<c>Liked "Sale! To stop, reply STOP."</c>, <c>👍 to "..."</c>). A quoted order is ours, not theirs. If it
/// is doubtful whether something is a quotation, it is not.
/// </summary>
internal static class SmsQuotation
{
    private const string Opening = "\"“”„‟«»‹›＂", Closing = Opening;

    // Single quotes are quotes only at the edge of a word: inside one they are apostrophes.
    private const string Single = "'‘’‚‛";

    // How far a keyword may be from the verb that asks to send it: "reply with the word STOP".
    private const int MaxInstructionGap = 3;

    // "STOP au 36111", as French SMSs ask for.
    private const int ShortCodeDigits = 4;

    /// <returns>The person's own words; empty when there are none.</returns>
    public static string OwnWords(string message)
    {
        var own = WithoutQuotedLines(message.Length > SmsText.MaxLength ? message[..SmsText.MaxLength] : message);
        if (TrySplit(own, out var around, out var quoted) && IsQuotation(around, quoted))
            return around;
        var withoutLinks = WithoutLinks(own);
        return SmsText.Words(withoutLinks).Length > 0 ? withoutLinks : own;
    }

    private static string WithoutQuotedLines(string message)
    {
        if (!message.Contains('>', StringComparison.Ordinal))
            return message;
        var lines = message.Split('\n');
        var own = string.Join('\n', lines.Where(l => !l.TrimStart().StartsWith('>')));
        return SmsText.Words(own).Length > 0 ? own : string.Join('\n', lines.Select(l => l.TrimStart(" \t>".ToCharArray())));
    }

    // From the first quotation mark to the last, because the quoted message may contain some itself. A phone that cuts it off leaves out
    // the last one, and most put an ellipsis there.
    private static bool TrySplit(string message, out string around, out string quoted)
    {
        (around, quoted) = ("", "");
        var from = IndexOfOpening(message);
        if (from < 0)
            return false;
        var to = LastIndexOfClosing(message, from + 1);
        if (to < 0)
            to = message.LastIndexOf('…') is var cut && cut > from ? cut : message.Length;
        around = $"{message.AsSpan(0, from)} {(to < message.Length ? message.AsSpan(to + 1) : "")}";
        quoted = message[(from + 1)..to];
        return true;
    }

    private static int IndexOfOpening(string message)
    {
        for (var i = 0; i < message.Length; i++)
        {
            if (Opening.Contains(message[i], StringComparison.Ordinal)
                || (Single.Contains(message[i], StringComparison.Ordinal) && IsEdge(message, i - 1)))
            {
                return i;
            }
        }

        return -1;
    }

    private static int LastIndexOfClosing(string message, int from)
    {
        for (var i = message.Length - 1; i >= from; i--)
        {
            if (Closing.Contains(message[i], StringComparison.Ordinal)
                || (Single.Contains(message[i], StringComparison.Ordinal) && IsEdge(message, i + 1)))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsEdge(string message, int at) => at < 0 || at >= message.Length || !char.IsLetterOrDigit(message[at]);

    private static bool IsQuotation(string around, string quoted)
    {
        var words = SmsText.Words(around);
        if (words.Any(w => SmsKeywords.Stop.ContainsKey(w) || SmsKeywords.StopAlone.ContainsKey(w)))
            return false;
        var isReaction = words.Length > 0 && words.All(w => SmsReactions.Verbs.Contains(w) || SmsReactions.Others.Contains(w))
            && (words.Any(SmsReactions.Verbs.Contains) || HasEmoji(around));
        return isReaction || IsAdvertisement(quoted);
    }

    private static bool HasEmoji(string text) => text.EnumerateRunes().Any(
        r => Rune.GetUnicodeCategory(r) is UnicodeCategory.OtherSymbol or UnicodeCategory.OtherNotAssigned);

    // It tells its reader how to stop, which nobody tells the sender: "To stop, reply STOP", "STOP au 36111", "Uitschrijven: kruid.be/x".
    private static bool IsAdvertisement(string quoted)
    {
        var words = SmsText.Words(quoted);
        for (var i = 0; i < words.Length; i++)
        {
            if (!SmsKeywords.Stop.ContainsKey(words[i]))
                continue;
            if (words[Math.Max(0, i - MaxInstructionGap - 1)..i].Any(SmsReactions.Instructions.Contains)
                || words.Skip(i + 1).Take(2).Any(w => w.Length >= ShortCodeDigits && w.All(char.IsAsciiDigit)))
            {
                return true;
            }
        }

        return words.Length > 0 && SmsText.Words(WithoutLinks(quoted)).Length is var own && own > 0 && own < words.Length;
    }

    // The name of a page, as in optout.example/unsubscribe, is not an order.
    private static string WithoutLinks(string message)
    {
        if (!message.AsSpan().ContainsAny('/', '@'))
            return message;
        var own = new StringBuilder(message.Length);
        var from = 0;
        while (from < message.Length)
        {
            var to = from;
            while (to < message.Length && !char.IsWhiteSpace(message[to]))
                to++;
            own.Append(message.AsSpan(from, LinkIn(message[from..to]) is var link and >= 0 ? link : to - from));
            if (to < message.Length)
                own.Append(message[to++]);
            from = to;
        }

        return own.ToString();
    }

    /// <returns>Where a link or an address begins in the word; -1 when it is neither.</returns>
    private static int LinkIn(string word)
    {
        var scheme = word.IndexOf("http", StringComparison.OrdinalIgnoreCase);
        if (scheme >= 0 && word.AsSpan(scheme).Contains("://", StringComparison.Ordinal))
            return scheme;
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? word : word[..slash];
        var isAddress = word.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && word.IndexOf('.', at) > at;
        var isHost = slash > 0 && host.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && dot < host.Length - 1;

        // Stop.afmelden/uitschrijven, typed without spaces.
        return (isAddress || isHost) && !SmsText.Words(isAddress ? word : host).Any(SmsKeywords.Stop.ContainsKey) ? 0 : -1;
    }
}
