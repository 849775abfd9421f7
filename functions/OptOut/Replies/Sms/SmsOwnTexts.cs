using OptOut.Company;

namespace OptOut.Replies.Sms;

/// <summary>
/// Our own answers and the text under our SMSs, recognised in all languages when a person sends them back: they name the keywords, and are
/// no order.
/// </summary>
internal static class SmsOwnTexts
{
    // Fewer words are what a person may write too: "stop pour ne plus recevoir de publicité".
    private const int MinRun = 8, MinWhole = 4;

    private static readonly string[][] Texts =
    [
        .. Language.All
            .SelectMany(l => l.Keys.Where(IsSent).Select(k => l[k]))
            .SelectMany(t => t.Split(["{0}", "{1}"], StringSplitOptions.None))
            .Select(SmsText.Words)
            .Where(w => w.Length >= MinWhole),
    ];

    /// <summary>The sentences without our own, also when they were cut off at the beginning or the end.</summary>
    public static IReadOnlyList<string[]> Remove(IReadOnlyList<string[]> sentences)
    {
        string[] words = [.. sentences.SelectMany(s => s).Where(w => w != SmsText.Comma)];
        var ours = new bool[words.Length];
        foreach (var text in Texts)
            Mark(words, text, ours);
        if (!ours.Contains(true))
            return sentences;

        var at = 0;
        return
        [
            .. sentences.Select(s => s.Where(w => w == SmsText.Comma || !ours[at++]).ToArray()).Where(s => s.Any(w => w != SmsText.Comma)),
        ];
    }

    private static bool IsSent(string key) =>
        key.StartsWith("smsreplies.", StringComparison.Ordinal) || key is "readytexts.sms" or "readytexts.sms.short";

    private static void Mark(string[] words, string[] text, bool[] ours)
    {
        for (var from = 0; from == 0 || from <= text.Length - MinRun; from++)
        {
            for (var at = 0; at < words.Length; at++)
            {
                var run = 0;
                while (from + run < text.Length && at + run < words.Length && words[at + run] == text[from + run])
                    run++;
                if (run >= MinRun || (run == text.Length && from == 0))
                    Array.Fill(ours, true, at, run);
            }
        }
    }
}
