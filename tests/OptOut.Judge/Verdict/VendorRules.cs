namespace OptOut.Judge;

/// <summary>Every vendor of a channel holds what is stopped there for every contact point, and nothing else.</summary>
internal static class VendorRules
{
    public static IEnumerable<Finding> Judge(Observed observed, Expectation expectation)
    {
        var entries = observed.VendorEntries.ToHashSet();
        foreach (var list in VendorLists.All.Where(l => observed.Vendors.Contains(l.Vendor)))
        {
            foreach (var contact in expectation.Contacts.Where(c => c.Kind == list.Kind))
            {
                var listed = entries.Contains(new VendorEntry(list.Vendor, list.Name, contact));
                var expected = list.Cells.Select(cell => (Cell: cell, Expected: expectation.Of(contact, cell))).ToList();
                if (!listed && expected.TrueForAll(e => e.Expected.Standing == Standing.Stopped))
                {
                    yield return new Finding(
                        "An opt-out that was answered is stopped at every vendor of its channel.",
                        $"{expected[0].Expected.Because} stopped {contact}; {list.Vendor} does not have it on its list {list.Name}. "
                            + $"Our row says: {Confirmation(observed, contact, list.Vendor)}.",
                        IsToldSince(observed, contact, list.Vendor, expected[0].Expected.Because!) ? Areas.Pusher : Areas.Lost);
                }
                else if (listed
                    && expected.Find(e => e.Expected.Standing == Standing.Allowed) is { Expected.Standing: Standing.Allowed } allowed
                    && !observed.IsStoppedByState(contact, allowed.Cell)
                    && !IsTheVendorsOwn(list.Vendor, contact, expectation))
                {
                    yield return new Finding(
                        "Nobody is on a vendor's list who did not ask, or who allowed it again.",
                        $"{list.Vendor} has {contact} on its list {list.Name}, and {allowed.Cell} must be allowed"
                            + $"{(allowed.Expected.Because is { } allow ? $" since {allow}" : ": nobody asked to stop it")}. "
                            + $"Our row says: {Confirmation(observed, contact, list.Vendor)}.",
                        Areas.Pusher);
                }
            }
        }

        var known = expectation.Contacts.ToHashSet();
        foreach (var entry in observed.VendorEntries.Where(e => !known.Contains(e.Contact)))
        {
            yield return new Finding(
                "Nobody is on a vendor's list who did not ask.",
                $"{entry.Vendor} has {entry.Contact} on its list {entry.List}; no act of the journal names it.",
                Areas.Pusher);
        }
    }

    // Postmark does not lift what the recipient did there. Elsewhere an entry stays that the vendor made and could not tell us of.
    private static bool IsTheVendorsOwn(string vendor, Contact contact, Expectation expectation) => expectation.ActsOn(contact)
        .Any(a => a.Act.Vendor == vendor && (vendor == "postmark" || a.Ended == long.MaxValue));

    // Whether the handler wrote anything down about the vendor since the act: if not, no message may have reached it.
    private static bool IsToldSince(Observed observed, Contact contact, string vendor, JournalledAct act) => observed.Subjects
        .Where(s => s.Contacts.Contains(contact))
        .SelectMany(s => s.Confirmations)
        .Any(c => c.Vendor == vendor && c.At >= act.Attempts[0].SentAt);

    private static string Confirmation(Observed observed, Contact contact, string vendor) => string.Join(
        ", ",
        from subject in observed.Subjects
        where subject.Contacts.Contains(contact)
        from confirmation in subject.Confirmations
        where confirmation.Vendor == vendor
        select $"{subject.Key} {confirmation.Status}{(confirmation.Reason is { } reason ? $" ({reason})" : "")}") is { Length: > 0 } text
            ? text
            : "nothing";
}
