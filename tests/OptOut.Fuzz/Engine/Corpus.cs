namespace OptOut.Fuzz.Engine;

/// <summary>The inputs worth changing: the seeds, and those that reached something new.</summary>
internal sealed class Corpus
{
    // Beyond this, an input that reaches something new takes the place of an old one.
    private const int MaxInputs = 4_000, MaxBytes = 16 * 1024 * 1024;

    private readonly List<byte[]> _inputs = [];
    private readonly Randomness _random;
    private readonly int _seeds;
    private long _bytes;

    public Corpus(IReadOnlyList<byte[]> seeds, Randomness random)
    {
        _random = random;
        _inputs.AddRange(seeds.Count > 0 ? seeds : [[]]);
        _seeds = _inputs.Count;
    }

    public int Count => _inputs.Count;

    public void Add(byte[] input)
    {
        if (_inputs.Count == _seeds || (_inputs.Count < MaxInputs && _bytes + input.Length <= MaxBytes))
        {
            _inputs.Add(input);
            _bytes += input.Length;
            return;
        }

        var place = _seeds + _random.Below(_inputs.Count - _seeds);
        _bytes += input.Length - _inputs[place].Length;
        _inputs[place] = input;
    }

    /// <summary>Any input; half of the time one of the newest, because what was reached last is least explored.</summary>
    public byte[] Pick()
    {
        var newest = Math.Min(32, _inputs.Count);
        return _random.OneIn(2) ? _inputs[^(1 + _random.Below(newest))] : _random.Of(_inputs);
    }
}
