using System.Globalization;

namespace OptOut.Evidence;

/// <summary>Reads anchors in their order, and says where the chain of them does not hold.</summary>
internal sealed class AnchorChain(AnchorStore anchors)
{
    /// <summary>Numbers that should be there and are not.</summary>
    public static IEnumerable<LedgerMismatch> Gaps(IReadOnlyList<long> numbers, long oldest)
    {
        var expected = oldest;
        foreach (var number in numbers.Where(n => n >= oldest))
        {
            if (number > expected)
                yield return Mismatch($"Missing: {Anchor.Name(expected)}{(number - 1 > expected ? $" to {Anchor.Name(number - 1)}" : "")}.", expected);
            expected = number + 1;
        }
    }

    /// <summary>Reads these anchors, each held against the one before it, also where that one is not among them.</summary>
    /// <param name="numbers">Of anchors that are there, ascending.</param>
    /// <param name="read">Is given each anchor that can be read.</param>
    /// <param name="found">Is given what does not hold.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task ReadAsync(IEnumerable<long> numbers, Action<Anchor, AnchorDigest> read, Action<LedgerMismatch> found, CancellationToken cancellationToken)
    {
        AnchorDigest? before = null;
        foreach (var number in numbers)
        {
            if (before?.Number != number - 1)
                before = number == 1 ? null : await anchors.LinkAsync(number - 1, cancellationToken);
            try
            {
                if (await anchors.FindAsync(number, cancellationToken) is not { } there)
                {
                    found(Mismatch("It was listed and is gone.", number));
                    continue;
                }

                // Where the one before is gone, Gaps has said so.
                if (number == 1 ? there.Anchor.Previous is not null : before is not null && there.Anchor.Previous != before)
                    found(Mismatch(string.Create(CultureInfo.InvariantCulture, $"{Anchor.Name(number - 1)} has not the SHA-256 that {Anchor.Name(number)} gives of it: one of the two was replaced."), number));
                before = there.Link;
                read(there.Anchor, there.Link);
            }
            catch (FormatException e)
            {
                found(Mismatch($"{Anchor.Name(number)} cannot be read: {e.Message}", number));
                before = null;
            }
        }
    }

    public static LedgerMismatch Mismatch(string what, long number) => new(MismatchKind.Anchor, what, null, number);
}
