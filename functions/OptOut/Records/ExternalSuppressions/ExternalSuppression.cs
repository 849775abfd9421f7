using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.ExternalSuppressions;

/// <summary>
/// A reason not to send that is no decision of the person's: a contact point stands in a register, or does not work. It never becomes a Stop, stands in
/// no ledger, and is gone without a trace when its reason is.
/// </summary>
/// <param name="By">The register's name, or <see cref="OfBounces"/>.</param>
/// <param name="Channels">What is not to be sent over. Never empty.</param>
/// <param name="Since">When the contact point was registered, or bounced, by the clock of whoever says so.</param>
internal sealed record ExternalSuppression(Identifier Identifier, string By, IReadOnlyList<Channel> Channels, DateTimeOffset Since)
{
    private const string Bounce = "bounce:";

    /// <summary>Whether the contact point does not work, as opposed to standing in a register.</summary>
    public bool IsBounce => By.StartsWith(Bounce, StringComparison.Ordinal);

    /// <summary>The vendor to which the contact point bounced, or the register.</summary>
    public string Party => IsBounce ? By[Bounce.Length..] : By;

    /// <summary>
    /// Whether marketing over the channel is denied at a moment: by the register's rule then in force, whatever it was when the entry was made. A register
    /// that is no longer known goes on denying what it denied.
    /// </summary>
    public bool Denies(Channel channel, DateTimeOffset now) =>
        !IsBounce && Register.Find(By) is { } register ? register.RuleAt(now) is { } rule && rule.Denies.Contains(channel) : Channels.Contains(channel);

    /// <summary>By what a contact point is denied that bounced at a vendor: <c>bounce:sendgrid</c>.</summary>
    public static string OfBounces(string vendor) => Bounce + vendor;
}
