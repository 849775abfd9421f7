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
/// Post through a print house that lives on files: each Stop is a file of its own in <c>suppressions/print-house/deltas/</c> within seconds, everybody is in
/// the nightly file, and what people tell the print house comes back in <c>vendor-lists/print-house/</c>. Confirmed is what has been written: from then on
/// the print house has it whenever it looks, and it must look before each run.
/// </summary>
internal sealed class PrintHouseVendor(SuppressionStore suppressions, ExternalSuppressionStore externalSuppressions, ListDrops drops, ListFiles lists, IOptions<PrintHouseOptions> options, TimeProvider time) : IVendor
{
    public const string Id = "print-house";

    /// <summary>Who told the print house to stop, and whose post came back.</summary>
    public const string Refused = "refused", Returned = "returned";

    private const string All = "list";

    private readonly PrintHouseOptions _options = options.Value;

    public string Name => Id;

    public Channel Channel => Channel.Post;

    public IReadOnlyList<string> Lists => _options.GivesLists ? [Refused, Returned] : [];

    public IReadOnlyList<string> Pulls => _options.GivesLists ? [All] : [];

    /// <summary>None: what we tell the print house stands in our files, not in those that it gives back.</summary>
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
            throw new ArgumentException($"'{list}' is no list of the print house's.", nameof(list));
        try
        {
            // Nothing given back yet is nothing to worry about: nobody may have told them anything.
            return cursor is null && await WithinAsync(token => drops.NewestAsync(Id, _options.Files, token), cancellationToken) is null
                ? new VendorPull.Page([], null)
                : Page(await WithinAsync(token => lists.PageAsync(Id, _options.Files, Channel.Post, cursor, token), cancellationToken), until);
        }
        catch (Exception e) when (e is StoreUnavailableException or RequestFailedException or TimeoutException or NullReferenceException)
        {
            // The last: what Azure.Storage.Blobs 12.30.1 throws where something in between answers a listing with a page of its own.
            return new VendorPull.Failed(Outcome(e));
        }
    }

    // A delta takes the place of the whole file's line, so it says as that does: allowing again lifts no register.
    private async Task<SuppressionLine> LineAsync(VendorPush push, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var suppression = push.Stops.IsEverything ? null : (await externalSuppressions.FindAsync(push.Identifier, cancellationToken)).FirstOrDefault(d => !d.IsBounce && d.Denies(Channel, now));
        return suppression is null ? SuppressionLine.Create(push.Identifier, push.Stops, now) : SuppressionLine.OfRegister(push.Identifier, suppression.Since, suppression.Party);
    }

    private VendorPull Page(ListPage page, DateTimeOffset until) => page.Failure is { } failure
        ? new VendorPull.Failed(failure)
        : new VendorPull.Page([.. page.Entries.Where(e => e.At is not null).Select(e => Entry(e, e.At!.Value, until))], page.Next, page.Unreadable + page.Entries.Count(e => e.At is null));

    // Without a moment of its own an entry would be new each night, and win over whatever the person allowed since.
    private VendorEntry Entry(ListEntry entry, DateTimeOffset at, DateTimeOffset until)
    {
        var returned = entry.Reason is { } reason && _options.ReturnedReasons.Contains(reason, StringComparer.OrdinalIgnoreCase);
        return new VendorEntry(
            entry.Identifier, returned ? Returned : Refused, returned ? VendorEntryKind.Undeliverable : VendorEntryKind.Unsubscribed,
            returned ? new Scope(Channel.Post, null) : Scope.Everything, Earlier(Last(at), until));
    }

    // A day without an hour: at the latest at its end. In doubt the objection is the later one.
    private DateTimeOffset Last(DateTimeOffset at) =>
        _options.Files.DateFormat.Contains('h', StringComparison.OrdinalIgnoreCase) ? at : at.AddDays(1).AddMilliseconds(-1);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> act, CancellationToken cancellationToken)
    {
        using var limit = time.Limit(_options.Timeout, cancellationToken);
        try
        {
            return await act(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    // The storage's own words may hold the address of the request.
    private VendorOutcome Outcome(Exception e) => e switch
    {
        StoreUnavailableException { IsRefusal: true } refused => Refusal(refused.Reason),
        StoreUnavailableException unavailable => new VendorOutcome.Transient(null, unavailable.Message),
        RequestFailedException { Status: 400 } refused => Refusal(string.Create(CultureInfo.InvariantCulture, $"{refused.Status} {refused.ErrorCode}")),
        RequestFailedException failed => new VendorOutcome.Transient(null, string.Create(CultureInfo.InvariantCulture, $"The storage did not take a file for the print house ({failed.Status} {failed.ErrorCode}).")),
        TimeoutException => new VendorOutcome.Transient(null, string.Create(CultureInfo.InvariantCulture, $"The storage did not answer within {_options.Timeout.TotalSeconds} s.")),
        _ => new VendorOutcome.Transient(null, $"The storage did not answer ({e.GetType().Name})."),
    };

    private static VendorOutcome.Rejected Refusal(string reason) => new(
        $"The storage refused a file for the print house ({reason}); give the app's identity the role Storage Blob Data Contributor on the containers suppressions and vendor-lists.");
}
