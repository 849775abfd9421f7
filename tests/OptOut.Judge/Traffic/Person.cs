namespace OptOut.Judge;

/// <summary>A person whom the controller announces, and what the driver needs to act for them.</summary>
internal sealed class Person(string id, IReadOnlyList<Contact> contacts, bool isBystander)
{
    public string Id { get; } = id;

    /// <summary>Never touched: must stay allowed everywhere.</summary>
    public bool IsBystander { get; } = isBystander;

    /// <summary>What the controller announced last.</summary>
    public IReadOnlyList<Contact> Contacts { get; set; } = contacts;

    public string? Token { get; set; }

    public string? Code { get; set; }

    public bool IsAnnounced { get; set; }

    /// <summary>What is stopped after the acts that were answered; meaningless when <see cref="IsUncertain"/>.</summary>
    public HashSet<Cell> Stopped { get; } = [];

    /// <summary>
    /// Whether something unanswered may still change what is stopped. Such a person may stop; what they allow would prove nothing.
    /// </summary>
    public bool IsUncertain { get; set; }

    /// <summary>
    /// Whether the instance died at an answer to this person: nothing they do or are told later may bring back what was lost with it.
    /// </summary>
    public bool IsLeftAlone { get; set; }

    /// <summary>How many acts of this person are under way.</summary>
    public int Busy { get; set; }

    /// <summary>Whether the act under way must be the only one.</summary>
    public bool IsAlone { get; set; }

    /// <summary>The submission that the person may take back, while nothing else was done since.</summary>
    public LastSubmission? Last { get; set; }

    public Contact Of(string kind) => Contacts.First(c => c.Kind == kind);
}

/// <param name="Before">What was stopped before it.</param>
internal sealed record LastSubmission(string Reference, string Seen, IReadOnlySet<Cell> Before);
