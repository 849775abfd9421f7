namespace OptOut.Replies.Mail;

/// <summary>A mail that somebody sent us, as the service that took it in describes it.</summary>
internal sealed record ReceivedMail
{
    /// <summary>The same each time the same mail is handed over: its Message-ID, or a hash of what arrived.</summary>
    public required string Key { get; init; }

    /// <summary>When it was handed over, by the service's clock: the sender's own may be years wrong, and the latest decision wins.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whom the envelope is for (RFC 5321 RCPT TO).</summary>
    public required IReadOnlyList<string> Recipients { get; init; }

    /// <summary>The envelope's sender (RFC 5321 MAIL FROM): empty for the null return path, null when not told.</summary>
    public required string? ReturnPath { get; init; }

    public required MailHeaders Headers { get; init; }

    public required string SubjectLine { get; init; }

    public required string Text { get; init; }

    public required string Html { get; init; }

    /// <summary>The domains whose DKIM signature on this mail holds (RFC 6376).</summary>
    public required IReadOnlyList<string> DkimDomains { get; init; }

    /// <summary>Whether the envelope's domain lets the sending machine send for it (RFC 7208).</summary>
    public required bool SpfPass { get; init; }

    // A record writes all its members; a person's mail in a log line or an exception must not.
    public override string ToString() => "mail";
}
