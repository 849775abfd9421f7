using System.Globalization;
using Azure.Data.Tables;
using OptOut.Consent;
using OptOut.Links;

namespace OptOut.Records;

/// <summary>What a printed code stands for.</summary>
/// <param name="Subject">The addressee of the letter; null for an unaddressed leaflet.</param>
/// <param name="Channel">The channel that it was printed for: <c>post</c>, unless the controller chose another.</param>
/// <param name="TopicId">The topic's number in the catalogue, 0 for none.</param>
/// <param name="Campaign">The controller's own number for the mailing, 0 for none.</param>
/// <param name="CreatedAt">When it was first issued.</param>
internal sealed record CodeEntry(SubjectKey? Subject, Channel? Channel, byte TopicId, uint Campaign, DateTimeOffset CreatedAt);

/// <summary>The purpose of a code. The same purpose always gets the same code.</summary>
/// <param name="Subject">The addressee of the letter; null for an unaddressed leaflet.</param>
/// <param name="Number">Distinguishes the codes of one print run of leaflets: 0, 1, 2 and so on. 0 if there is a subject.</param>
/// <param name="Channel">The channel that it is printed for.</param>
/// <param name="TopicId">The topic's number in the catalogue, 0 for none.</param>
/// <param name="Campaign">The controller's own number for the mailing, 0 for none.</param>
internal readonly record struct CodePurpose(SubjectKey? Subject, int Number, Channel Channel, byte TopicId, uint Campaign)
{
    /// <summary>
    /// The text that the code is derived from. Never change its format, or letters that are printed again get different codes.
    /// </summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Subject}\n{Number}\n{(byte)Channel}\n{TopicId}\n{Campaign}");
}

/// <summary>
/// A row of the table <c>codes</c>: partition key: the first three characters; row key: the other seven. It contains a
/// pseudonym, never an identifier.
/// </summary>
internal static class CodeRow
{
    private const int PartitionLength = 3;

    public static (string Partition, string Row) Key(PrintedCode code) =>
        (code.Compact[..PartitionLength], code.Compact[PartitionLength..]);

    public static TableEntity Entity(PrintedCode code, CodePurpose purpose, DateTimeOffset createdAt)
    {
        var (partition, row) = Key(code);
        var entity = new TableEntity(partition, row)
        {
            ["Channel"] = purpose.Channel.Name(),
            ["Topic"] = (int)purpose.TopicId,
            ["Campaign"] = (long)purpose.Campaign,
            ["Number"] = purpose.Number,
            ["CreatedAt"] = createdAt,
        };
        if (purpose.Subject is { } subject)
            entity["Subject"] = subject.ToString();
        return entity;
    }

    public static CodeEntry Read(TableEntity row) => new(
        row.GetString("Subject") is { } subject ? SubjectKey.Parse(subject) : null,
        Channels.TryParse(row.GetString("Channel"), out var channel) ? channel : null,
        (byte)(row.GetInt32("Topic") ?? 0),
        (uint)(row.GetInt64("Campaign") ?? 0),
        row.GetDateTimeOffset("CreatedAt") ?? row.Timestamp ?? default);

    public static bool IsFor(TableEntity row, CodePurpose purpose) =>
        Read(row) is var entry
        && (entry.Subject, entry.Channel, entry.TopicId, entry.Campaign, row.GetInt32("Number")) == (
            purpose.Subject, purpose.Channel, purpose.TopicId, purpose.Campaign, purpose.Number);
}
