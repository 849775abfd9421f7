using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Tests.Schedules.Exploration;
using OptOut.Vendors;

namespace OptOut.Tests.Schedules.InMemory;

/// <summary>
/// A vendor with a list for everything and one for each topic. As the real ones, it is told in two calls: what to add, then what to take
/// off, and never to take off what we did not put there.
/// </summary>
internal sealed class MemoryVendor(Channel channel, Scheduler scheduler, Func<Identifier, string> name) : IVendor
{
    /// <summary>The questions a list exists for: marketing in general, and each topic.</summary>
    public static readonly Topic?[] Questions = [null, Topic.Parse("newsletter"), Topic.Parse("offers")];

    private readonly Dictionary<Identifier, HashSet<string>> _entries = [];

    public string Name => $"memory-{channel.Name()}";

    public Channel Channel => channel;

    public IReadOnlyList<string> Lists { get; } = [.. Questions.Select(ListOf)];

    public IReadOnlySet<string> ListsFor(StopSet stops) => Questions.Where(stops.Stops).Select(ListOf).ToHashSet(StringComparer.Ordinal);

    public IReadOnlySet<string> EntriesOf(Identifier identifier) => _entries.GetValueOrDefault(identifier) ?? [];

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        var wanted = ListsFor(push.Stops);
        var taken = push.Confirmed is { } confirmed ? ListsFor(confirmed).Except(wanted).ToArray() : [];
        if (wanted.Count > 0
            && await CallAsync($"{Name} add {name(push.Identifier)} {push.Stops}", e => e.UnionWith(wanted)) is { } notAdded)
        {
            return notAdded;
        }

        return taken.Length > 0
            && await CallAsync($"{Name} remove {name(push.Identifier)} {string.Join(',', taken)}", e => e.ExceptWith(taken)) is { } notTaken
            ? notTaken
            : new VendorOutcome.Confirmed();

        Task<VendorOutcome?> CallAsync(string text, Action<HashSet<string>> change) => scheduler.AtAsync<VendorOutcome?>(
            OperationKind.Vendor,
            text,
            fate =>
            {
                if (!_entries.TryGetValue(push.Identifier, out var entries))
                    _entries[push.Identifier] = entries = new HashSet<string>(StringComparer.Ordinal);
                if (fate != Fate.FailBefore)
                    change(entries);
                return fate == Fate.Succeed
                    ? (null, "confirmed")
                    : (new VendorOutcome.Transient(null, "busy"), fate == Fate.FailBefore ? "busy" : "done, answer lost");
            },
            cancellationToken);
    }

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The nightly reconciliation is not explored.");

    private static string ListOf(Topic? topic) => topic?.Value ?? "all";
}
