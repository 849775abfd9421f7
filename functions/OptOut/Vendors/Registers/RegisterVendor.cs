using System.Collections.Frozen;
using System.Globalization;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Records.ExternalSuppressions;
using OptOut.Vendors.Files;

namespace OptOut.Vendors.Registers;

/// <summary>
/// A register as a vendor that is only pulled: anyone in it is suppressed, and it receives no pushes. Its list is a file that somebody
/// drops, because that is how the registers distribute theirs.
/// </summary>
internal sealed class RegisterVendor(Register register, RegisterOptions options, ListFiles files) : IVendor
{
    private readonly Channel _channel = register.Rules[^1].BlockedChannels[0];

    public string Name => register.Name;

    public Channel Channel => _channel;

    public bool AcceptsPushes => false;

    public IReadOnlyList<string> Lists { get; } = [register.Name];

    public IReadOnlySet<string> ListsFor(StopSet stops) => FrozenSet<string>.Empty;

    public Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken) =>
        Task.FromResult<VendorOutcome>(new VendorOutcome.Rejected($"The register {Name} does not accept entries from us."));

    public async Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        var page = await files.PageAsync(Name, options.Files, _channel, cursor, cancellationToken);
        if (page.Failure is { } failure)
            return new VendorPull.Failed(failure);

        // The scope is never recorded: a person who registered has told us nothing. A date in the future is a mistake; the entry still
        // counts.
        VendorEntry[] entries = [.. page.Entries.Select(e => new VendorEntry(
            e.Identifier, list, VendorEntryKind.Registered, new Scope(_channel, null), e.At is { } at && at < until ? at : until))];
        return new VendorPull.Page(entries, page.Next, page.Unreadable)
        {
            Notices = page.Drop is { } drop ? [.. Notices(drop, until)] : [],
        };
    }

    private IEnumerable<string> Notices(ListDrop drop, DateTimeOffset now)
    {
        if (drop.DamagedFile is { } damaged)
        {
            yield return $"The list {damaged} is newer than the one that was read, {drop.Name}, "
                + "but does not match its digest: drop it again.";
        }

        if (register.RuleAt(now) is not { } rule)
            yield break;

        var (age, maxAge) = (now - drop.At, options.MaxAge ?? rule.MaxAge);
        if (age > maxAge)
        {
            yield return $"The list {drop.Name} of {drop.At.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)} is "
                + $"{Days(age)} "
                + $"old, and may be at most {Days(maxAge)} "
                + $"({(options.MaxAge is null ? rule.Source : $"OptOut:Registers:{Name}:MaxAge")}). "
                + "It still blocks everyone on it, but people who registered since then are "
                + "missing: drop a newer one before sending anything.";
        }
    }

    private static string Days(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days");
}
