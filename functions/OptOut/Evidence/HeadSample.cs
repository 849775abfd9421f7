using System.Security.Cryptography;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>
/// A random sample of the heads that are added, each equally likely (Vitter's algorithm R, https://doi.org/10.1145/3147.3165).
/// </summary>
/// <param name="max">The size of the sample.</param>
internal sealed class HeadSample(int max)
{
    private readonly List<AnchoredHead> _taken = [];

    /// <summary>How many were added.</summary>
    public long Seen { get; private set; }

    public IReadOnlyList<AnchoredHead> Taken => _taken;

    public void Add(AnchoredHead head)
    {
        Seen++;
        if (_taken.Count < max)
            _taken.Add(head);
        else if (RandomNumberGenerator.GetInt32((int)Math.Min(Seen, int.MaxValue)) is var index && index < max)
            _taken[index] = head;
    }
}
