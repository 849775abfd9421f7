using System.Globalization;

namespace OptOut.Evidence;

/// <summary>Reads anchors in order, and reports where their chain is broken.</summary>
internal sealed class AnchorChain(AnchorStore anchors)
{
    /// <summary>Numbers that should exist and do not.</summary>
    public static IEnumerable<LedgerMismatch> Gaps(IReadOnlyList<long> numbers, long oldest)
    {
        var expected = oldest;
        foreach (var number in numbers.Where(n => n >= oldest))
        {
            if (number > expected)
            {
                yield return Mismatch(
                    $"Missing: {Anchor.Name(expected)}{(number - 1 > expected ? $" to {Anchor.Name(number - 1)}" : "")}.", expected);
            }

            expected = number + 1;
        }
    }

    /// <summary>Reads these anchors and compares each with the one before it, even when that one is not among them.</summary>
    /// <param name="numbers">The numbers of existing anchors, ascending.</param>
    /// <param name="read">Called with each anchor that can be read.</param>
    /// <param name="found">Called with each mismatch.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task ReadAsync(
        IEnumerable<long> numbers, Action<Anchor, AnchorDigest> read, Action<LedgerMismatch> found, CancellationToken cancellationToken)
    {
        AnchorDigest? previous = null;
        foreach (var number in numbers)
        {
            if (previous?.Number != number - 1)
                previous = number == 1 ? null : await anchors.DigestAsync(number - 1, cancellationToken);
            try
            {
                if (await anchors.FindAsync(number, cancellationToken) is not { } current)
                {
                    found(Mismatch("It was listed and is gone.", number));
                    continue;
                }

                // When the previous one is missing, Gaps has already reported it.
                if (number == 1 ? current.Anchor.Previous is not null : previous is not null && current.Anchor.Previous != previous)
                {
                    found(Mismatch(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"The SHA-256 of {Anchor.Name(number - 1)} is not the one that "
                                + $"{Anchor.Name(number)} contains: one of the two was replaced."),
                        number));
                }

                previous = current.Digest;
                read(current.Anchor, current.Digest);
            }
            catch (FormatException e)
            {
                found(Mismatch($"{Anchor.Name(number)} cannot be read: {e.Message}", number));
                previous = null;
            }
        }
    }

    public static LedgerMismatch Mismatch(string what, long number) => new(MismatchKind.Anchor, what, null, number);
}
