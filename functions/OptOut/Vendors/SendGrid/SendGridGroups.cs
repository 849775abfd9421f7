using System.Collections.Frozen;
using System.Text.Json;
using OptOut.Messaging;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Which groups the account has. Asked before anything is put into a group, because SendGrid puts an entry for a group that is not
/// there on the global list, says 201, and so stops more than the person asked for without anybody seeing it
/// (https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions/add-suppressions-to-a-suppression-group).
/// </summary>
internal sealed class SendGridGroups(SendGridApi api, TimeProvider time)
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);

    private volatile Known? _known;

    /// <returns>Those of the groups that the account lacks, or why that cannot be told.</returns>
    public async Task<(IReadOnlyList<int> Missing, VendorOutcome? Failure)> MissingAsync(IReadOnlyList<int> groups, CancellationToken cancellationToken)
    {
        // Only good news is kept: a group that was missing may have been made a moment ago.
        if (_known is { } known && time.GetUtcNow() - known.At < KeptFor && groups.All(known.Ids.Contains))
            return ([], null);

        var asked = time.GetUtcNow();
        var call = api.Call(Method.GET, "asm/groups", "asm.groups.read") with { Json = true };
        var reply = await api.CallAsync(call, cancellationToken);
        if (reply.Failure is { } failure)
            return ([], failure);
        if (reply.Json is not { ValueKind: JsonValueKind.Array } list)
            return ([], call.Unreadable());

        var ids = list.EnumerateArray().Select(g => g.Number("id")).OfType<int>().ToFrozenSet();
        _known = new Known(asked, ids);
        return ([.. groups.Where(g => !ids.Contains(g))], null);
    }

    private sealed record Known(DateTimeOffset At, FrozenSet<int> Ids);
}
