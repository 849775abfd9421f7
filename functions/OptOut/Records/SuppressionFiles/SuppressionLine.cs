using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Records.SuppressionFiles;

/// <summary>One contact point that must not be used: a line of a CSV (RFC 4180) or JSON file.</summary>
/// <param name="Identifier">The normal form: an e-mail address, an E.164 number, or the key of a postal address.</param>
/// <param name="Stopped">What is stopped: <c>*</c> everything, <c>a,b</c> those topics, <c>*!a,b</c> all but those, <c>-</c> nothing any
/// more (only in a delta).</param>
/// <param name="Since">The time of the latest decision behind what is stopped, or of the registration, in UTC.</param>
/// <param name="Reason"><c>stopped</c>, or the name of the register that lists it.</param>
/// <param name="Address">The parts of a postal address; null on the other channels.</param>
internal sealed record SuppressionLine(string Identifier, string Stopped, DateTimeOffset? Since, string Reason, PostalAddress? Address)
{
    private const string ByThePerson = "stopped";

    public static SuppressionLine Create(Identifier who, StopSet stops, DateTimeOffset? since) =>
        new(who.Value, stops.ToString(), since, ByThePerson, Parts(who));

    public static SuppressionLine ForRegister(Identifier who, DateTimeOffset since, string register) =>
        new(who.Value, StopSet.Everything.ToString(), since, register, Parts(who));

    /// <summary>The first line of a CSV file. For post it also has the columns that a print house sorts by.</summary>
    public static string Header(Channel channel) =>
        "identifier,stopped,since,reason" + (channel == Channel.Post ? ",country,postcode,street,number,box,text" : "");

    public string ToCsv()
    {
        string[] fields =
        [
            Field(Identifier),
            Field(Stopped),
            Since?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "",
            Field(Reason),
        ];
        return string.Join(',', Address is { } a ? [.. fields, a.Country, a.Postcode, a.Street, a.Number, a.Box, a.Text] : fields);
    }

    public string ToJson() => JsonSerializer.Serialize(this, SuppressionJson.Default.SuppressionLine);

    private static PostalAddress? Parts(Identifier who) => who.Kind == IdentifierKind.Postal ? PostalKey.Parts(who) : null;

    private static string Field(string text) =>
        text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

/// <summary>
/// <c>suppressions/{vendor}/manifest.json</c>: the current version. It is written last and in one write, so a reader that follows it
/// always reads complete files.
/// </summary>
/// <param name="Version">The folder of the files, below <c>full/</c>.</param>
/// <param name="Began">When the writer started reading: the files contain every earlier decision.</param>
/// <param name="Entries">Lines in each file, without the header.</param>
/// <param name="Files">The same entries in each format.</param>
internal sealed record SuppressionManifest(
    string Vendor, string Channel, string Version, DateTimeOffset Began, int Entries, IReadOnlyList<SuppressionManifestFile> Files)
{
    public string ToJson() => JsonSerializer.Serialize(this, SuppressionJson.Default.SuppressionManifest);

    /// <exception cref="JsonException">Not a manifest.</exception>
    public static SuppressionManifest FromJson(string json) =>
        JsonSerializer.Deserialize(json, SuppressionJson.Default.SuppressionManifest)
        ?? throw new JsonException("A manifest is a JSON object, not null.");
}

/// <param name="Name">The blob's path in the container.</param>
/// <param name="Sha256">The digest of the whole file, 64 lower-case hex digits.</param>
internal sealed record SuppressionManifestFile(string Name, string Format, long Bytes, string Sha256);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SuppressionLine))]
[JsonSerializable(typeof(SuppressionManifest))]
internal sealed partial class SuppressionJson : JsonSerializerContext;
