using System.ComponentModel;

namespace OptOut.Consent;

public enum Decision
{
    Stop,
    Allow,
}

/// <summary>Stored and published by name: never rename.</summary>
[Description("The endpoint that received a change.")]
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
/// Where a change came from, for the ledger. It contains nothing personal: no address, no number, no name, no IP address.
/// </summary>
/// <param name="Channel">The channel of the message whose link was used.</param>
/// <param name="Topic">The topic of that message.</param>
/// <param name="Campaign">The campaign number in the link, 0 if there was none.</param>
/// <param name="Vendor">The vendor that reported it: 1 to 32 of <c>a-z 0-9 -</c>.</param>
/// <param name="Reference">The vendor's or agent's own reference: 1 to 200 printable ASCII characters.</param>
/// <param name="By">Who recorded it, if not the person: the name of an API key, the object id of a member of staff, or the file and line of
/// an import. 1 to 200 printable ASCII characters.</param>
public sealed record ChangeEvidence(
    Channel? Channel = null,
    Topic? Topic = null,
    uint Campaign = 0,
    string? Vendor = null,
    string? Reference = null,
    string? By = null)
{
    public static ChangeEvidence None { get; } = new();
}

/// <summary>Thrown when something other than the person's own action would undo a Stop.</summary>
internal sealed class AllowNotPermittedException(Source source, Scope scope)
    : InvalidOperationException($"{source} may not allow {scope}: only the person's own action through a verified endpoint may.");

/// <summary>One decision about one scope of one subject at one moment.</summary>
public sealed record Change
{
    private Change() { }

    /// <summary>The event id, by which a replay is recognised.</summary>
    public required Guid Id { get; init; }

    /// <summary>The id shared by all changes of one submission. Equal to <see cref="Id"/> when the change is the only one.</summary>
    public required Guid SubmissionId { get; init; }

    public required SubjectKey Subject { get; init; }

    public required Scope Scope { get; init; }

    public required Decision Decision { get; init; }

    /// <summary>
    /// The number of the state that the person had in front of them when they allowed something: an Allow undoes only the Stops up to it.
    /// In a ledger entry, the number up to which it undid them. Null for a Stop, which needs none.
    /// </summary>
    public required long? Seen { get; init; }

    /// <summary>
    /// When the person decided, to the millisecond, never later than <see cref="ReceivedAt"/>. For people and for proof: it decides nothing,
    /// except whether what a vendor or an import reports is older than an Allow.
    /// </summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When we learned of it, to the millisecond.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    public required Source Source { get; init; }

    public required ChangeEvidence Evidence { get; init; }

    /// <summary>
    /// The only way to create a change, also when reading one from a table or the bus, so that three rules always apply: a time later than
    /// <paramref name="receivedAt"/> is clamped to it, an Allow needs a source that may allow, and it says what the person had seen.
    /// </summary>
    /// <exception cref="AllowNotPermittedException">An Allow that is not the person's own action.</exception>
    /// <exception cref="ArgumentException">
    /// The decision or source is not a defined value, an Allow does not say what was seen or a Stop does, the evidence's vendor is not a
    /// valid vendor name, or its reference or author is not 1 to 200 printable ASCII characters.
    /// </exception>
    public static Change Create(
        Guid id,
        SubjectKey subject,
        Scope scope,
        Decision decision,
        DateTimeOffset at,
        DateTimeOffset receivedAt,
        Source source,
        ChangeEvidence? evidence = null,
        Guid? submissionId = null,
        long? seen = null)
    {
        // An undefined value is not a Stop, so every reader would treat it as an Allow.
        if (!Enum.IsDefined(decision))
            throw new ArgumentOutOfRangeException(nameof(decision), decision, "The decision must be Stop or Allow.");
        if (!Enum.IsDefined(source))
            throw new ArgumentOutOfRangeException(nameof(source), source, "Unknown source.");
        if (decision == Decision.Allow && !source.MayAllow(scope))
            throw new AllowNotPermittedException(source, scope);
        if (decision == Decision.Allow ? seen is not >= 0 : seen is not null)
            throw new ArgumentException("An Allow needs the number of the state that the person saw, and a Stop has none.", nameof(seen));
        if (!IsText(evidence?.Reference) || !IsText(evidence?.By))
        {
            throw new ArgumentException(
                "The evidence's reference and author must be 1 to 200 printable ASCII characters.", nameof(evidence));
        }

        if (evidence?.Vendor is { } vendor
            && (vendor.Length is 0 or > 32 || vendor.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')))
        {
            throw new ArgumentException("The evidence's vendor must be 1 to 32 of a-z, 0-9 and -.", nameof(evidence));
        }

        return new Change
        {
            Id = id,
            SubmissionId = submissionId ?? id,
            Subject = subject,
            Scope = scope,
            Decision = decision,
            Seen = seen,
            At = Milliseconds(at < receivedAt ? at : receivedAt),
            ReceivedAt = Milliseconds(receivedAt),
            Source = source,
            Evidence = evidence ?? ChangeEvidence.None,
        };
    }

    private static bool IsText(string? text) => text is null || (text.Length is > 0 and <= 200 && text.All(c => c is >= ' ' and <= '~'));

    // The ledger's hash covers the time as written, so the time must not lose digits in any store.
    internal static DateTimeOffset Milliseconds(DateTimeOffset moment) =>
        new(moment.UtcTicks - (moment.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}

internal static class Sources
{
    /// <summary>
    /// Whether the source is the person's own action through a verified endpoint, and so may add an Allow. An SMS START
    /// proves only who has that phone, so it applies to SMS alone.
    /// </summary>
    public static bool MayAllow(this Source source, Scope scope) => source switch
    {
        Source.UnsubscribePage or Source.PreferencePage or Source.Portal => true,
        Source.SmsReply => scope.Channel == Channel.Sms,
        _ => false,
    };

    /// <summary>
    /// Whether the person told us, and is sent a confirmation. Who complained to a vendor, or is on a list, did not contact us and has not asked
    /// for a mail.
    /// </summary>
    public static bool IsToUs(this Source source) => !source.Reports();

    /// <summary>Whether the source hands out a reference number, so that a Stop which only repeats what stands has a ledger entry too.</summary>
    public static bool HandsOutReference(this Source source) => source
        is Source.UnsubscribePage or Source.PublicPage or Source.PreferencePage or Source.Portal or Source.PrintedCode or Source.PhoneAgent;

    /// <summary>Whether the source reports what a person did elsewhere, at a moment that it states.</summary>
    public static bool Reports(this Source source) => source is Source.VendorWebhook or Source.Reconciliation or Source.Import;
}
