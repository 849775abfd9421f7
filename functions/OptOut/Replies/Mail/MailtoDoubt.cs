using OptOut.Links;

namespace OptOut.Replies.Mail;

/// <summary>Why a mail is shown to the controller.</summary>
internal enum DoubtReason
{
    /// <summary>No link of ours, and the sender is not verified.</summary>
    Unidentified,

    /// <summary>A machine may have written it, on its own.</summary>
    Machine,

    /// <summary>The token in the address it was sent to was changed on its way.</summary>
    DamagedAddress,

    /// <summary>A customer quotes a mail that was sent to somebody else.</summary>
    QuotedLink,
}

/// <param name="Links">The tokens in the address that the mail was sent to.</param>
internal sealed record MailtoDoubt(DoubtReason Reason, IReadOnlyList<Link> Links)
{
    public MailtoDoubt(DoubtReason reason)
        : this(reason, [])
    {
    }

    /// <summary>The sender's address, where it was stopped; null when nothing was recorded.</summary>
    public string? StoppedSender { get; init; }

    // A record prints its members, and an address must not appear in a log line or an exception.
    public override string ToString() => Reason.ToString();
}
