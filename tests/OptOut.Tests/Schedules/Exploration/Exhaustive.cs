namespace OptOut.Tests.Schedules.Exploration;

/// <summary>
/// Enumerates every schedule with at most so many preemptions, depth first: each run follows the decisions of the one before up to the last
/// one that can still be taken differently.
/// </summary>
internal sealed class Exhaustive : IStrategy
{
    private readonly int _preemptions;
    private readonly List<(int Chosen, int Of)> _path = [];
    private int _depth, _left;
    private Actor? _last;

    /// <param name="preemptions">How often at most an actor is put off though it could go on.</param>
    public Exhaustive(int preemptions) => _left = _preemptions = preemptions;

    /// <summary>Moves on to the next schedule.</summary>
    /// <returns>False when there is none.</returns>
    public bool Next()
    {
        while (_path.Count > 0 && _path[^1].Chosen + 1 == _path[^1].Of)
            _path.RemoveAt(_path.Count - 1);
        if (_path.Count == 0)
            return false;
        _path[^1] = (_path[^1].Chosen + 1, _path[^1].Of);
        (_depth, _left, _last) = (0, _preemptions, null);
        return true;
    }

    public int Choose(IReadOnlyList<Operation> pending)
    {
        // The actor that ran last comes first; any other is a preemption while that one could go on.
        int[] own = [.. Enumerable.Range(0, pending.Count).Where(i => pending[i].Actor == _last)];
        int[] others = own.Length > 0 && _left == 0 ? [] : [.. Enumerable.Range(0, pending.Count).Except(own)];
        int[] options = [.. own, .. others];
        if (_depth == _path.Count)
            _path.Add((0, options.Length));
        if (_path[_depth].Of != options.Length)
            throw new InvalidOperationException("The same decisions led to another schedule.");
        var chosen = _path[_depth++].Chosen;
        if (own.Length > 0 && chosen >= own.Length)
            _left--;
        _last = pending[options[chosen]].Actor;
        return options[chosen];
    }

    public Mishap Strike(Operation operation) => Mishap.None;

    public int Milliseconds() => 1;
}
