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

    /// <summary>Every subject: rows <c>state~</c>, <c>event~</c>, <c>profile~</c>, <c>vendor~</c> of its partition.</summary>
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

    /// <summary>Every contact point: partition <c>{kind}~{3 hex digits}</c>, row the rest of the keyed hash.</summary>
    public async Task<IReadOnlyList<ContactRecord>> ContactsAsync(CancellationToken cancellationToken)
    {
        var contacts = new List<ContactRecord>();
        await foreach (var row in _tables.GetTableClient("identifiers").QueryAsync<TableEntity>(cancellationToken: cancellationToken))
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
                    row.GetString("Subjects").Split(',', StringSplitOptions.RemoveEmptyEntries),
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
        var state = rows.Find(r => r.RowKey == $"state~{key}");
        var ledger = new List<LedgerLine>();
        foreach (var row in Rows("event").OrderBy(r => r.RowKey, StringComparer.Ordinal))
            Try($"consent {row.RowKey}", () => ledger.Add(Line(row)));
        var entries = new List<StateEntry>();
        foreach (var line in LongText(state, "Entries").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Try($"consent state~{key}", () => entries.Add(Entry(line)));
        return new SubjectRecord(
            key,
            ledger,
            entries,
            state?.GetInt64("Sequence") ?? 0,
            state?.GetString("Hash") ?? LedgerVerifier.Start(key),
            Profile(key, rows.Find(r => r.RowKey == $"profile~{key}")),
            [
                .. Rows("vendor").Select(r => new VendorConfirmation(
                    r.RowKey.Split('~')[2], r.GetString("Status"), r.GetString("Reason"), r.Timestamp ?? default)),
            ]);

        IEnumerable<TableEntity> Rows(string kind) => rows.Where(r => r.RowKey.StartsWith($"{kind}~{key}~", StringComparison.Ordinal));
    }

    private List<Contact> Profile(string key, TableEntity? row)
    {
        var contacts = new List<Contact>();
        if (row is not null)
        {
            Try($"consent profile~{key}", () =>
            {
                using var stored = JsonDocument.Parse(keys.Decrypt(row.GetString("Identifiers"), $"profile~{key}"));
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
        Enumerable.Range(0, row?.Count ?? 0).Select(i => row!.GetString($"{name}{i}")).TakeWhile(part => part is not null));

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
