using System.Text.Json.Serialization;

namespace OptOut.Judge;

/// <summary>Something that a person, an agent, a vendor or the controller asks of the product once, however often it is sent.</summary>
internal sealed record Act
{
    public required string Id { get; init; }

    /// <summary>The way in, in a few words.</summary>
    public required string Entry { get; init; }

    /// <summary>The customer number of the person whose link, code or login was used; null when a contact point says who it is.</summary>
    public string? Person { get; init; }

    /// <summary>The contact point that says who it is, as <see cref="Judge.Contact"/> writes it.</summary>
    public string? ContactPoint { get; init; }

    /// <summary>For an announcement: every contact point that the controller gives.</summary>
    public IReadOnlyList<string> Announces { get; init; } = [];

    /// <summary>What is stopped, as <see cref="Cell"/> writes it.</summary>
    public IReadOnlyList<string> Stops { get; init; } = [];

    /// <summary>What is allowed again.</summary>
    public IReadOnlyList<string> Allows { get; init; } = [];

    /// <summary>The source that the ledger must record.</summary>
    public string? Source { get; init; }

    /// <summary>The vendor at whom the person did it.</summary>
    public string? Vendor { get; init; }

    /// <summary>The reference number of the submission that an undo takes back.</summary>
    public string? Undoes { get; init; }

    [JsonIgnore]
    public bool IsAnnouncement => Announces.Count > 0;
}

/// <summary>What an answer says.</summary>
internal enum Outcome
{
    /// <summary>No answer, or one that leaves open what became of it: it may be recorded now, later or never.</summary>
    Unknown,

    Recorded,

    /// <summary>It was already so, and nothing had to be recorded.</summary>
    Unchanged,

    /// <summary>Too many requests: certainly not recorded.</summary>
    Limited,

    /// <summary>The product takes the request for a wrong one.</summary>
    Refused,
}

/// <param name="Reference">The reference number that the answer shows.</param>
/// <param name="Seen">The hidden field of a result page, which an undo sends back.</param>
/// <param name="IsLast">Whether the instance that answered was killed in this moment: the act stays the last of its person.</param>
internal sealed record Answer(
    Outcome Outcome, int Status, string? Reference = null, string? Seen = null, TimeSpan? RetryAfter = null, bool IsLast = false);
