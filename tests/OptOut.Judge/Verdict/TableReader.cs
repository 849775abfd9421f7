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

    /// <summary>Every subject: rows <c>state~</c>, <c>event~</c>, <c>seen~</c>, <c>profile~</c>, <c>vendor~</c> of its partition.</summary>
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
        foreach (var line in (state?.GetString("Entries") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Try($"consent state~{key}", () => entries.Add(Entry(line)));
        return new SubjectRecord(
            key,
            ledger,
            entries,
            state?.GetInt64("Sequence") ?? 0,
            state?.GetString("Hash") ?? LedgerVerifier.Start(key),
            Profile(key, rows.Find(r => r.RowKey == $"profile~{key}")),
            Rows("seen")
                .Where(r => r.GetDateTimeOffset("Again") is not null)
                .ToDictionary(r => Id(r.RowKey.Split('~')[2]), r => r.GetDateTimeOffset("Again")!.Value, StringComparer.Ordinal),
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
            id,
            Text("submissionId") is { Length: > 0 } submission ? submission : id,
            Text("subject"),
            Text("scope"),
            Text("decision"),
            change.GetProperty("at").GetDateTimeOffset(),
            change.GetProperty("receivedAt").GetDateTimeOffset(),
            Text("source"),
            Text("seenOnChannel"),
            Text("seenOnTopic"),
            change.TryGetProperty("campaign", out var campaign) ? campaign.GetUInt32() : 0,
            Text("vendor"),
            Text("reference"),
            row.GetString("PreviousHash"),
            row.GetString("Hash"));

        string Text(string name) => change.TryGetProperty(name, out var value) ? value.GetString()! : "";
    }

    // "email,newsletter Stop 1795478461000 01a20ae6..."
    private static StateEntry Entry(string line) => line.Split(' ') is [var scope, var decision, var at, var id]
        ? new StateEntry(
            scope, decision, DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(at, CultureInfo.InvariantCulture)), Id(id))
        : throw new FormatException($"'{line}' is not a line of a state");

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
