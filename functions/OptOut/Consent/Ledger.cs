using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Consent;

/// <summary>The end of a subject's ledger: how many entries, and the hash of the last.</summary>
/// <param name="Sequence">Number of the last entry; 0 before the first.</param>
/// <param name="Hash">Its SHA-256, 64 lower-case hex digits.</param>
internal readonly record struct LedgerHead(long Sequence, string Hash);

/// <summary>A change as it stands in the ledger, chained to the entry before it.</summary>
public sealed record LedgerEntry(long Sequence, Change Change, string PreviousHash, string Hash);

/// <summary>
/// The append-only list of a subject's changes. Each entry's hash covers the entry and the hash before it, so an entry altered,
/// removed or slipped in later breaks every hash that follows. Anybody holding the list can check it: the hash is plain
/// SHA-256 over the lines of <see cref="CanonicalText"/>.
/// </summary>
internal static class Ledger
{
    /// <summary>The head of an empty ledger: its hash is bound to the subject, so that two people's ledgers cannot be swapped.</summary>
    public static LedgerHead Start(SubjectKey subject) => new(0, Hash($"optout-ledger-1\n{subject}"));

    public static LedgerEntry Append(LedgerHead head, Change change)
    {
        var sequence = head.Sequence + 1;
        return new LedgerEntry(sequence, change, head.Hash, Hash(CanonicalText(sequence, head.Hash, change)));
    }

    /// <summary>Whether the entries, in order, are a whole and unaltered ledger that ends at <paramref name="head"/>.</summary>
    /// <returns>Null when it is; else the sequence number of the first entry that is missing, altered or out of place.</returns>
    public static long? FirstBroken(SubjectKey subject, IEnumerable<LedgerEntry> entries, LedgerHead head)
    {
        var at = Start(subject);
        foreach (var entry in entries)
        {
            var expected = Append(at, entry.Change);
            if (entry != expected || entry.Change.Subject != subject)
                return at.Sequence + 1;
            at = new LedgerHead(entry.Sequence, entry.Hash);
        }

        return at == head ? null : at.Sequence + 1;
    }

    /// <summary>What is hashed: one field a line. No field can hold a line feed, so no two changes have the same text.</summary>
    public static string CanonicalText(long sequence, string previousHash, Change change) => string.Join('\n',
        "optout-ledger-1",
        change.Subject.ToString(),
        sequence.ToString(CultureInfo.InvariantCulture),
        previousHash,
        change.Id.ToString("D"),
        change.SubmissionId.ToString("D"),
        change.Scope.ToString(),
        change.Decision.ToString(),
        Moment(change.At),
        Moment(change.ReceivedAt),
        change.Source.ToString(),
        change.Evidence.Channel?.Name() ?? "",
        change.Evidence.Topic?.Value ?? "",
        change.Evidence.Campaign.ToString(CultureInfo.InvariantCulture),
        change.Evidence.Vendor ?? "",
        change.Evidence.Reference ?? "");

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
