using Microsoft.Extensions.Options;
using OptOut.Consent;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Messaging;
using OptOut.Records;
using OptOut.Vendors;

namespace OptOut.Delivery;

/// <summary>Decides which subscriptions have something to do after a change, from what is stored.</summary>
internal sealed class FanOut(IEnumerable<IVendor> vendors, IdentifierProtector protector, IOptions<ConfirmationOptions> confirmation)
{
    private readonly ILookup<Channel, string> _vendors = vendors.Where(v => v.AcceptsPushes).ToLookup(v => v.Channel, v => v.Name);

    /// <param name="message">The submission.</param>
    /// <param name="applied">What the store made of it.</param>
    /// <param name="isRepeated">
    /// Whether the message was handled before, perhaps by a process that died and told nobody: then nothing is skipped.
    /// </param>
    public IEnumerable<string> Due(SubjectMessage message, Applied applied, bool isRepeated)
    {
        var isDue = isRepeated || !message.Changes.All(c => applied.Taken.State.Repeats.Any(r => r.Change.Id == c.Id));
        foreach (var channel in Channels.All)
        {
            if (message.Changes.Any(c => (c.Scope.Channel ?? channel) == channel)
                && (isDue || !IsConfirmed(channel, applied))
                && _vendors[channel].Any()
                && applied.Subject.Profile.Identifiers.Any(i => i.Channels.Contains(channel)))
            {
                yield return channel.Name();
            }
        }

        if (confirmation.Value.Enabled
            && message.Changes[0].Source.IsToUs()
            && applied.Subject.Profile.Current.Any(i => i.Kind == IdentifierKind.Email)
            && isDue)
        {
            yield return Topology.Confirmation;
        }
    }

    // For a Stop that only repeats what stands. A change that alters something goes to the vendors, whatever they confirmed before: a handler
    // that is still pushing the state before it would otherwise have the last word.
    private bool IsConfirmed(Channel channel, Applied applied) => _vendors[channel].All(vendor =>
    {
        var row = applied.Subject.Vendor(vendor);
        return (row is null or { Status: VendorStatus.Confirmed }) && applied.Permissions.All(p => !p.Stops.TryGetValue(channel, out var stops)
            || stops.Equals(row?.Stops.GetValueOrDefault(protector.Hash(p.Identifier)) ?? StopSet.Nothing));
    });
}
