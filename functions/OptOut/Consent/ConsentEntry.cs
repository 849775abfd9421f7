namespace OptOut.Consent;

/// <summary>The last Stop of a scope.</summary>
/// <param name="Number">The number the store gave it, greater than 0. A Stop that only repeats it raises the number alone.</param>
/// <param name="Id">The change in the ledger.</param>
/// <param name="At">When the person said it.</param>
internal readonly record struct LastStop(long Number, Guid Id, DateTimeOffset At);

/// <summary>The Allow of a scope that saw most.</summary>
/// <param name="Seen">The number up to which it undoes Stops.</param>
/// <param name="Id">The change in the ledger.</param>
/// <param name="At">When it was received.</param>
internal readonly record struct LastAllow(long Seen, Guid Id, DateTimeOffset At);

/// <summary>
/// What is known about one scope: the Stop with the greatest number, and the Allow with the greatest seen number. Merging takes the maximum
/// of each, so the order in which changes arrive does not matter.
/// </summary>
internal readonly record struct ConsentEntry(LastStop? Stop, LastAllow? Allow)
{
    internal ConsentEntry Merge(ConsentEntry other) => new(Greatest(Stop, other.Stop), Greatest(Allow, other.Allow));

    internal static LastStop? Greatest(LastStop? a, LastStop? b) =>
        (a, b) is ({ } x, { } y) ? (x.Number, x.At, x.Id).CompareTo((y.Number, y.At, y.Id)) >= 0 ? a : b : a ?? b;

    // The moment and the id only make the order total: they decide which of two Allows that undo the same is named.
    internal static LastAllow? Greatest(LastAllow? a, LastAllow? b) =>
        (a, b) is ({ } x, { } y) ? (x.Seen, x.At, x.Id).CompareTo((y.Seen, y.At, y.Id)) >= 0 ? a : b : a ?? b;
}

/// <summary>The answer to "may we?", and what decided it; no scope at all means that nobody decided anything about it.</summary>
/// <param name="ChangeId">The change in the ledger that decided it.</param>
/// <param name="At">When that was said.</param>
internal readonly record struct ConsentAnswer(Decision Decision, Scope? DecidedBy, Guid? ChangeId, DateTimeOffset? At);
