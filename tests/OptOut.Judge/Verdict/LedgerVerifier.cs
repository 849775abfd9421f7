using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Judge;

/// <summary>
/// Recomputes a ledger from its documented text: each entry's fields, one on a line; the first entry's previous hash is that of
/// <c>optout-ledger-2</c>, a line feed and the subject key.
/// </summary>
internal static class LedgerVerifier
{
    private const string Format = "optout-ledger-2";

    /// <returns>What is wrong with the chain, in words; null when nothing is.</returns>
    public static string? FindBreak(SubjectRecord subject)
    {
        var (sequence, hash) = (0L, Start(subject.Key));
        foreach (var line in subject.Ledger)
        {
            sequence++;
            if (line.Sequence != sequence)
                return $"entry {sequence} is missing: the next one has number {line.Sequence}";
            if (line.Subject != subject.Key)
                return $"entry {sequence} is of another subject, {line.Subject}";
            if (line.PreviousHash != hash)
                return $"entry {sequence} continues from {line.PreviousHash}, and the entry before it has {hash}";
            hash = Hash(Text(line));
            if (line.Hash != hash)
                return $"entry {sequence} has the hash {line.Hash}, and its text hashes to {hash}";
        }

        return subject.HeadSequence == sequence && subject.HeadHash == hash ? null
            : $"the state ends at entry {subject.HeadSequence} with {subject.HeadHash}, and the ledger at {sequence} with {hash}";
    }

    /// <summary>The state to which the ledger leads, whatever the order of its entries: for each scope the greatest numbers.</summary>
    public static IReadOnlyList<StateEntry> Replay(SubjectRecord subject) =>
    [
        .. subject.Ledger.GroupBy(l => l.Scope, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(scope =>
        {
            var (stop, allow) = (scope.Where(l => l.IsStop).MaxBy(l => l.Number), scope.Where(l => !l.IsStop).MaxBy(l => l.Seen));
            return new StateEntry(scope.Key, stop?.Number ?? 0, stop?.Id ?? "", allow?.Seen ?? 0, allow?.Id ?? "");
        }),
    ];

    /// <summary>The hash that an entry must have after the one before it.</summary>
    public static string HashOf(LedgerLine line) => Hash(Text(line));

    /// <summary>The hash from which a subject's first entry continues.</summary>
    public static string Start(string subject) => Hash($"{Format}\n{subject}");

    private static string Text(LedgerLine line) => string.Join(
        '\n',
        Format,
        line.Subject,
        line.Sequence.ToString(CultureInfo.InvariantCulture),
        line.PreviousHash,
        line.Number.ToString(CultureInfo.InvariantCulture),
        line.Id,
        line.SubmissionId,
        line.Scope,
        line.Decision,
        line.Seen?.ToString(CultureInfo.InvariantCulture) ?? "",
        Moment(line.At),
        Moment(line.ReceivedAt),
        line.Source,
        line.SeenOnChannel,
        line.SeenOnTopic,
        line.Campaign.ToString(CultureInfo.InvariantCulture),
        line.Vendor,
        line.Reference,
        line.By);

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
