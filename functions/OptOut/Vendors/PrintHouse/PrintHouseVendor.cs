using System.Collections.Frozen;
using System.Globalization;
using Azure;
using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Records.ExternalSuppressions;
using OptOut.Records.SuppressionFiles;
using OptOut.Vendors.Files;

namespace OptOut.Vendors.PrintHouse;

/// <summary>
/// Post through a print house that works with files. Each Stop is a file of its own in <c>suppressions/print-house/deltas/</c> within
/// seconds, the nightly file contains everybody, and what people tell the print house comes back in <c>vendor-lists/print-house/</c>. A
/// push is confirmed once its file is written: the print house can read it from then on, and must do so before each run.
/// </summary>
internal sealed class PrintHouseVendor(
    SuppressionStore suppressions,
    ExternalSuppressionStore externalSuppressions,
    ListDrops drops,
    ListFiles lists,
    IOptions<PrintHouseOptions> options,
    TimeProvider time) : IVendor
{
    public const string Id = "print-house";

    /// <summary>The people who told the print house to stop, and those whose post was returned.</summary>
    public const string Refused = "refused", Returned = "returned";

    private const string All = "list";

    private readonly PrintHouseOptions _options = options.Value;

    public string Name => Id;

    public Channel Channel => Channel.Post;

    public IReadOnlyList<string> Lists => _options.ReturnsLists ? [Refused, Returned] : [];

    public IReadOnlyList<string> Pulls => _options.ReturnsLists ? [All] : [];

    /// <summary>None: what we push to the print house is in our files, not in those that it returns.</summary>
    public IReadOnlySet<string> ListsFor(StopSet stops) => FrozenSet<string>.Empty;

    public async Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken)
    {
        if (push.Identifier.Kind != IdentifierKind.Postal)
            return new VendorOutcome.Rejected($"The print house takes postal addresses, not a {push.Identifier.Kind} identifier.");
        if (push is { Stops.IsNothing: true, Confirmed: null })
            return new VendorOutcome.Confirmed();
        try
        {
            return await WithinAsync(
                async token =>
                {
                    await suppressions.WriteDeltaAsync(Id, push.Identifier, await LineAsync(push, token), token);
                    return (VendorOutcome)new VendorOutcome.Confirmed();
                },
                cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or RequestFailedException or TimeoutException)
        {
            return Outcome(e);
        }
    }

    public async Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        if (!Pulls.Contains(list))
            throw new ArgumentException($"'{list}' is not a list of the print house.", nameof(list));
        try
        {
            // No list yet is not a problem: perhaps nobody has told the print house anything.
            return cursor is null && await WithinAsync(token => drops.NewestAsync(Id, _options.Files, token), cancellationToken) is null
                ? new VendorPull.Page([], null)
                : Page(
                    await WithinAsync(token => lists.PageAsync(Id, _options.Files, Channel.Post, cursor, token), cancellationToken), until);
        }
        catch (Exception e) when (e is StoreUnavailableException or RequestFailedException or TimeoutException or NullReferenceException)
        {
            // NullReferenceException: thrown by Azure.Storage.Blobs 12.30.1 when something in between answers a listing with a page of
            // its own.
            return new VendorPull.Failed(Outcome(e));
        }
    }

    // A delta replaces the line of the full file, so it contains the same: an Allow does not lift a register.
    private async Task<SuppressionLine> LineAsync(VendorPush push, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var suppression = push.Stops.IsEverything
            ? null
            : (await externalSuppressions.FindAsync(push.Identifier, cancellationToken)).FirstOrDefault(
                d => !d.IsBounce && d.Blocks(Channel, now));
        return suppression is null
            ? SuppressionLine.Create(push.Identifier, push.Stops, now)
            : SuppressionLine.ForRegister(push.Identifier, suppression.Since, suppression.Party);
    }

    private VendorPull Page(ListPage page, DateTimeOffset until) => page.Failure is { } failure
        ? new VendorPull.Failed(failure)
        : new VendorPull.Page(
            [.. page.Entries.Where(e => e.At is not null).Select(e => Entry(e, e.At!.Value, until))],
            page.Next,
            page.Unreadable + page.Entries.Count(e => e.At is null));

    // An entry without a date would be new each night and override whatever the person has allowed since.
    private VendorEntry Entry(ListEntry entry, DateTimeOffset at, DateTimeOffset until)
    {
        var returned = entry.Reason is { } reason && _options.ReturnedReasons.Contains(reason, StringComparer.OrdinalIgnoreCase);
        return new VendorEntry(
            entry.Identifier, returned ? Returned : Refused, returned ? VendorEntryKind.Undeliverable : VendorEntryKind.Unsubscribed,
            returned ? new Scope(Channel.Post, null) : Scope.Everything, Earlier(LatestTime(at), until));
    }

    // A date without a time counts as the end of that day: when in doubt, the objection is the later one.
    private DateTimeOffset LatestTime(DateTimeOffset at) =>
        _options.Files.DateFormat.Contains('h', StringComparison.OrdinalIgnoreCase) ? at : at.AddDays(1).AddMilliseconds(-1);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var limit = time.Limit(_options.Timeout, cancellationToken);
        try
        {
            return await action(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    // The storage's error messages may contain the address of the request.
    private VendorOutcome Outcome(Exception e) => e switch
    {
        StoreUnavailableException { IsRefusal: true } refused => Refusal(refused.Reason),
        StoreUnavailableException unavailable => new VendorOutcome.Transient(null, unavailable.Message),
        RequestFailedException { Status: 400 } refused =>
            Refusal(string.Create(CultureInfo.InvariantCulture, $"{refused.Status} {refused.ErrorCode}")),
        RequestFailedException failed => new VendorOutcome.Transient(
            null,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The storage did not accept a file for the print house ({failed.Status} {failed.ErrorCode}).")),
        TimeoutException => new VendorOutcome.Transient(
            null, string.Create(CultureInfo.InvariantCulture, $"The storage did not answer within {_options.Timeout.TotalSeconds} s.")),
        _ => new VendorOutcome.Transient(null, $"The storage did not answer ({e.GetType().Name})."),
    };

    private static VendorOutcome.Rejected Refusal(string reason) => new(
        $"The storage refused a file for the print house ({reason}); give the app's identity the role Storage Blob Data "
            + "Contributor on the containers suppressions and vendor-lists.");
}
