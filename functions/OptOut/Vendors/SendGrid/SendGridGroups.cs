using System.Collections.Frozen;
using System.Text.Json;
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

    private static readonly SendGridCall List = new(Method.GET, "GET asm/groups", "asm/groups", "asm.groups.read");

    private volatile Known? _known;

    /// <returns>Those of the groups that the account lacks, or why that cannot be told.</returns>
    public async Task<(IReadOnlyList<int> Missing, VendorOutcome? Failure)> MissingAsync(IReadOnlyList<int> groups, CancellationToken cancellationToken)
    {
        // Only good news is kept: a group that was missing may have been made a moment ago.
        if (_known is { } known && time.GetUtcNow() - known.At < KeptFor && groups.All(known.Ids.Contains))
            return ([], null);

        var asked = time.GetUtcNow();
        var reply = await api.CallAsync(List, cancellationToken);
        if (reply.Failure is { } failure)
            return ([], failure);
        if (Read(reply.Body) is not { } ids)
            return ([], new VendorOutcome.Transient(null, $"SendGrid's answer to {List.Operation} could not be read."));

        _known = new Known(asked, ids);
        return ([.. groups.Where(g => !ids.Contains(g))], null);
    }

    private static FrozenSet<int>? Read(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind != JsonValueKind.Array ? null : json.RootElement.EnumerateArray()
                .Where(g => g.ValueKind == JsonValueKind.Object && g.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out _))
                .Select(g => g.GetProperty("id").GetInt32())
                .ToFrozenSet();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Known(DateTimeOffset At, FrozenSet<int> Ids);
}
