using OptOut.Consent;
using OptOut.Records;

namespace OptOut.Local.DemoPage;

/// <summary>Everything the page shows about one person, at one moment.</summary>
/// <param name="MaySend">One answer for each channel over which the person can be reached.</param>
/// <param name="Vendors">The vendors of these channels.</param>
/// <param name="FirstBroken">The number of the first ledger entry that is missing or altered; null if the chain is intact.</param>
/// <param name="Received">The service mails that the sandbox's SendGrid accepted for this person, the latest first.</param>
/// <param name="SandboxAnswers">Whether the sandbox answered; if not, <paramref name="Received"/> and the vendors' lists are empty.</param>
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
    /// <summary>No marketing may be sent over any channel, about any topic.</summary>
    public bool StoppedEverywhere => MaySend.All(answer => answer.Topics.All(topic => !topic.Allowed));

    public bool StoppedSomewhere => MaySend.Any(answer => answer.Topics.Any(topic => !topic.Allowed));

    public LedgerEntry? Latest => Ledger.Count > 0 ? Ledger[^1] : null;

    /// <summary>The time of the slowest vendor; null while a vendor has not confirmed, and before the first change.</summary>
    public TimeSpan? TimeToStop =>
        Vendors.All(vendor => vendor.Row?.Status == VendorStatus.Confirmed) ? Vendors.Max(vendor => vendor.Row!.TimeToStop) : null;
}

/// <summary>The answer to "may I send?" for one channel: in general, then for each topic.</summary>
internal sealed record ChannelAnswer(Channel Channel, IReadOnlyList<TopicAnswer> Topics);

/// <param name="Topic">Null: marketing in general.</param>
internal sealed record TopicAnswer(Topic? Topic, bool Allowed);

/// <param name="Row">The state of our pushes to the vendor; null if it was never notified.</param>
/// <param name="Entries">The entries on its lists now.</param>
internal sealed record VendorView(string Name, Channel Channel, VendorRow? Row, IReadOnlyList<ListEntry> Entries);

/// <param name="Dropped">Why the vendor did not deliver it; null if it did.</param>
internal sealed record ReceivedMail(string Id, string SubjectLine, DateTimeOffset At, string? Dropped);
