using OptOut.Consent;
using OptOut.Identity;
using OptOut.Messaging;

namespace OptOut.Vendors;

/// <summary>
/// A party that sends marketing, or holds a list for it, over one channel. An adapter translates and reports; when to try again,
/// what to record and what to remove is decided outside it, in one place for all vendors.
/// </summary>
internal interface IVendor
{
    /// <summary>Short, stable, part of row keys and of the report: 1 to 32 of <c>a-z 0-9 -</c>.</summary>
    string Name { get; }

    Channel Channel { get; }

    /// <summary>False for a register that is read and never told: it gets no push and confirms nothing.</summary>
    bool TakesPushes => true;

    /// <summary>The vendor's lists, in the order in which they are pulled; empty where a vendor gives none out.</summary>
    IReadOnlyList<string> Lists { get; }

    /// <summary>
    /// What to pull so that every list has been read: each list by itself, unless the vendor gives several out together under one
    /// name. Entries always name the list they stand on.
    /// </summary>
    IReadOnlyList<string> Pulls => Lists;

    /// <summary>
    /// The lists an identifier must stand on so that what is stopped stays stopped. An entry on a list that is not among them is drift
    /// one way, unless what it stops is stopped already; a list among them without the entry is drift the other way.
    /// </summary>
    IReadOnlySet<string> ListsFor(StopSet stops);

    /// <summary>
    /// Makes the vendor's lists equal to <see cref="VendorPush.Stops"/>. Pushing twice is pushing once. It adds whatever is missing, and
    /// removes only what <see cref="VendorPush.Confirmed"/> says we put there: an entry the vendor made itself is a Stop of the
    /// person's that may not have reached us yet.
    /// </summary>
    Task<VendorOutcome> PushAsync(VendorPush push, CancellationToken cancellationToken);

    /// <summary>One page of a list, of entries made up to <paramref name="until"/>, which stays the same for all pages of a run.</summary>
    /// <remarks>An entry may come twice in a run: vendors page by position, and a list changes while it is read.</remarks>
    /// <param name="list">One of <see cref="Pulls"/>.</param>
    /// <param name="until">The frozen end of the pull, so that entries made while it runs do not shift its pages.</param>
    /// <param name="cursor">Null for the first page, else <see cref="VendorPull.Page.Next"/> of the page before.</param>
    Task<VendorPull> PullAsync(string list, DateTimeOffset until, string? cursor, CancellationToken cancellationToken);
}

/// <param name="Identifier">The contact point the vendor knows.</param>
/// <param name="Stops">What must be stopped for it on the vendor's channel, now.</param>
/// <param name="Confirmed">What the vendor last confirmed to us, null when it never did.</param>
internal sealed record VendorPush(Identifier Identifier, StopSet Stops, StopSet? Confirmed);

/// <summary>What a pull answered: a page, or why there is none.</summary>
internal abstract record VendorPull
{
    private VendorPull() { }

    /// <param name="Entries">Each entry of the page; a malformed one is left out and counted.</param>
    /// <param name="Next">The cursor of the next page; null after the last.</param>
    /// <param name="Unreadable">How many entries could not be read as an identifier of this channel.</param>
    public sealed record Page(IReadOnlyList<VendorEntry> Entries, string? Next, int Unreadable = 0) : VendorPull
    {
        /// <summary>What a person should look at though the page was read; for the report, so nothing personal.</summary>
        public IReadOnlyList<string> Notices { get; init; } = [];
    }

    public sealed record Failed(VendorOutcome Outcome) : VendorPull;
}

/// <summary>What an entry on a vendor's list means for the person.</summary>
internal enum VendorEntryKind
{
    /// <summary>The person asked the vendor to stop.</summary>
    Unsubscribed,

    /// <summary>The person called the mail spam, which is an objection.</summary>
    Complaint,

    /// <summary>The address does not work. It says nothing about what the person wants, so it becomes an external suppression while it stands there, never a Stop.</summary>
    Undeliverable,

    /// <summary>Stands in a register: said to everybody, not to us. It becomes an external suppression while it stands there, never a Stop.</summary>
    Registered,
}

/// <param name="Identifier">Who stands on the list.</param>
/// <param name="List">One of <see cref="IVendor.Lists"/>.</param>
/// <param name="Stop">The scope a Stop has that is recorded because of this entry.</param>
/// <param name="At">When the vendor made the entry, by the vendor's clock.</param>
internal sealed record VendorEntry(Identifier Identifier, string List, VendorEntryKind Kind, Scope Stop, DateTimeOffset At);
