using System.ComponentModel;

namespace OptOut.Consent;

public enum Decision
{
    Stop,
    Allow,
}

/// <summary>Stored and published by name: never rename.</summary>
[Description("The endpoint a change came in by.")]
public enum Source
{
    OneClick,
    UnsubscribePage,
    PublicPage,
    PreferencePage,
    Portal,
    SmsReply,
    Mailto,
    PhoneAgent,
    PrintedCode,
    VendorWebhook,
    Reconciliation,
    Import,
}

/// <summary>
/// Where a change was seen, for the ledger. Nothing personal goes in here: no address, no number, no name, no IP address.
/// </summary>
/// <param name="Channel">The channel of the message whose link was used.</param>
/// <param name="Topic">The topic of that message.</param>
/// <param name="Campaign">The campaign number in the link, 0 where none was given.</param>
/// <param name="Vendor">The vendor that reported it: 1 to 32 of <c>a-z 0-9 -</c>.</param>
/// <param name="Reference">The vendor's or agent's own reference: 1 to 200 printable ASCII characters.</param>
public sealed record ChangeEvidence(Channel? Channel = null, Topic? Topic = null, uint Campaign = 0, string? Vendor = null, string? Reference = null)
{
    public static ChangeEvidence None { get; } = new();
}

/// <summary>An attempt to let something other than the person's own act undo a Stop.</summary>
internal sealed class AllowNotPermittedException(Source source, Scope scope)
    : InvalidOperationException($"An Allow for {scope} may not come from {source}: only the person's own act through a verified endpoint may.");

/// <summary>One decision about one scope of one subject at one moment.</summary>
public sealed record Change
{
    private Change() { }

    /// <summary>The event id: what makes a replay recognisable.</summary>
    public required Guid Id { get; init; }

    /// <summary>What the person did in one go, which may make several changes: the id they have in common. The change's own where it stands alone.</summary>
    public required Guid SubmissionId { get; init; }

    public required SubjectKey Subject { get; init; }

    public required Scope Scope { get; init; }

    public required Decision Decision { get; init; }

    /// <summary>When the person decided, to the millisecond, never later than <see cref="ReceivedAt"/>.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When we learned of it, to the millisecond.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    public required Source Source { get; init; }

    public required ChangeEvidence Evidence { get; init; }

    /// <summary>
    /// The only way to make a change, also from a stored or published form, so that the two rules of every change hold everywhere:
    /// a moment ahead of <paramref name="receivedAt"/> is clamped to it, and an Allow needs a source that may allow.
    /// </summary>
    /// <exception cref="AllowNotPermittedException">An Allow by anything but the person's own act.</exception>
    /// <exception cref="ArgumentException">
    /// The decision or source is none that has a name, the evidence's vendor is not a vendor's name, or its reference is longer than 200 characters
    /// or not printable ASCII.
    /// </exception>
    public static Change Create(
        Guid id, SubjectKey subject, Scope scope, Decision decision, DateTimeOffset at, DateTimeOffset receivedAt, Source source, ChangeEvidence? evidence = null, Guid? submissionId = null)
    {
        // A number without a name would be no Stop, and so an Allow to whoever asks.
        if (!Enum.IsDefined(decision))
            throw new ArgumentOutOfRangeException(nameof(decision), decision, "A decision is Stop or Allow.");
        if (!Enum.IsDefined(source))
            throw new ArgumentOutOfRangeException(nameof(source), source, "Not a source.");
        if (decision == Decision.Allow && !source.MayAllow(scope))
            throw new AllowNotPermittedException(source, scope);
        if (evidence?.Reference is { } reference && (reference.Length is 0 or > 200 || reference.Any(c => c is < ' ' or > '~')))
            throw new ArgumentException("The evidence's reference must be 1 to 200 printable ASCII characters.", nameof(evidence));
        if (evidence?.Vendor is { } vendor && (vendor.Length is 0 or > 32 || vendor.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')))
            throw new ArgumentException("The evidence's vendor must be 1 to 32 of a-z, 0-9 and -.", nameof(evidence));

        return new Change
        {
            Id = id,
            SubmissionId = submissionId ?? id,
            Subject = subject,
            Scope = scope,
            Decision = decision,
            At = Milliseconds(at < receivedAt ? at : receivedAt),
            ReceivedAt = Milliseconds(receivedAt),
            Source = source,
            Evidence = evidence ?? ChangeEvidence.None,
        };
    }

    // The ledger's hash covers the written moment, so it must survive every store's precision.
    internal static DateTimeOffset Milliseconds(DateTimeOffset moment) =>
        new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}

internal static class Sources
{
    /// <summary>
    /// Whether the source is the person's own act through a verified endpoint, so that it may add an Allow. An SMS START
    /// proves only who holds that phone: it speaks for SMS alone.
    /// </summary>
    public static bool MayAllow(this Source source, Scope scope) => source switch
    {
        Source.UnsubscribePage or Source.PreferencePage or Source.Portal => true,
        Source.SmsReply => scope.Channel == Channel.Sms,
        _ => false,
    };
}
