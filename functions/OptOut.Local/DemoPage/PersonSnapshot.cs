using OptOut.Consent;
using OptOut.Records;

namespace OptOut.Local.DemoPage;

/// <summary>Everything the page shows of one person, at one moment.</summary>
/// <param name="MaySend">By channel the person can be reached over.</param>
/// <param name="Vendors">Those of the channels the person can be reached over.</param>
/// <param name="FirstBroken">The first ledger entry that is not what was written; null when the chain holds.</param>
/// <param name="Received">The service mails that the sandbox's SendGrid took for this person, the latest first.</param>
/// <param name="SandboxAnswers">Whether <paramref name="Received"/> and the vendors' lists are known.</param>
internal sealed record PersonSnapshot(
    SubjectKey Subject,
    IReadOnlyList<ChannelAnswer> MaySend,
    ConsentState State,
    IReadOnlyList<LedgerEntry> Ledger,
    long? FirstBroken,
    IReadOnlyList<VendorView> Vendors,
    IReadOnlyList<ReceivedMail> Received,
    bool SandboxAnswers)
{
    /// <summary>Nothing may go over any channel, about any topic.</summary>
    public bool StoppedEverywhere => MaySend.All(answer => answer.Topics.All(topic => !topic.Allowed));

    public bool StoppedSomewhere => MaySend.Any(answer => answer.Topics.Any(topic => !topic.Allowed));

    public LedgerEntry? Latest => Ledger.Count > 0 ? Ledger[^1] : null;

    /// <summary>How long the slowest vendor took; null while one has not confirmed, and before anything happened.</summary>
    public TimeSpan? TimeToStop => Vendors.All(vendor => vendor.Row?.Status == VendorStatus.Confirmed) ? Vendors.Max(vendor => vendor.Row!.TimeToStop) : null;
}

/// <summary>The answer to "may I send?" over a channel: in general, then for each topic.</summary>
internal sealed record ChannelAnswer(Channel Channel, IReadOnlyList<TopicAnswer> Topics);

/// <param name="Topic">Null: marketing in general.</param>
internal sealed record TopicAnswer(Topic? Topic, bool Allowed);

/// <param name="Row">What the vendor confirmed to us; null when it was never told anything.</param>
/// <param name="Entries">What stands on its lists now.</param>
internal sealed record VendorView(string Name, Channel Channel, VendorRow? Row, IReadOnlyList<ListEntry> Entries);

/// <param name="Dropped">Why the vendor did not deliver it; null when it did.</param>
internal sealed record ReceivedMail(string Id, string SubjectLine, DateTimeOffset At, string? Dropped);
