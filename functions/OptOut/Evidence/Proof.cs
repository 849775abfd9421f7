using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using OptOut.Consent;
using OptOut.Platform.Http;

namespace OptOut.Evidence;

/// <summary>
/// Everything that shows what a person decided and which vendors were notified. A controller shows it to a supervisory authority that asks
/// (GDPR art. 5(2)), or reads it when a person complains. Of the person it contains only the subject key; of vendors, what they confirmed.
/// </summary>
internal sealed record Proof(
    [property: AllowedValues("optout-proof-1")] string Format,
    string Controller,
    [property: SchemaRef("SubjectKey")] string Subject,
    [property: Description("When it was looked up.")] DateTimeOffset AsOf,
    ProofLedger Ledger,
    [property: Description("Every vendor that is notified of opt-outs.")] IReadOnlyList<VendorProof> Vendors);

internal sealed record ProofLedger(
    [property: Description("Whether every entry's hash is correct, from the first to the one that the state names.")] bool Whole,
    [property: Range(1, int.MaxValue), Description("If not: the first entry that is missing, altered or out of place.")]
    long? FirstBroken,
    [property: Range(0, int.MaxValue), Description("How many entries there are according to the state.")] long Sequence,
    [property: SchemaRef("Hash")] string Hash,
    IReadOnlyList<ProofEntry> Entries)
{
    /// <param name="readable">Whether the ledger ends with <paramref name="entries"/>; if not, the next entry cannot be read.</param>
    public static ProofLedger From(SubjectKey subject, IReadOnlyList<LedgerEntry> entries, bool readable, LedgerHead head)
    {
        var broken = Consent.Ledger.FirstBroken(subject, entries, head) ?? (readable ? null : entries.Count + 1);
        return new(broken is null, broken, head.Sequence, head.Hash, [.. entries.Select(ProofEntry.From)]);
    }
}

internal sealed record ProofEntry(
    [property: Range(1, int.MaxValue)] long Sequence,
    [property: Range(1, int.MaxValue), Description("The number that the subject's changes were taken by. It decides, not the time.")]
    long Number,
    [property: SchemaRef("Reference")] string Reference,
    Decision Decision,
    [property: SchemaRef("Scope")] string Scope,
    [property: Description("Of an Allow: it undoes Stops up to this number, which the person had seen.")] long? Seen,
    [property: Description("When the person decided.")] DateTimeOffset At,
    [property: Description("When it reached us.")] DateTimeOffset ReceivedAt,
    Source Source,
    [property: Description("The vendor that passed it on; absent when the person came to us.")] string? Vendor,
    [property: SchemaRef("Hash")] string PreviousHash,
    [property: SchemaRef("Hash")] string Hash,
    [property: Description("What was hashed: SHA-256 over its UTF-8 bytes is `hash`.")] string CanonicalText)
{
    public static ProofEntry From(LedgerEntry entry) => new(
        entry.Sequence,
        entry.Number,
        Consent.Reference.From(entry.Change),
        entry.Change.Decision,
        entry.Change.Scope.ToString(),
        entry.Change.Seen,
        entry.Change.At,
        entry.Change.ReceivedAt,
        entry.Change.Source,
        entry.Change.Evidence.Vendor,
        entry.PreviousHash,
        entry.Hash,
        Ledger.CanonicalText(entry.Sequence, entry.PreviousHash, entry.Number, entry.Change));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Proof))]
internal sealed partial class ProofJson : JsonSerializerContext
{
    // People read it, so accented letters are not escaped. Sources and decisions are written as in the ledger, statuses as in the API.
    public static ProofJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = true,
    });
}
