using System.Globalization;
using System.Text;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.Feed;

/// <summary>
/// Entries as rows of the table <c>feed</c>. Lists are a line an element: <c>Stop email,newsletter</c>; <c>Phone 0a1b... 7 sms=*
/// phone=-</c>, with the contact point's keyed hash, its version and what is stopped on each channel.
/// </summary>
internal static class FeedRow
{
    public const string Sequence = "Sequence", Hash = "Hash";

    private const string Id = "Id", Submission = "Submission", From = "Source", Entered = "Channel", Campaign = "Campaign";
    private const string Decisions = "Decisions", ContactPoints = "ContactPoints";

    // A row takes 1 MiB, which is 512 Ki characters.
    private const int MaxContactPoints = 400_000;

    /// <summary>One row, unless hundreds of retired topics make the contact points too long: then more with the rest of those.</summary>
    public static IReadOnlyList<TableEntity> Write(FeedEntry entry)
    {
        var parts = Parts(entry.ContactPoints.Select(Line)).ToArray();
        return [.. parts.Select((part, i) => Write(i == 0 ? entry : entry with { Head = null, Change = null }, Name(entry, i), part))];
    }

    /// <exception cref="FormatException">This version does not write such a row.</exception>
    public static FeedEntry Read(TableEntity row)
    {
        var (at, subject) = FeedKey.Parse(row.RowKey);
        return new FeedEntry(
            at,
            subject,
            ReadHead(row),
            row.ContainsKey(Id) ? ReadChange(row) : null,
            [.. Lines(row, ContactPoints).Select(ContactPoint)]);
    }

    /// <returns>Null if the row has none.</returns>
    /// <exception cref="FormatException">This version does not write such a row.</exception>
    public static LedgerHead? ReadHead(TableEntity row)
    {
        if (!row.ContainsKey(Sequence))
            return null;
        var head = new LedgerHead(Value<long>(row, Sequence), Value<string>(row, Hash));
        return head.Sequence > 0 && AnchoredHead.IsHash(head.Hash) ? head : throw new FormatException("This is not the head of a ledger.");
    }

    private static TableEntity Write(FeedEntry entry, string name, string contactPoints)
    {
        var row = new TableEntity(FeedKey.Partition(entry.At, entry.Subject), FeedKey.Row(entry.At, entry.Subject, name));
        if (entry.Head is { } head)
            (row[Sequence], row[Hash]) = (head.Sequence, head.Hash);
        if (entry.Change is { } change)
        {
            (row[Id], row[Submission]) = (change.Id, change.Submission);
            (row[From], row[Campaign]) = (change.Source.ToString(), (long)change.Campaign);
            if (change.Channel is { } channel)
                row[Entered] = channel.Name();
            LongText.Write(row, Decisions, string.Join('\n', change.Decisions.Select(d => $"{d.Decision} {d.Scope}")));
        }

        LongText.Write(row, ContactPoints, contactPoints);
        return row;
    }

    private static string Name(FeedEntry entry, int part)
    {
        var name = entry.Change is { } change
            ? change.Id.ToString("N")
            : string.Join('~', entry.ContactPoints.Take(1).Select(c => $"{c.Kind}~{c.Hash}"));
        return part == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}~{part}");
    }

    private static FeedChange ReadChange(TableEntity row) => new(
        Value<Guid>(row, Id),
        Value<Guid>(row, Submission),
        Enum.Parse<Source>(Value<string>(row, From)),
        row.ContainsKey(Entered) ? ChannelOf(Value<string>(row, Entered)) : null,
        (uint)Value<long>(row, Campaign),
        [.. Lines(row, Decisions).Select(line => line.Split(' ') is [var decision, var scope]
            ? new FeedDecision(Enum.Parse<Decision>(decision), Scope.Parse(scope))
            : throw new FormatException("A line is not 'decision scope'."))]);

    private static string Line(FeedContactPoint contact) => string.Create(
        CultureInfo.InvariantCulture,
        $"{contact.Kind} {contact.Hash} {contact.Version} {string.Join(' ', contact.Stops.Select(s => $"{s.Key.Name()}={s.Value}"))}");

    private static FeedContactPoint ContactPoint(string line) => line.Split(' ') is [var kind, var hash, var version, .. var stops]
        ? new FeedContactPoint(
            Enum.Parse<IdentifierKind>(kind),
            IdentifierHash.Parse(hash),
            long.Parse(version, CultureInfo.InvariantCulture),
            stops.Select(s => s.Split('=')).ToDictionary(s => ChannelOf(s[0]), s => StopSet.Parse(s[1])))
        : throw new FormatException("A line is not 'kind hash version channel=stops'.");

    private static Channel ChannelOf(string name) =>
        Channels.TryParse(name, out var channel) ? channel : throw new FormatException($"'{name}' is not a channel.");

    private static string[] Lines(TableEntity row, string name) =>
        LongText.Read(row, name).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static T Value<T>(TableEntity row, string name) =>
        row.TryGetValue(name, out var value) && value is T typed ? typed : throw new FormatException($"The property {name} is missing.");

    private static IEnumerable<string> Parts(IEnumerable<string> lines)
    {
        var part = new StringBuilder();
        foreach (var line in lines)
        {
            if (part.Length > 0 && part.Length + line.Length > MaxContactPoints)
            {
                yield return part.ToString();
                part.Clear();
            }

            part.Append(line).Append('\n');
        }

        yield return part.ToString();
    }
}
