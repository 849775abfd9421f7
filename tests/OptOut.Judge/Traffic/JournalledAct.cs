namespace OptOut.Judge;

/// <summary>One time that an act was sent. Positions are lines of the journal.</summary>
/// <param name="Ended">The position of its answer; null when there was none.</param>
internal sealed record Attempt(
    long Began, DateTimeOffset SentAt, long? Ended = null, DateTimeOffset? AnsweredAt = null, Answer? Answer = null)
{
    /// <summary>Whether it may still take effect, or have taken effect: it was not answered, or the answer leaves that open.</summary>
    public bool IsLoose => Answer is null or { Outcome: Outcome.Unknown };
}

/// <summary>An act and every time that it was sent.</summary>
internal sealed record JournalledAct(Act Act, IReadOnlyList<Attempt> Attempts)
{
    /// <summary>The answer that says that it is recorded, or was so already; null when there is none.</summary>
    public Attempt? Success => Attempts.FirstOrDefault(a => a.Answer is { Outcome: Outcome.Recorded or Outcome.Unchanged });

    public bool IsRecorded => Attempts.Any(a => a.Answer is { Outcome: Outcome.Recorded });

    /// <summary>Whether it certainly had no effect: each time it was refused.</summary>
    public bool IsVoid => Attempts.All(a => a.Answer is { Outcome: Outcome.Limited or Outcome.Refused });

    /// <summary>From here on it may have an effect.</summary>
    public long Began => Attempts[0].Began;

    /// <summary>From here on it certainly has no further effect; the end of time while an attempt is unanswered.</summary>
    public long Ended => Attempts.Any(a => a.IsLoose) ? long.MaxValue : Attempts.Max(a => a.Ended ?? long.MaxValue);

    /// <summary>
    /// Until when a message of it may have waited: longer than one stays with somebody who died or froze with it.
    /// </summary>
    public DateTimeOffset OnItsWayUntil => Attempts.Max(a => a.AnsweredAt ?? a.SentAt) + TimeSpan.FromMinutes(3);

    public string? Reference => Success?.Answer?.Reference;

    /// <summary>
    /// Whether an entry of a ledger may have come of this act, if the act concerns its subject. An undo may write again whatever it leaves.
    /// </summary>
    public bool Fits(LedgerLine line) => !IsVoid && (line.Source == Act.Source || IsFoundAtNight(line)) && line.Vendor == (Act.Vendor ?? "")
        && (Act.Undoes is not null
            || (line.IsStop
                ? Act.Stops.Count > 0 && Cell.Covered(line.Scope).All(c => Act.Stops.Contains(c.ToString()))
                : Act.Allows.Count > 0));

    // What a person did at a vendor, and the vendor could not tell.
    private bool IsFoundAtNight(LedgerLine line) => line.Source == "Reconciliation" && Act.Source == "VendorWebhook";

    public static IReadOnlyList<JournalledAct> From(IEnumerable<JournalLine> lines)
    {
        var acts = new Dictionary<string, (Act Act, SortedDictionary<int, Attempt> Attempts)>(StringComparer.Ordinal);
        foreach (var (position, line) in lines.Index())
        {
            if (line.Sent is { } act)
            {
                if (!acts.TryGetValue(act.Id, out var known))
                    acts[act.Id] = known = (act, []);
                known.Attempts[line.Attempt] = new Attempt(position, line.At);
            }
            else if (line.Answered is { } id
                && acts.TryGetValue(id, out var sent)
                && sent.Attempts.TryGetValue(line.Attempt, out var attempt))
            {
                sent.Attempts[line.Attempt] = attempt with { Ended = position, AnsweredAt = line.At, Answer = line.Answer };
            }
        }

        return [.. acts.Values.Select(a => new JournalledAct(a.Act, [.. a.Attempts.Values]))];
    }

    /// <summary>The act in words, for a finding.</summary>
    public override string ToString()
    {
        var who = Act.Person is { } person ? $"customer {person}" : Act.ContactPoint;
        var answered = Success is { AnsweredAt: { } at }
            ? $"answered {at:HH:mm:ss.fff}{(Attempts.Count > 1 ? $" at attempt {Attempts.Count}" : "")}"
            : $"not answered, first sent {Attempts[0].SentAt:HH:mm:ss.fff}";
        return $"act {Act.Id} ({Act.Entry}, {who}, {answered}{(Reference is { } number ? $", reference {number}" : "")})";
    }
}
