using OptOut.Consent;
using OptOut.Identity;

namespace OptOut.Tests.Schedules;

/// <summary>What somebody asked for in a schedule, and what they were told.</summary>
internal sealed class Act(string name)
{
    public string Name { get; } = name;

    /// <summary>The changes that were asked for.</summary>
    public IReadOnlyList<Change> Changes { get; set; } = [];

    /// <summary>Whether the answer was that it is recorded.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>For an undo: the submission that was taken back.</summary>
    public Guid? Undone { get; set; }

    /// <summary>For an Allow: the changes behind what the person saw.</summary>
    public HashSet<Guid> Known { get; } = [];

    /// <summary>Those of them that only repeated what stood.</summary>
    public HashSet<Guid> KnownRepeats { get; } = [];

    /// <summary>For a vendor's report: whom it was about.</summary>
    public Identifier? About { get; set; }

    /// <summary>For a vendor's report: what it stopped.</summary>
    public Scope? Reported { get; set; }

    /// <summary>For a vendor's report: the id of the event, from which that of each owner's change is derived.</summary>
    public Guid Event { get; set; }

    /// <summary>Does it again. The caller must, as vendors repeat webhooks and the controller its calls; null for a person's act.</summary>
    public Func<Task>? Again { get; set; }
}
