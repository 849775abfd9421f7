using System.Text;
using OptOut.Fuzz.Engine;
using OptOut.Identity;
using OptOut.Vendors.Files;

namespace OptOut.Fuzz.Targets.Lists;

/// <summary>A list that a party drops as a file: cut into lines, decoded and read as <see cref="ListFiles"/> does.</summary>
internal abstract class ListFileTarget(string name, IdentifierKind kind, ListFileOptions options) : FuzzTarget
{
    public override string Name => name;

    public override int MaxLength => 8 * 1024; // A line that is not JSON costs an exception.

    public override (long Fixed, int PerByte) Memory => (512 * 1024, 4000);

    public override int Cost => 3;

    public override IReadOnlyList<string> Code => ["OptOut.Vendors.Files", "OptOut.Identity.EmailAddress"];

    public override void Run(byte[] input)
    {
        var lines = new ListLines(input, isFirst: true, isLast: true);
        var header = options is { Format: ListFileFormat.Csv, Header: true } ? Text(lines.Next()) ?? "" : null;
        if (ListColumns.Create(options, kind, "BE", header, out var problem) is not { } columns)
        {
            BrokenPropertyException.ThrowUnless(problem is not null, "No columns, and no reason.");
            return;
        }

        while (lines.Next() is { } line)
        {
            if (Text(line) is not { } text || !columns.TryRead(text, out var entry))
                continue;
            BrokenPropertyException.ThrowUnless(entry!.Identifier.Kind == kind && entry.Identifier.Value.Length > 0,
                "An entry of another kind.");
            BrokenPropertyException.ThrowUnless(columns.TryRead(text, out var again) && again == entry, "The same line is another entry.");
        }

        BrokenPropertyException.ThrowUnless(lines.Read == input.Length, "Not every byte was read.");
    }

    private string? Text(ReadOnlyMemory<byte>? line)
    {
        try
        {
            return line is { } bytes ? options.TextEncoding.GetString(bytes.Span) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

internal sealed class CsvEmailTarget() : ListFileTarget("list-csv-email", IdentifierKind.Email, new ListFileOptions
{
    Columns = { ["Email"] = "e-mail", ["Date"] = "since", ["Reason"] = "why" },
    Delimiter = ";",
    Encoding = "windows-1252",
});

internal sealed class CsvPhoneTarget() : ListFileTarget("list-csv-phone", IdentifierKind.Phone, new ListFileOptions
{
    Columns = { ["Phone"] = "2", ["Date"] = "1" },
    Header = false,
    Delimiter = @"\t",
});

internal sealed class CsvPostalTarget() : ListFileTarget("list-csv-postal", IdentifierKind.Postal, new ListFileOptions
{
    Columns = { ["Street"] = "street", ["Number"] = "number", ["Box"] = "box", ["Postcode"] = "postcode", ["City"] = "city",
        ["Country"] = "country" },
    Encoding = "iso-8859-1",
});

internal sealed class NdJsonTarget() : ListFileTarget("list-ndjson", IdentifierKind.Email, new ListFileOptions
{
    Format = ListFileFormat.NdJson,
    Columns = { ["Email"] = "email", ["Date"] = "since", ["Reason"] = "reason" },
});
