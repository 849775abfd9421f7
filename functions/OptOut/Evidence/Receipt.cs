using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using OptOut.Company;
using OptOut.Consent;
using OptOut.Platform.Http;

namespace OptOut.Evidence;

/// <summary>
/// What a person keeps to prove their choice: the ledger's entries of one submission, each with the text that was hashed, so that anyone
/// can check them with nothing but SHA-256. It contains no name, address or number.
/// </summary>
[Description("The proof of a submission. It contains no name, address or number.")]
public sealed record Receipt(
    [property: AllowedValues("optout-receipt-1")] string Format,
    string Controller,
    [property: SchemaRef("Reference")] string Reference,
    [property: SchemaRef("SubjectKey")] string Subject,
    [property: Description("How to check it, in the person's language.")] string Check,
    [property: MinLength(1)] IReadOnlyList<ReceiptEntry> Entries)
{
    /// <param name="entries">At least one, all of one submission, in their order.</param>
    /// <param name="language">The language of its texts.</param>
    /// <param name="catalogue">For the topics' names.</param>
    /// <param name="controller">For its name and its time zone.</param>
    public static Receipt From(
        IReadOnlyList<LedgerEntry> entries, Language language, TopicCatalogue catalogue, ControllerOptions controller) =>
        new(
            "optout-receipt-1",
            controller.Name,
            Consent.Reference.From(entries[0].Change),
            entries[0].Change.Subject.ToString(),
            language["receipt.check.json"],
            [.. entries.Select(e => new ReceiptEntry(
                e.Sequence,
                e.Change.Decision,
                e.Change.Scope.ToString(),
                ScopeText.Describe(e.Change.Scope, language, catalogue),
                e.Change.At,
                controller.FormatMoment(e.Change.At, language),
                e.Change.Source,
                language[$"receipt.source.{e.Change.Source}"],
                e.PreviousHash,
                e.Hash,
                Ledger.CanonicalText(e.Sequence, e.PreviousHash, e.Number, e.Change)))]);

    /// <summary>The name of the file with the text of an entry, as the commands on the receipt write it.</summary>
    public string TextFileName(ReceiptEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"optout-{Reference}-{entry.Sequence}.txt");

    public string ToJson() => JsonSerializer.Serialize(this, ReceiptJson.Readable.Receipt);
}

public sealed record ReceiptEntry(
    [property: Range(1, int.MaxValue)] long Sequence,
    Decision Decision,
    [property: SchemaRef("Scope")] string Scope,
    string ScopeText,
    DateTimeOffset At,
    [property: Description("As a person reads it, in the controller's time zone.")] string Moment,
    Source Source,
    string SourceText,
    [property: SchemaRef("Hash")] string PreviousHash,
    [property: SchemaRef("Hash")] string Hash,
    [property: Description("What was hashed: SHA-256 over its UTF-8 bytes is `hash`.")] string CanonicalText)
{
    [JsonIgnore]
    public bool IsStop => Decision == Decision.Stop;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class ReceiptJson : JsonSerializerContext
{
    // People read it, so accented letters are not escaped.
    public static ReceiptJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });
}
