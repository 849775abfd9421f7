using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// E-mail through SendGrid: the global unsubscribe list contains everyone who stopped everything, and one unsubscribe group per topic
/// contains everyone who stopped that topic. https://www.twilio.com/docs/sendgrid/api-reference/suppressions-suppressions
/// </summary>
internal sealed class SendGridVendor(SendGridApi api, SendGridLists lists, SendGridGroups groups, IOptions<SendGridOptions> options)
    : IVendor
{
    private readonly SendGridPull _pull = new(api, lists, options.Value);

    public string Name => "sendgrid";

    public Channel Channel => Channel.Email;

    public IReadOnlyList<string> Lists => lists.All;

    public IReadOnlyList<string> Pulls { get; } =
        [SendGridLists.Global, SendGridLists.Groups, SendGridLists.SpamReports, SendGridLists.Bounces];

    public IReadOnlySet<string> ListsFor(StopSet stops)
    {
        var names = lists.GroupsFor(stops).Select(SendGridLists.Name);
        return (lists.NeedsGlobal(stops) ? names.Append(SendGridLists.Global) : names).ToFrozenSet(StringComparer.Ordinal);
    }

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken) =>
        push.Identifier.Kind != IdentifierKind.Email
            ? new VendorOutcome.Rejected($"SendGrid takes e-mail addresses, not a {push.Identifier.Kind} identifier.")
            : await AddAsync(push, cancellationToken) ?? await RemoveAsync(push, cancellationToken) ?? new VendorOutcome.Confirmed();

    public Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken) =>
        _pull.PageAsync(list, until, cursor, cancellationToken);

    // Everything is added before anything is removed, so that at no time less is stopped than should be. A missing group does not prevent
    // the other Stops.
    private async Task<VendorOutcome?> AddAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (lists.NeedsGlobal(push.Stops) && await CallAsync(AddToGlobal(push.Identifier), cancellationToken) is { } globalFailure)
            return globalFailure;

        int[] wanted = [.. lists.GroupsFor(push.Stops)];
        if (wanted.Length == 0)
            return null;
        var (missing, failure) = await groups.MissingAsync(wanted, cancellationToken);
        if (failure is not null)
            return failure;
        foreach (var group in wanted.Except(missing))
        {
            if (await CallAsync(AddToGroup(group, push.Identifier), cancellationToken) is { } groupFailure)
                return groupFailure;
        }

        return missing.Count == 0 ? null : new VendorOutcome.Rejected(Missing(missing));
    }

    private async Task<VendorOutcome?> RemoveAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (push.Confirmed is not { } confirmed)
            return null;

        foreach (var group in lists.GroupsFor(confirmed).Except(lists.GroupsFor(push.Stops)))
        {
            if (await CallAsync(RemoveFromGroup(group, push.Identifier), cancellationToken) is { } failure)
                return failure;
        }

        if (!lists.NeedsGlobal(confirmed) || lists.NeedsGlobal(push.Stops))
            return null;

        // A spam report blocks all mail on its own, and would continue to do so after the person asked for mail again.
        return await CallAsync(RemoveSpamReport(push.Identifier), cancellationToken)
            ?? await CallAsync(RemoveFromGlobal(push.Identifier), cancellationToken);
    }

    private async Task<VendorOutcome?> CallAsync(VendorCall call, CancellationToken cancellationToken) =>
        (await api.CallAsync(call, cancellationToken)).Failure;

    private string Missing(IReadOnlyList<int> missing) =>
        "SendGrid has no "
        + string.Join(
            ", no ",
            missing.Select(m => string.Create(CultureInfo.InvariantCulture, $"group {m} (OptOut:SendGrid:Groups:{lists.TopicOf(m)})")))
        + "; create the group there and set its id here.";

    private VendorCall AddToGlobal(Identifier who) => Add("asm/suppressions/global", who, "asm.suppressions.global.create");

    private VendorCall AddToGroup(int group, Identifier who) => Add(InGroup(group), who, "asm.groups.suppressions.create");

    private VendorCall RemoveFromGlobal(Identifier who) => Remove("asm/suppressions/global", who, "asm.suppressions.global.delete");

    private VendorCall RemoveFromGroup(int group, Identifier who) => Remove(InGroup(group), who, "asm.groups.suppressions.delete");

    private VendorCall RemoveSpamReport(Identifier who) => Remove("suppression/spam_reports", who, "suppression.spam_reports.delete");

    private VendorCall Add(string list, Identifier who, string scope) =>
        api.Call(Method.POST, list, scope, who, Recipients(who)) with { Expected = [HttpStatusCode.Created] };

    // SendGrid requires the address in the path. This is the only place with an address in a URL: VendorHttp keeps URLs out of logs and
    // traces.
    private VendorCall Remove(string list, Identifier who, string scope) =>
        api.Call(Method.DELETE, list + "/{email}", scope, who) with { Expected = [HttpStatusCode.NoContent], AllowsNotFound = true };

    private static string InGroup(int group) => string.Create(CultureInfo.InvariantCulture, $"asm/groups/{group}/suppressions");

    private static string Recipients(Identifier who) =>
        JsonSerializer.Serialize(new SendGridRecipients([who.Value]), SendGridJson.Default.SendGridRecipients);
}

internal sealed record SendGridRecipients([property: JsonPropertyName("recipient_emails")] IReadOnlyList<string> Emails);

[JsonSerializable(typeof(SendGridRecipients))]
internal sealed partial class SendGridJson : JsonSerializerContext;
