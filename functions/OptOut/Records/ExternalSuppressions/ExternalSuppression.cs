using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>
/// A reason not to send that is not the person's decision: a contact point is in a register, or does not work. It never becomes a Stop, is
/// not in any ledger, and is deleted when its reason no longer applies.
/// </summary>
/// <param name="Origin">The register's name, or <see cref="BounceOrigin"/>.</param>
/// <param name="Channels">The channels not to send on. Never empty.</param>
/// <param name="Since">When the contact point was registered or bounced, by the clock of the register or vendor.</param>
internal sealed record ExternalSuppression(Identifier Identifier, string Origin, IReadOnlyList<Channel> Channels, DateTimeOffset Since)
{
    private const string Bounce = "bounce:";

    /// <summary>Whether the contact point does not work, as opposed to being in a register.</summary>
    public bool IsBounce => Origin.StartsWith(Bounce, StringComparison.Ordinal);

    /// <summary>The vendor at which the contact point bounced, or the register.</summary>
    public string Party => IsBounce ? Origin[Bounce.Length..] : Origin;

    /// <summary>
    /// Whether marketing on the channel is blocked at the given time. The register's rule in force at that time decides, not the one in
    /// force when the entry was written. A register that no longer has rules here still blocks the channels in its entries.
    /// </summary>
    public bool Blocks(Channel channel, DateTimeOffset now) =>
        !IsBounce && Register.Find(Origin) is { } register
            ? register.RuleAt(now) is { } rule && rule.BlockedChannels.Contains(channel)
            : Channels.Contains(channel);

    /// <summary>The origin of a bounce at a vendor: <c>bounce:sendgrid</c>.</summary>
    public static string BounceOrigin(string vendor) => Bounce + vendor;
}
