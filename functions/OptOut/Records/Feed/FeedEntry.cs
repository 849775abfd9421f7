using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Records.Feed;

/// <summary>
/// A row of the feed: a message that carried a change, or a change of what a contact point may receive that came without one. It states
/// what stands, not what to do, so reading one twice does no harm.
/// </summary>
/// <param name="At">When it was written, by the writer's clock. For positions; it orders nothing.</param>
/// <param name="Head">The end of the subject's ledger; null without a message (but after a restore), and while the ledger is empty.</param>
/// <param name="Change">What the message carried; null without one.</param>
/// <param name="ContactPoints">What the subject's contact points may receive. Without a message, only one that changed.</param>
internal sealed record FeedEntry(
    DateTimeOffset At, SubjectKey Subject, LedgerHead? Head, FeedChange? Change, IReadOnlyList<FeedContactPoint> ContactPoints);

/// <summary>The changes of one message. A message that is delivered again writes another row with the same id.</summary>
/// <param name="Id">The id of the message.</param>
/// <param name="Channel">The channel of the message whose link was used, if it is known.</param>
/// <param name="Campaign">The campaign number in the link; 0 if there was none.</param>
/// <param name="Decisions">What the store took. Empty if all of it was old news, or had seen a state that nobody knows.</param>
internal sealed record FeedChange(
    Guid Id, Guid Submission, Source Source, Channel? Channel, uint Campaign, IReadOnlyList<FeedDecision> Decisions);

internal readonly record struct FeedDecision(Decision Decision, Scope Scope);

/// <summary>
/// What a contact point may receive: what all of its owners allow.
/// <para>
/// A row is written after the contact point's own, so two rows may come in the wrong order. Of two rows about one contact point, the one
/// with the higher version is the later, whatever their keys say:
/// <code>
/// apply 1   identifiers: version 7, -                              feed: version 7, -      (newest key, and not what stands)
/// apply 2                             identifiers: version 8, *  feed: version 8, *
/// </code>
/// A reader that keeps answers keeps their versions too, and takes no lower one.
/// </para>
/// </summary>
/// <param name="Version">Counts the writes of the contact point's row.</param>
internal sealed record FeedContactPoint(
    IdentifierKind Kind, IdentifierHash Hash, long Version, IReadOnlyDictionary<Channel, StopSet> Stops);
