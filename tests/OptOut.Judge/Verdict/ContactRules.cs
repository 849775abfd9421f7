namespace OptOut.Judge;

/// <summary>A contact point is stopped when anybody who has it stopped, in its row and in what the check answers, and only then.</summary>
internal static class ContactRules
{
    public static IEnumerable<Finding> Judge(Observed observed, Expectation expectation)
    {
        var known = expectation.Contacts.ToHashSet();
        var rows = observed.Contacts.ToDictionary(c => c.Contact);
        foreach (var contact in known)
        {
            foreach (var cell in contact.Cells)
            {
                var stopped = rows.TryGetValue(contact, out var row) && Answering.Holds(row.Stops[cell.Channel], cell.Topic);
                if (Compare(contact, cell, stopped, observed, expectation, "its row says", Areas.Projection) is { } finding)
                    yield return finding;
            }
        }

        foreach (var answer in observed.Checks)
        {
            if (Compare(answer.Contact, answer.Cell, !answer.Allowed, observed, expectation, "GET /api/check says", Areas.Projection) is { } finding)
                yield return finding;
        }

        foreach (var row in observed.Contacts.Where(r => !known.Contains(r.Contact) && r.Stops.Values.Any(stops => stops != "-")))
        {
            yield return new Finding(
                "Nobody is stopped who did not ask.",
                $"The row of {row.Contact}, whom no act of the journal names, has stops: {string.Join(", ", row.Stops)}.",
                Areas.Projection);
        }

        foreach (var finding in observed.Contacts.SelectMany(row => Union(row, observed)))
            yield return finding;
    }

    private static Finding? Compare(
        Contact contact, Cell cell, bool stopped, Observed observed, Expectation expectation, string source, string area)
    {
        var expected = expectation.Of(contact, cell);
        return (expected.Standing, stopped) switch
        {
            (Standing.Stopped, false) => new Finding(
                "An opt-out that was answered stops every contact point of the person.",
                $"{expected.Because} stopped {cell} for {contact}; {source} it may be sent to.",
                area),
            (Standing.Allowed, true) when !observed.IsStoppedByState(contact, cell) => new Finding(
                "No contact point is stopped whose owners did not ask.",
                $"{cell} of {contact} must be allowed{(expected.Because is { } allow ? $" since {allow}" : ": nobody asked to stop it")}; "
                    + $"{source} it is stopped.",
                area),
            _ => null,
        };
    }

    // What the row says must be what its owners' states say together.
    private static IEnumerable<Finding> Union(ContactRecord row, Observed observed)
    {
        var owners = observed.Subjects.Where(s => row.Subjects.Contains(s.Key)).ToList();
        foreach (var cell in row.Contact.Cells)
        {
            var (stopped, must) = (
                Answering.Holds(row.Stops[cell.Channel], cell.Topic), owners.Exists(o => Answering.IsStopped(o.State, cell)));
            if (stopped != must)
            {
                yield return new Finding(
                    "The row of a contact point is what its owners' states say together.",
                    $"{cell} of {row.Contact} is {(stopped ? "stopped" : "allowed")}, and its owners {string.Join(", ", row.Subjects)} "
                        + $"{(must ? "stopped it" : "did not stop it")}.",
                    Areas.Projection);
            }
        }
    }
}
