using System.Collections.Frozen;
using System.Globalization;
using OptOut.Consent;
using OptOut.Messaging;
using OptOut.Records.ExternalSuppressions;
using OptOut.Vendors.Files;

namespace OptOut.Vendors.Registers;

/// <summary>
/// A register as a vendor that is only pulled: who stands in it is denied, and nobody is told anything. Its list is a file that somebody drops, because that
/// is how the registers give theirs out.
/// </summary>
internal sealed class RegisterVendor(Register register, RegisterOptions options, ListFiles files) : IVendor
{
    private readonly Channel _channel = register.Rules[^1].Denies[0];

    public string Name => register.Name;

    public Channel Channel => _channel;

    public bool TakesPushes => false;

    public IReadOnlyList<string> Lists { get; } = [register.Name];

    public IReadOnlySet<string> ListsFor(StopSet stops) => FrozenSet<string>.Empty;

    public Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken) =>
        Task.FromResult<VendorOutcome>(new VendorOutcome.Rejected($"The register {Name} takes no entries of ours."));

    public async Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken)
    {
        var page = await files.PageAsync(Name, options.Files, _channel, cursor, cancellationToken);
        if (page.Failure is { } failure)
            return new VendorPull.Failed(failure);

        // The scope is never recorded: whoever registered has said nothing to us. A date ahead of now is a slip; the entry stands.
        VendorEntry[] entries = [.. page.Entries.Select(e => new VendorEntry(
            e.Identifier, list, VendorEntryKind.Registered, new Scope(_channel, null), e.At is { } at && at < until ? at : until))];
        return new VendorPull.Page(entries, page.Next, page.Unreadable) { Notices = page.Drop is { } drop ? [.. Notices(drop, until)] : [] };
    }

    private IEnumerable<string> Notices(ListDrop drop, DateTimeOffset now)
    {
        if (drop.PassedOver is { } damaged)
            yield return $"The list {damaged} is newer than the one that was read, {drop.Name}, but does not fit its digest: drop it again.";
        if (register.RuleAt(now) is not { } rule)
            yield break;

        var (age, most) = (now - drop.At, options.MaxAge ?? rule.MaxAge);
        if (age > most)
        {
            yield return $"The list {drop.Name} of {drop.At.UtcDateTime.ToString("d MMMM yyyy", CultureInfo.InvariantCulture)} is {Days(age)} old, and may be {Days(most)} ({(options.MaxAge is null ? rule.Source : $"OptOut:Registers:{Name}:MaxAge")}). "
                + "It goes on denying, but who registered since is missing: drop a newer one before anything is sent.";
        }
    }

    private static string Days(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days");
}
