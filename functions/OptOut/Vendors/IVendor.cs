using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors;

/// <summary>
/// A party that sends marketing, or keeps a list for it, over one channel. An adapter translates and reports. When to retry, what to
/// record and what to remove is decided outside the adapter, in one place for all vendors.
/// </summary>
internal interface IVendor
{
    /// <summary>Short and stable, 1 to 32 characters of <c>a-z 0-9 -</c>. Part of row keys and of the report.</summary>
    string Name { get; }

    Channel Channel { get; }

    /// <summary>False for a register, which is only read: it receives no pushes and confirms nothing.</summary>
    bool AcceptsPushes => true;

    /// <summary>The vendor's lists, in the order in which they are pulled; empty when the vendor does not make any available.</summary>
    IReadOnlyList<string> Lists { get; }

    /// <summary>
    /// What to pull to read every list: each list on its own, unless the vendor returns several lists together under one name. An entry
    /// always names the list it is on.
    /// </summary>
    IReadOnlyList<string> Pulls => Lists;

    /// <summary>
    /// The lists an identifier must be on for <paramref name="stops"/> to take effect. An entry on any other list is drift, unless what
    /// it stops is already stopped. A missing entry on one of these lists is drift the other way.
    /// </summary>
    IReadOnlySet<string> ListsFor(StopSet stops);

    /// <summary>
    /// Updates the vendor's lists to match <see cref="VendorPush.Stops"/>; pushing is idempotent. It adds whatever is missing, but
    /// removes only what <see cref="VendorPush.Confirmed"/> says we put there: an entry that the vendor made itself is a Stop by the
    /// person that may not have reached us yet.
    /// </summary>
    Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken);

    /// <summary>
    /// Reads one page of a list, with entries made up to <paramref name="until"/>, which is the same for all pages of a run.
    /// </summary>
    /// <remarks>An entry may appear twice in a run: vendors page by position, and a list can change while it is read.</remarks>
    /// <param name="list">One of <see cref="Pulls"/>.</param>
    /// <param name="until">The fixed end of the pull, so that entries made while it runs do not shift its pages.</param>
    /// <param name="cursor">Null for the first page; otherwise <see cref="VendorPull.Page.Next"/> of the previous page.</param>
    Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken);
}

/// <param name="Identifier">The contact point as the vendor has it.</param>
/// <param name="Stops">What must be stopped for it on the vendor's channel now.</param>
/// <param name="Confirmed">What the vendor last confirmed to us; null when it never confirmed anything.</param>
internal sealed record VendorPush(Identifier Identifier, StopSet Stops, StopSet? Confirmed);

/// <summary>The result of a pull: a page, or the reason why there is none.</summary>
internal abstract record VendorPull
{
    private VendorPull() { }

    /// <param name="Entries">The entries of the page. Malformed ones are left out and counted.</param>
    /// <param name="Next">The cursor of the next page; null after the last page.</param>
    /// <param name="Unreadable">How many entries could not be read as an identifier of this channel.</param>
    public sealed record Page(IReadOnlyList<VendorEntry> Entries, string? Next, int Unreadable = 0) : VendorPull
    {
        /// <summary>
        /// Problems that somebody should look into although the page was read. They go into the report, so they contain no personal data.
        /// </summary>
        public IReadOnlyList<string> Notices { get; init; } = [];
    }

    public sealed record Failed(VendorOutcome Outcome) : VendorPull;
}

/// <summary>What an entry on a vendor's list means for the person.</summary>
internal enum VendorEntryKind
{
    /// <summary>The person asked the vendor to stop.</summary>
    Unsubscribed,

    /// <summary>The person reported the mail as spam, which is an objection.</summary>
    Complaint,

    /// <summary>
    /// The address does not work. That says nothing about what the person wants, so it is an external suppression for as long as the
    /// entry is on the list, never a Stop.
    /// </summary>
    Undeliverable,

    /// <summary>
    /// The person is in a register, which applies to all senders, not to us in particular. It is an external suppression for as long as
    /// the entry is on the list, never a Stop.
    /// </summary>
    Registered,
}

/// <param name="Identifier">The contact point on the list.</param>
/// <param name="List">One of <see cref="IVendor.Lists"/>.</param>
/// <param name="Stop">The scope of the Stop that is recorded because of this entry.</param>
/// <param name="At">When the vendor made the entry, according to the vendor's clock.</param>
internal sealed record VendorEntry(Identifier Identifier, string List, VendorEntryKind Kind, Scope Stop, DateTimeOffset At);
