using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using OptOut.Consent;

namespace OptOut.Proofs;

/// <summary>
/// Everything that shows what a person decided and who was told: what a controller lays before a supervisory authority that asks (GDPR art. 5(2)), or
/// looks at when a person complains. Of the person it holds the subject key alone; of vendors, what they confirmed.
/// </summary>
/// <param name="Format"><c>optout-proof-1</c>.</param>
/// <param name="Controller">In whose name.</param>
/// <param name="Subject">The subject key: how logs, reports and anchors name this person.</param>
/// <param name="AsOf">When it was looked up.</param>
internal sealed record Proof(string Format, string Controller, string Subject, DateTimeOffset AsOf, ProofLedger Ledger, IReadOnlyList<VendorProof> Vendors);

/// <param name="Whole">Whether every entry's hash is right, from the first to the one that the state names.</param>
/// <param name="FirstBroken">Where it is not: the number of the first entry that is missing, altered or out of place. Left out where it is whole.</param>
/// <param name="Sequence">How many entries the state says there are.</param>
/// <param name="Hash">Of the last, as the state says, 64 lower-case hex digits.</param>
internal sealed record ProofLedger(bool Whole, long? FirstBroken, long Sequence, string Hash, IReadOnlyList<ProofEntry> Entries)
{
    /// <param name="readable">Whether the ledger ends with <paramref name="entries"/>; else the next one cannot be read.</param>
    public static ProofLedger Of(SubjectKey subject, IReadOnlyList<LedgerEntry> entries, bool readable, LedgerHead head)
    {
        var broken = Consent.Ledger.FirstBroken(subject, entries, head) ?? (readable ? null : entries.Count + 1);
        return new(broken is null, broken, head.Sequence, head.Hash, [.. entries.Select(ProofEntry.Of)]);
    }
}

/// <param name="Reference">The number the person was given.</param>
/// <param name="At">When the person decided.</param>
/// <param name="ReceivedAt">When it reached us.</param>
/// <param name="Vendor">Who passed it on; left out where the person came to us.</param>
/// <param name="CanonicalText">What was hashed: SHA-256 over its UTF-8 bytes is <paramref name="Hash"/>.</param>
internal sealed record ProofEntry(
    long Sequence,
    string Reference,
    Decision Decision,
    string Scope,
    DateTimeOffset At,
    DateTimeOffset ReceivedAt,
    Source Source,
    string? Vendor,
    string PreviousHash,
    string Hash,
    string CanonicalText)
{
    public static ProofEntry Of(LedgerEntry entry) => new(
        entry.Sequence,
        Acknowledgement.Reference.Of(entry.Change),
        entry.Change.Decision,
        entry.Change.Scope.ToString(),
        entry.Change.At,
        entry.Change.ReceivedAt,
        entry.Change.Source,
        entry.Change.Evidence.Vendor,
        entry.PreviousHash,
        entry.Hash,
        Ledger.CanonicalText(entry.Sequence, entry.PreviousHash, entry.Change));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Proof))]
internal sealed partial class ProofJson : JsonSerializerContext
{
    // People read it: letters with accents stay letters. Sources and decisions as the ledger writes them, statuses as the API does.
    public static ProofJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = true,
    });
}
