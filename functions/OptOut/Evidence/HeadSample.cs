using System.Security.Cryptography;
using OptOut.Records;

namespace OptOut.Evidence;

/// <summary>Up to so many of the heads that go by, each as likely as any other (Vitter's algorithm R, https://doi.org/10.1145/3147.3165).</summary>
internal sealed class HeadSample(int most)
{
    private readonly List<AnchoredHead> _taken = [];

    /// <summary>How many went by.</summary>
    public long Seen { get; private set; }

    public IReadOnlyList<AnchoredHead> Taken => _taken;

    public void Add(AnchoredHead head)
    {
        Seen++;
        if (_taken.Count < most)
            _taken.Add(head);
        else if (RandomNumberGenerator.GetInt32((int)Math.Min(Seen, int.MaxValue)) is var place && place < most)
            _taken[place] = head;
    }
}
