using System.Text.Json;
using System.Text.Json.Serialization;

namespace OptOut.Reconciliation;

/// <summary>Stored by name: never rename.</summary>
internal enum RunPhase
{
    /// <summary>Reading the vendor's lists.</summary>
    Pull,

    /// <summary>Checking each entry, recording Stops.</summary>
    Compare,

    /// <summary>Removing entries that the person has since revoked, after every Stop on every list has been recorded.</summary>
    Remove,

    /// <summary>Making the external suppressions equal to the lists they come from.</summary>
    Suppress,

    /// <summary>Checking everybody who stopped, pushing again what the vendor lacks.</summary>
    Push,

    /// <summary>Done, but not yet in a written report.</summary>
    Finished,
}

/// <summary>
/// How far a run has come. A phase works in units (a page, a range of partitions). A unit's counts are saved together with the step to the
/// next one, so that a unit that is done twice counts once.
/// </summary>
/// <param name="Until">The frozen end of what is pulled and compared.</param>
/// <param name="From">The moment from which opt-outs are timed.</param>
/// <param name="Pulls">The vendor's pulls when the run began: a topic added meanwhile waits for the next run.</param>
/// <param name="Pull">Index in <paramref name="Pulls"/>.</param>
/// <param name="Page">The next page of that pull; in <see cref="RunPhase.Push"/> the next range.</param>
/// <param name="Cursor">The vendor's cursor for that page.</param>
/// <param name="Pages">How many pages each pull has.</param>
/// <param name="Unread">Why a pull could not be read to its end.</param>
/// <param name="Leftovers">Ranges with pushes for which the vendor was busy each time; they are retried at the end.</param>
/// <param name="Worked">The working time, over all invocations.</param>
/// <param name="Notices">
/// What the pages reported that someone should look into; null in a run that began before this property existed.
/// </param>
internal sealed record RunState(
    Guid RunId,
    DateTimeOffset Started,
    DateTimeOffset Until,
    DateTimeOffset From,
    IReadOnlyList<string> Pulls,
    RunPhase Phase,
    int Pull,
    int Page,
    string? Cursor,
    IReadOnlyDictionary<string, int> Pages,
    IReadOnlyDictionary<string, string> Unread,
    RunTally Tally,
    IReadOnlyList<int> Leftovers,
    TimeSpan Worked,
    bool Resumed,
    IReadOnlyList<string>? Notices = null)
{
    public static RunState Begin(Guid runId, DateTimeOffset now, DateTimeOffset from, IReadOnlyList<string> pulls) => new(
        runId,
        now,
        now,
        from,
        pulls,
        RunPhase.Pull,
        0,
        0,
        null,
        new Dictionary<string, int>(),
        new Dictionary<string, string>(),
        new RunTally(),
        [],
        TimeSpan.Zero,
        Resumed: false);

    public RunState To(RunPhase phase) => this with { Phase = phase, Pull = 0, Page = 0, Cursor = null };

    /// <summary>The pages that were read, in order.</summary>
    public IEnumerable<(int Pull, int Page)> AllPages() =>
        Pulls.SelectMany((name, pull) => Enumerable.Range(0, Pages.GetValueOrDefault(name)).Select(page => (pull, page)));

    public string ToJson() => JsonSerializer.Serialize(this, RunJson.Default.RunState);

    public static RunState FromJson(string json) => JsonSerializer.Deserialize(json, RunJson.Default.RunState)!;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunState))]
[JsonSerializable(typeof(StoredEntry[]))]
[JsonSerializable(typeof(ComparePlan))]
[JsonSerializable(typeof(PushPlan))]
[JsonSerializable(typeof(ExternalSuppressionPlan))]
[JsonSerializable(typeof(StoredIdentifier[]))]
[JsonSerializable(typeof(TimeSpan[]))]
[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class RunJson : JsonSerializerContext;
