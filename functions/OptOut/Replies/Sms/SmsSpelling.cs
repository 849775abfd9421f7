namespace OptOut.Replies.Sms;

/// <summary>
/// Corrects one typing error in the long stop words: a letter too many, missing, wrong or swapped with the next. Short words are not
/// corrected, because they are too close to others: stop and step, stoppen and shoppen.
/// </summary>
internal static class SmsSpelling
{
    private const int MinLength = 7;

    private static readonly string[] Words =
    [
        "unsubscribe", "uitschrijven", "uitschrijving", "afmelden", "afmelding", "desabonner", "desabonnement", "desabonneren",
        "desinscrire", "desinscription", "abmelden", "abmeldung", "abbestellen", "abbestellung",
    ];

    // Signing up is the opposite, one letter away.
    private static readonly string[] Exceptions = ["anmelden", "anmeldung", "anmeldungen"];

    public static string Correct(string word) =>
        word.Length < MinLength || SmsKeywords.Stop.ContainsKey(word) || Exceptions.Contains(word)
            ? word
            : Array.Find(Words, w => IsOneErrorAway(word, w)) ?? word;

    private static bool IsOneErrorAway(string typed, string word)
    {
        if (Math.Abs(typed.Length - word.Length) > 1)
            return false;
        var start = typed.AsSpan().CommonPrefixLength(word);
        var restTyped = typed.AsSpan(start);
        var rest = word.AsSpan(start);
        return restTyped.Length switch
        {
            _ when restTyped.Length > rest.Length => restTyped[1..].SequenceEqual(rest),
            _ when restTyped.Length < rest.Length => restTyped.SequenceEqual(rest[1..]),
            < 2 => true,
            _ => restTyped[1..].SequenceEqual(rest[1..])
                || (restTyped[0] == rest[1] && restTyped[1] == rest[0] && restTyped[2..].SequenceEqual(rest[2..])),
        };
    }
}
