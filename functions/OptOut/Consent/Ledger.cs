using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OptOut.Consent;

/// <summary>The end of a subject's ledger: the number of entries and the hash of the last one.</summary>
/// <param name="Sequence">Number of the last entry; 0 before the first.</param>
/// <param name="Hash">Its SHA-256, 64 lower-case hex digits.</param>
internal readonly record struct LedgerHead(long Sequence, string Hash);

/// <summary>A change in the ledger, chained to the entry before it.</summary>
/// <param name="Sequence">Its place in the chain, from 1.</param>
/// <param name="Number">The number that the store gave the change when it took it. Stops that only repeat have numbers and mostly no entry,
/// so numbers have gaps; one that is written later than it was taken follows higher numbers.</param>
/// <param name="Change">The change; the <see cref="Change.Seen"/> of an Allow is the number up to which it undid Stops.</param>
public sealed record LedgerEntry(long Sequence, long Number, Change Change, string PreviousHash, string Hash);

/// <summary>
/// The append-only list of a subject's changes. Each entry's hash covers the entry and the previous hash, so altering, removing or
/// inserting an entry breaks every hash that follows. Anyone who has the list can verify it: the hash is plain
/// SHA-256 over the lines of <see cref="CanonicalText"/>.
/// </summary>
internal static class Ledger
{
    /// <summary>The head of an empty ledger. Its hash depends on the subject, so that two people's ledgers cannot be swapped.</summary>
    public static LedgerHead Start(SubjectKey subject) => new(0, Hash($"optout-ledger-2\n{subject}"));

    public static LedgerEntry Append(LedgerHead head, long number, Change change)
    {
        var sequence = head.Sequence + 1;
        return new LedgerEntry(sequence, number, change, head.Hash, Hash(CanonicalText(sequence, head.Hash, number, change)));
    }

    /// <summary>The consent that the entries alone lead to, in any order.</summary>
    public static ConsentState Replay(IEnumerable<LedgerEntry> entries) => entries.Aggregate(ConsentState.Empty, (state, e) => state.With(e));

    /// <summary>Verifies that the entries, in order, are a complete and unaltered ledger that ends at <paramref name="head"/>.</summary>
    /// <returns>Null if they are; otherwise the sequence number of the first entry that is missing, altered or out of order.</returns>
    public static long? FirstBroken(SubjectKey subject, IEnumerable<LedgerEntry> entries, LedgerHead head)
    {
        var at = Start(subject);
        foreach (var entry in entries)
        {
            var expected = Append(at, entry.Number, entry.Change);
            if (entry != expected || entry.Change.Subject != subject)
                return at.Sequence + 1;
            at = new LedgerHead(entry.Sequence, entry.Hash);
        }

        return at == head ? null : at.Sequence + 1;
    }

    /// <summary>
    /// The text that is hashed: one field per line. No field can contain a line feed, so no two changes have the same text.
    /// </summary>
    public static string CanonicalText(long sequence, string previousHash, long number, Change change) => string.Join('\n',
        "optout-ledger-2",
        change.Subject.ToString(),
        sequence.ToString(CultureInfo.InvariantCulture),
        previousHash,
        number.ToString(CultureInfo.InvariantCulture),
        change.Id.ToString("D"),
        change.SubmissionId.ToString("D"),
        change.Scope.ToString(),
        change.Decision.ToString(),
        change.Seen?.ToString(CultureInfo.InvariantCulture) ?? "",
        Moment(change.At),
        Moment(change.ReceivedAt),
        change.Source.ToString(),
        change.Evidence.Channel?.Name() ?? "",
        change.Evidence.Topic?.Value ?? "",
        change.Evidence.Campaign.ToString(CultureInfo.InvariantCulture),
        change.Evidence.Vendor ?? "",
        change.Evidence.Reference ?? "",
        change.Evidence.By ?? "");

    private static string Moment(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
