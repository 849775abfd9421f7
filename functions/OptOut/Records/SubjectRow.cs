using System.Collections.Immutable;
using System.Globalization;
using Azure.Data.Tables;
using OptOut.Consent;

namespace OptOut.Records;

/// <summary>
/// The consent state in the <c>subject~</c> row of the table <c>consent</c>. Lists are a line an entry: a scope is <c>email,newsletter 17 1795478461000
/// 01a2... 3 1795478400000 01a1...</c>, with the number, moment and change of its last Stop, and the same of the Allow that saw most, or
/// <c>-</c>; a repeat is its number and its change as JSON.
/// </summary>
internal static class SubjectRow
{
    public static string Key(SubjectKey subject) => $"subject~{subject}";

    /// <summary>A person who was announced and has decided nothing has a row without a state.</summary>
    public static bool HasState(TableEntity row) => row.ContainsKey("Number");

    public static TableEntity Write(SubjectKey subject, SubjectState state)
    {
        var row = new TableEntity(subject.ToString(), Key(subject))
        {
            ["Number"] = state.Number,
            ["Sequence"] = state.Head.Sequence,
            ["Hash"] = state.Head.Hash,
            ["LastSubmission"] = state.Last.Id,
            ["LastSubmissionBefore"] = state.Last.Before,
            ["Entered"] = string.Join(' ', state.Entered.Select(e => $"{e.Key}={Moment(e.Value)}").Order(StringComparer.Ordinal)),
        };
        LongText.Write(row, "Entries", string.Join('\n', state.Consent.Entries.Select(Line)));
        LongText.Write(row, "Repeats", string.Join('\n', state.Repeats.Select(Line)));
        return row;
    }

    public static SubjectState Read(TableEntity row) => new(
        ConsentState.From(Lines(row, "Entries").Select(Entry)),
        row.GetInt64("Number")!.Value,
        new LedgerHead(row.GetInt64("Sequence")!.Value, row.GetString("Hash")),
        new LastSubmission(row.GetGuid("LastSubmission")!.Value, row.GetInt64("LastSubmissionBefore")!.Value),
        [.. Lines(row, "Repeats").Select(Repeat)],
        row.GetString("Entered").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(e => e.Split('='))
            .ToImmutableDictionary(e => Enum.Parse<Source>(e[0]), e => Moment(e[1])));

    private static string[] Lines(TableEntity row, string name) =>
        LongText.Read(row, name).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Line(KeyValuePair<Scope, ConsentEntry> entry) =>
        $"{entry.Key} {Mark(entry.Value.Stop?.Number, entry.Value.Stop?.At, entry.Value.Stop?.Id)} "
            + Mark(entry.Value.Allow?.Seen, entry.Value.Allow?.At, entry.Value.Allow?.Id);

    private static string Mark(long? number, DateTimeOffset? at, Guid? id) =>
        number is null ? "- - -" : string.Create(CultureInfo.InvariantCulture, $"{number} {Moment(at!.Value)} {id:N}");

    private static KeyValuePair<Scope, ConsentEntry> Entry(string line) =>
        line.Split(' ') is [var scope, var number, var stoppedAt, var stopId, var seen, var allowedAt, var allowId]
            ? KeyValuePair.Create(
                Scope.Parse(scope),
                new ConsentEntry(
                    number == "-" ? null : new LastStop(Number(number), Guid.ParseExact(stopId, "N"), Moment(stoppedAt)),
                    seen == "-" ? null : new LastAllow(Number(seen), Guid.ParseExact(allowId, "N"), Moment(allowedAt))))
            : throw new FormatException("A line of a state row is not 'scope number moment change seen moment change'.");

    private static string Line(Repeat repeat) =>
        string.Create(CultureInfo.InvariantCulture, $"{repeat.Number} {ChangeDocument.From(repeat.Change).ToJson()}");

    private static Repeat Repeat(string line) => line.Split(' ', 2) is [var number, var change]
        ? new Repeat(Number(number), ChangeDocument.FromJson(change).ToChange())
        : throw new FormatException("A repeat in a state row is not 'number change'.");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(string milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(milliseconds, CultureInfo.InvariantCulture));
}
