using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Vendors.Files;

/// <param name="Identifier">The contact point on the list.</param>
/// <param name="At">Since when, if the file contains a date.</param>
/// <param name="Reason">The reason, as it appears in the file's column; null when there is no such column.</param>
internal sealed record ListEntry(Identifier Identifier, DateTimeOffset? At, string? Reason);

/// <summary>Reads the configured columns from a line of a list.</summary>
internal sealed class ListColumns
{
    public const string Date = "Date", Reason = "Reason";

    private const string Address = "Address", Box = "Box";

    // The minimum that CsvHelper accepts, and more than most lines need; the buffer grows automatically.
    private const int SmallestBuffer = 256;

    private static readonly string[] AddressParts = ["Street", "Number", Box, "Postcode", "City", "Country"];

    private readonly ListFileOptions _options;
    private readonly IdentifierKind _kind;
    private readonly string _region;
    private readonly IReadOnlyDictionary<string, int>? _positions;

    private ListColumns(ListFileOptions options, IdentifierKind kind, string region, IReadOnlyDictionary<string, int>? positions) =>
        (_options, _kind, _region, _positions) = (options, kind, region, positions);

    /// <summary>The columns that can identify the person.</summary>
    public static string[] IdentifyingColumns(Channel channel) => Identifier.KindFor(channel) switch
    {
        IdentifierKind.Email => ["Email"],
        IdentifierKind.Phone => ["Phone"],
        _ => [Address, .. AddressParts],
    };

    /// <param name="options">The format of the file.</param>
    /// <param name="kind">The kind of contact point in the list.</param>
    /// <param name="region">The country of phone numbers that are written without one.</param>
    /// <param name="header">The first line of a CSV file that has a header; otherwise null.</param>
    /// <param name="problem">
    /// Why the file cannot be read. It does not quote the header, which could be the first entry of a file without a header.
    /// </param>
    public static ListColumns? Create(ListFileOptions options, IdentifierKind kind, string region, string? header, out string? problem)
    {
        problem = null;
        if (options.Format == ListFileFormat.NdJson)
            return new ListColumns(options, kind, region, null);
        if (header is null)
        {
            return new ListColumns(
                options,
                kind,
                region,
                options.Columns.ToDictionary(
                    c => c.Key, c => int.Parse(c.Value, CultureInfo.InvariantCulture) - 1, StringComparer.OrdinalIgnoreCase));
        }

        string[] names = [.. Split(VisibleText.Of(header), options.Separator)?.Select(f => f.Trim()) ?? []];
        var positions = options.Columns.ToDictionary(
            c => c.Key,
            c => Array.FindIndex(names, n => n.Equals(c.Value, StringComparison.OrdinalIgnoreCase)),
            StringComparer.OrdinalIgnoreCase);
        string[] missing = [.. positions.Where(p => p.Value < 0).Select(p => options.Columns[p.Key])];
        if (missing.Length > 0)
            problem = $"its first line does not name the column '{string.Join("', '", missing)}'";
        return missing.Length == 0 ? new ListColumns(options, kind, region, positions) : null;
    }

    public bool TryRead(string line, out ListEntry? entry)
    {
        entry = null;
        if (Fields(line) is not { } fields || Find(fields) is not { } who)
            return false;
        entry = new ListEntry(who, At(fields(Date)), fields(Reason)?.Trim());
        return true;
    }

    private Identifier? Find(Func<string, string?> field)
    {
        var identifier = default(Identifier);
        var read = _kind switch
        {
            IdentifierKind.Email => EmailAddress.TryParse(field("Email"), out identifier),
            IdentifierKind.Phone => PhoneNumber.TryParseVouched(field("Phone"), _region, out identifier),
            _ => PostalKey.TryParse(
                field(Address) ?? string.Join(' ', AddressParts.Select(Part).Where(p => !string.IsNullOrWhiteSpace(p))), out identifier),
        };
        return read ? identifier : null;

        // Box A of number 12 is not number 12A; without a separator they would look the same.
        string? Part(string part) => part == Box && field(part) is { } box && !string.IsNullOrWhiteSpace(box) ? "/" + box : field(part);
    }

    private DateTimeOffset? At(string? text) =>
        DateTimeOffset.TryParseExact(
                text?.Trim(),
                _options.DateFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var at)
            ? at
            : null;

    /// <returns>
    /// A function that looks up a field by column, without invisible characters; null when the line cannot be parsed.
    /// </returns>
    private Func<string, string?>? Fields(string line) =>
        RawFields(line) is { } field ? column => field(column) is { } text ? VisibleText.Of(text) : null : null;

    private Func<string, string?>? RawFields(string line)
    {
        if (_positions is { } positions)
        {
            return Split(line, _options.Separator) is { } fields
                ? column => positions.TryGetValue(column, out var position) && position < fields.Length ? fields[position] : null
                : null;
        }

        if (VendorField.Parse(Encoding.UTF8.GetBytes(line)) is not { ValueKind: JsonValueKind.Object } json)
            return null;
        var values = _options.Columns.ToDictionary(c => c.Key, c => Value(json.Field(c.Value)), StringComparer.OrdinalIgnoreCase);
        return values.GetValueOrDefault;
    }

    // One line is one entry. No list of contact points has a line break in a field, and an unclosed quote must cost one line, not all the
    // lines after it. A quote within a field that does not start with one (12" plate) is text.
    private static string[]? Split(string line, char delimiter)
    {
        var malformed = false;
        using var csv = CsvReader.FromText(line, new CsvReaderOptions
        {
            Separator = delimiter,
            HasHeader = false,
            AllowLineBreaksInQuotes = false,
            OnMalformedRecord = record => malformed |= record.Reason != CsvMalformedReason.StrayQuote,
            BufferSize = SmallestBuffer,
        });
        var fields = csv.Read() ? csv.Current.ToArray() : null;
        return csv.Read() || malformed ? null : fields;
    }

    private static string? Value(JsonElement field) => field.ValueKind == JsonValueKind.Number ? field.GetRawText() : field.Text();
}
