using System.Collections.Frozen;
using System.Text.Json;
using OptOut.Messaging;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Which groups exist in the account. This is checked before an address is added to a group: if the group does not exist, SendGrid adds
/// the address to the global list and answers 201, which stops more than the person asked for without anyone noticing
/// (https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions/add-suppressions-to-a-suppression-group).
/// </summary>
internal sealed class SendGridGroups(SendGridApi api, TimeProvider time)
{
    private static readonly TimeSpan CacheDuration = TimeSpan.FromHours(1);

    private volatile CachedGroups? _cached;

    /// <returns>The groups that do not exist in the account, or the reason why this is not known.</returns>
    public async Task<(IReadOnlyList<int> Missing, VendorOutcome? Failure)> MissingAsync(
        IReadOnlyList<int> groups, CancellationToken cancellationToken)
    {
        // The cached result is used only if it contains every group: a missing group may have been created a moment ago.
        if (_cached is { } cached && time.GetUtcNow() - cached.At < CacheDuration && groups.All(cached.Ids.Contains))
            return ([], null);

        var requestedAt = time.GetUtcNow();
        var call = api.Call(Method.GET, "asm/groups", "asm.groups.read") with { ExpectsJson = true };
        var reply = await api.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return ([], failure);
        if (reply.Json is not { ValueKind: JsonValueKind.Array } list)
            return ([], call.Unreadable());

        var ids = list.EnumerateArray().Select(g => g.Number("id")).OfType<int>().ToFrozenSet();
        _cached = new CachedGroups(requestedAt, ids);
        return ([.. groups.Where(g => !ids.Contains(g))], null);
    }

    private sealed record CachedGroups(DateTimeOffset At, FrozenSet<int> Ids);
}
