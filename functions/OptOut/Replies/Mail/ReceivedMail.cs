namespace OptOut.Replies.Mail;

/// <summary>A mail that somebody sent us, as described by the service that received it.</summary>
internal sealed record ReceivedMail
{
    /// <summary>The same each time the same mail is delivered: its Message-ID, or a hash of what arrived.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// When it was delivered, by the service's clock. The sender's clock may be wrong by years, and the latest decision wins.
    /// </summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The recipients of the envelope (RFC 5321 RCPT TO).</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>The envelope's sender (RFC 5321 MAIL FROM): empty for the null return path, null when unknown.</summary>
    public required string? ReturnPath { get; init; }

    public required MailHeaders Headers { get; init; }

    public required string SubjectLine { get; init; }

    public required string Text { get; init; }

    public required string Html { get; init; }

    /// <summary>The domains whose DKIM signature on this mail is valid (RFC 6376).</summary>
    public required IReadOnlyList<string> DkimDomains { get; init; }

    /// <summary>Whether the envelope's domain authorises the sending machine (RFC 7208).</summary>
    public required bool SpfPass { get; init; }

    // A record prints all its members, but a person's mail must not appear in a log line or an exception.
    public override string ToString() => "mail";
}
