using System.Globalization;
using System.Text.Json;
using CsvHelper;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Identity.Postal;

namespace OptOut.Vendors.Files;

/// <param name="Identifier">Who stands on the list.</param>
/// <param name="At">Since when, where the file says so.</param>
/// <param name="Reason">Why, in the words of the file's column; null where it has none.</param>
internal sealed record ListEntry(Identifier Identifier, DateTimeOffset? At, string? Reason);

/// <summary>Finds in a line of a list what the settings say stands where.</summary>
internal sealed class ListColumns
{
    public const string Date = "Date", Reason = "Reason";

    private const string Address = "Address", Box = "Box";

    // The least that CsvHelper takes, and more than most lines; it grows by itself.
    private const int SmallestBuffer = 256;

    private static readonly string[] AddressParts = ["Street", "Number", Box, "Postcode", "City", "Country"];

    private readonly ListFileOptions _options;
    private readonly IdentifierKind _kind;
    private readonly string _region;
    private readonly IReadOnlyDictionary<string, int>? _positions;

    private ListColumns(ListFileOptions options, IdentifierKind kind, string region, IReadOnlyDictionary<string, int>? positions) =>
        (_options, _kind, _region, _positions) = (options, kind, region, positions);

    /// <summary>The columns that can say who it is.</summary>
    public static string[] Identifying(Channel channel) => Identifier.KindFor(channel) switch
    {
        IdentifierKind.Email => ["Email"],
        IdentifierKind.Phone => ["Phone"],
        _ => [Address, .. AddressParts],
    };

    /// <param name="options">What stands where.</param>
    /// <param name="kind">What the entries are.</param>
    /// <param name="region">The country of a number written without one.</param>
    /// <param name="header">The first line of a CSV file that has a header, else null.</param>
    /// <param name="problem">Why the file cannot be read; the header itself is not quoted, since it may be the first entry of a file without one.</param>
    public static ListColumns? Create(ListFileOptions options, IdentifierKind kind, string region, string? header, out string? problem)
    {
        problem = null;
        if (options.Format == ListFileFormat.NdJson)
            return new ListColumns(options, kind, region, null);
        if (header is null)
            return new ListColumns(options, kind, region, options.Columns.ToDictionary(c => c.Key, c => int.Parse(c.Value, CultureInfo.InvariantCulture) - 1, StringComparer.OrdinalIgnoreCase));

        string[] names = [.. Split(header, options.Separator)?.Select(f => f.Trim()) ?? []];
        var positions = options.Columns.ToDictionary(
            c => c.Key, c => Array.FindIndex(names, n => n.Equals(c.Value, StringComparison.OrdinalIgnoreCase)), StringComparer.OrdinalIgnoreCase);
        string[] missing = [.. positions.Where(p => p.Value < 0).Select(p => options.Columns[p.Key])];
        if (missing.Length > 0)
            problem = $"its first line names no column '{string.Join("', '", missing)}'";
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
            IdentifierKind.Phone => PhoneNumber.TryParse(field("Phone"), _region, out identifier),
            _ => PostalKey.TryParse(field(Address) ?? string.Join(' ', AddressParts.Select(Part).Where(p => !string.IsNullOrWhiteSpace(p))), out identifier),
        };
        return read ? identifier : null;

        // Box A of 12 is not 12A, and without a sign between them they would look the same.
        string? Part(string part) => part == Box && field(part) is { } box && !string.IsNullOrWhiteSpace(box) ? "/" + box : field(part);
    }

    private DateTimeOffset? At(string? text) =>
        DateTimeOffset.TryParseExact(text?.Trim(), _options.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    /// <returns>Looks a field up; null when the line is none.</returns>
    private Func<string, string?>? Fields(string line)
    {
        if (_positions is { } positions)
        {
            return Split(line, _options.Separator) is { } fields
                ? column => positions.TryGetValue(column, out var position) && position < fields.Length ? fields[position] : null
                : null;
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var values = _options.Columns.ToDictionary(c => c.Key, c => Text(json.RootElement, c.Value), StringComparer.OrdinalIgnoreCase);
            return values.GetValueOrDefault;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // Not JSON, or half a surrogate pair.
        }
    }

    // A line is an entry: no list of contact points has a line break in a field, and a quote that nobody closed must cost one line, not
    // all that follow. A quote within a field that does not begin with one (12" plate) is text.
    private static string[]? Split(string line, char delimiter)
    {
        var broken = false;
        using var csv = CsvReader.FromText(line, new CsvReaderOptions
        {
            Separator = delimiter,
            HasHeader = false,
            AllowLineBreaksInQuotes = false,
            OnMalformedRecord = record => broken |= record.Reason != CsvMalformedReason.StrayQuote,
            BufferSize = SmallestBuffer,
        });
        var fields = csv.Read() ? csv.Current.ToArray() : null;
        return csv.Read() || broken ? null : fields;
    }

    private static string? Text(JsonElement element, string property) => element.TryGetProperty(property, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;
}
