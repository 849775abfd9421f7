using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Data.Tables;

namespace OptOut.Judge;

/// <summary>
/// Reads the tables. The only file that knows their names, rows and properties: when they change, change this one. What cannot be read is
/// told in words; it is evidence, and never left out.
/// </summary>
internal sealed class TableReader(string connectionString, InstallationKeys keys)
{
    private readonly TableServiceClient _tables = new(connectionString);
    private readonly List<string> _unreadable = [];

    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>Every subject: its row <c>subject~</c>, and the rows <c>event~</c> of its partition.</summary>
    public async Task<IReadOnlyList<SubjectRecord>> SubjectsAsync(CancellationToken cancellationToken)
    {
        var partitions = new Dictionary<string, List<TableEntity>>(StringComparer.Ordinal);
        await foreach (var row in _tables.GetTableClient("consent").QueryAsync<TableEntity>(cancellationToken: cancellationToken))
        {
            if (!partitions.TryGetValue(row.PartitionKey, out var rows))
                partitions[row.PartitionKey] = rows = [];
            rows.Add(row);
        }

        return [.. partitions.Select(p => Subject(p.Key, p.Value))];
    }

    /// <summary>
    /// Every contact point: partition <c>{kind}~{3 hex digits}</c>, row the rest of the keyed hash; each owner in a row <c>{rest}~{subject}</c>.
    /// </summary>
    public async Task<IReadOnlyList<ContactRecord>> ContactsAsync(CancellationToken cancellationToken)
    {
        var contacts = new List<ContactRecord>();
        var rows = new List<TableEntity>();
        await foreach (var row in _tables.GetTableClient("identifiers").QueryAsync<TableEntity>(cancellationToken: cancellationToken))
            rows.Add(row);
        var owners = rows.Where(r => r.RowKey.Contains('~', StringComparison.Ordinal))
            .ToLookup(r => (r.PartitionKey, r.RowKey.Split('~')[0]), r => r.RowKey.Split('~')[1]);
        foreach (var row in rows.Where(r => !r.RowKey.Contains('~', StringComparison.Ordinal)))
        {
            Try($"identifiers {row.PartitionKey} {row.RowKey}", () =>
            {
                var (kind, start) = row.PartitionKey.Split('~') is [var k, var s] ? (k, s) : throw new FormatException("partition key");
                var hash = start + row.RowKey;
                var contact = new Contact(
                    char.ToUpperInvariant(kind[0]) + kind[1..], keys.Decrypt(row.GetString("Ciphertext"), $"identifier~{hash}"));
                if (keys.HashOf(contact) != hash)
                    throw new FormatException($"it holds {contact}, whose hash is another");
                contacts.Add(new ContactRecord(
                    contact,
                    [.. owners[(row.PartitionKey, row.RowKey)]],
                    contact.Channels.ToDictionary(c => c, c => row.GetString($"Stops_{c}"), StringComparer.Ordinal)));
            });
        }

        return contacts;
    }

    /// <summary>What the bus has not taken.</summary>
    public async Task<IReadOnlyList<string>> OutboxAsync(CancellationToken cancellationToken)
    {
        var rows = new List<string>();
        await foreach (var row in _tables.GetTableClient("outbox").QueryAsync<TableEntity>(cancellationToken: cancellationToken))
            rows.Add($"{row.PartitionKey}/{row.RowKey}: {row.GetString("Message0")}");
        return rows;
    }

    private SubjectRecord Subject(string key, List<TableEntity> rows)
    {
        var state = rows.Find(r => r.RowKey == $"subject~{key}");
        var ledger = new List<LedgerLine>();
        foreach (var row in Rows("event").OrderBy(r => r.RowKey, StringComparer.Ordinal))
            Try($"consent {row.RowKey}", () => ledger.Add(Line(row)));
        var entries = new List<StateEntry>();
        foreach (var line in LongText(state, "Entries").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Try($"consent subject~{key}", () => entries.Add(Entry(line)));
        return new SubjectRecord(
            key,
            ledger,
            entries,
            state?.GetInt64("Sequence") ?? 0,
            state?.GetString("Hash") ?? LedgerVerifier.Start(key),
            Profile(key, state),
            Confirmations(key, state));

        IEnumerable<TableEntity> Rows(string kind) => rows.Where(r => r.RowKey.StartsWith($"{kind}~{key}~", StringComparison.Ordinal));
    }

    // What a vendor confirmed is JSON in a text Vendor_{name}_, in which the hyphens of the vendor's name are underscores.
    private List<VendorConfirmation> Confirmations(string key, TableEntity? row)
    {
        var confirmations = new List<VendorConfirmation>();
        foreach (var property in (row?.Keys ?? []).Where(k => k.StartsWith("Vendor_", StringComparison.Ordinal) && k.EndsWith("_0", StringComparison.Ordinal)))
        {
            Try($"consent subject~{key} {property}", () =>
            {
                using var stored = JsonDocument.Parse(LongText(row, property[..^1]));
                confirmations.Add(new VendorConfirmation(
                    property["Vendor_".Length..^"_0".Length].Replace('_', '-'),
                    stored.RootElement.GetProperty("status").GetString()!,
                    stored.RootElement.TryGetProperty("reason", out var reason) ? reason.GetString() : null,
                    stored.RootElement.TryGetProperty("confirmedAt", out var at) && at.ValueKind == JsonValueKind.String
                        ? at.GetDateTimeOffset()
                        : row!.Timestamp ?? default));
            });
        }

        return confirmations;
    }

    private List<Contact> Profile(string key, TableEntity? row)
    {
        var contacts = new List<Contact>();
        if (LongText(row, "Identifiers") is { Length: > 0 } text)
        {
            Try($"consent subject~{key} profile", () =>
            {
                using var stored = JsonDocument.Parse(keys.Decrypt(text, $"profile~{key}"));
                foreach (var one in stored.RootElement.EnumerateArray())
                    contacts.Add(new Contact(one.GetProperty("kind").GetString()!, one.GetProperty("value").GetString()!));
            });
        }

        return contacts;
    }

    private static LedgerLine Line(TableEntity row)
    {
        using var document = JsonDocument.Parse(row.GetString("Change"));
        var change = document.RootElement;
        var id = Text("id");
        return new LedgerLine(
            row.GetInt64("Sequence")!.Value,
            row.GetInt64("Number")!.Value,
            id,
            Text("submissionId") is { Length: > 0 } submission ? submission : id,
            Text("subject"),
            Text("scope"),
            Text("decision"),
            change.TryGetProperty("seen", out var seen) ? seen.GetInt64() : null,
            change.GetProperty("at").GetDateTimeOffset(),
            change.GetProperty("receivedAt").GetDateTimeOffset(),
            Text("source"),
            Text("seenOnChannel"),
            Text("seenOnTopic"),
            change.TryGetProperty("campaign", out var campaign) ? campaign.GetUInt32() : 0,
            Text("vendor"),
            Text("reference"),
            Text("by"),
            row.GetString("PreviousHash"),
            row.GetString("Hash"));

        string Text(string name) => change.TryGetProperty(name, out var value) ? value.GetString()! : "";
    }

    // "email,newsletter 17 1795478461000 01a2... 3 1795478400000 01a1...": number, moment and change of the last Stop, and the same of the
    // Allow that had seen most; "-" for none.
    private static StateEntry Entry(string line) => line.Split(' ') is [var scope, var stop, _, var stopId, var seen, _, var allowId]
        ? new StateEntry(
            scope,
            stop == "-" ? 0 : long.Parse(stop, CultureInfo.InvariantCulture),
            stop == "-" ? "" : Id(stopId),
            seen == "-" ? 0 : long.Parse(seen, CultureInfo.InvariantCulture),
            seen == "-" ? "" : Id(allowId))
        : throw new FormatException($"'{line}' is not a line of a state");

    // A long text is spread over the properties Entries0, Entries1 and so on.
    private static string LongText(TableEntity? row, string name) => string.Concat(
        Enumerable.Range(0, row?.Count ?? 0).Select(i => row!.GetString($"{name}{i}")).TakeWhile(part => part is { Length: > 0 }));

    private static string Id(string digits) => Guid.ParseExact(digits, "N").ToString("D");

    private void Try(string where, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is FormatException or JsonException or CryptographicException or KeyNotFoundException
            or InvalidOperationException or ArgumentException or NullReferenceException)
        {
            _unreadable.Add($"{where}: {e.Message}");
        }
    }
}
