namespace OptOut.Tests.Schedules.Exploration;

/// <summary>
/// Decides by numbers from a seed, in one of four ways: a random walk; a walk that stays with an actor for a while, so that one overtakes
/// another by far; the same with one actor held back after some requests until everybody else is done, so that it writes what it read
/// long ago; and priorities with a few changes (Burckhardt et al., "A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs",
/// 2010), which finds what takes few preemptions at the right places.
/// </summary>
internal sealed class RandomStrategy : IStrategy
{
    private const int ExpectedSteps = 150, PriorityChanges = 4, MostActors = 10, MostRequests = 24;

    private static readonly int[] Pauses = [0, 0, 1, 2, 3, 50];

    private readonly SeededNumbers _numbers;
    private readonly Func<Actor, bool> _canDeliverAgain;
    private readonly Way _way;
    private readonly Dictionary<Actor, ulong> _priorities = [];
    private readonly HashSet<int> _changes = [];
    private readonly Dictionary<Actor, (int Number, int Requests)> _actors = [];
    private readonly int _heldActor, _heldAfter;
    private int _mishaps, _step;
    private Actor? _last;
    private (Actor Actor, string Text, int Left) _outage;

    private enum Way
    {
        Walk,
        Stay,
        Hold,
        Priorities,
    }

    /// <param name="mishaps">How many operations at most fail, crash or are delivered again.</param>
    public RandomStrategy(SeededNumbers numbers, int mishaps, Func<Actor, bool>? canDeliverAgain = null)
    {
        (_numbers, _mishaps, _canDeliverAgain) = (numbers, mishaps, canDeliverAgain ?? (_ => false));
        _way = (Way)numbers.Below(4);
        (_heldActor, _heldAfter) = (numbers.Below(MostActors), numbers.Below(MostRequests));
        for (var i = 0; i < PriorityChanges; i++)
            _changes.Add(numbers.Below(ExpectedSteps));
    }

    public int Choose(IReadOnlyList<Operation> pending)
    {
        _step++;
        var chosen = _way switch
        {
            Way.Hold => Free(pending),
            Way.Stay when _last is not null && !_numbers.OneIn(8) && IndexOf(pending, _last) is >= 0 and var same => same,
            Way.Priorities => First(pending),
            _ => _numbers.Below(pending.Count),
        };
        _last = pending[chosen].Actor;
        return chosen;
    }

    public Mishap Strike(Operation operation)
    {
        if (_outage.Left > 0 && operation.Actor == _outage.Actor && operation.Text == _outage.Text)
        {
            _outage.Left--;
            return Mishap.FailBefore;
        }

        if (_mishaps == 0 || !_numbers.OneIn(30))
            return Mishap.None;
        _mishaps--;
        switch (_numbers.Below(6))
        {
            case 0 when operation.Kind != OperationKind.Own:
                // The client tries three times: a single failure it hides, three are an outage.
                _outage = (operation.Actor, operation.Text, _numbers.OneIn(2) ? 2 : 0);
                return Mishap.FailBefore;
            case 1 or 2 when operation.Kind is not (OperationKind.Own or OperationKind.Read):
                return Mishap.FailAfter;
            case 3:
                return Mishap.CrashAfter;
            case 4 when _canDeliverAgain(operation.Actor):
                return Mishap.DeliverAgain;
            case 5 when operation.Kind is OperationKind.Send or OperationKind.Write:
                return Mishap.TimeOut;
            default:
                return Mishap.CrashBefore;
        }
    }

    public int Milliseconds() => Pauses[_numbers.Below(Pauses.Length)];

    private int Free(IReadOnlyList<Operation> pending)
    {
        int[] free = [.. Enumerable.Range(0, pending.Count).Where(i => !IsHeld(pending[i].Actor))];
        if (free.Length == 0)
            free = [.. Enumerable.Range(0, pending.Count)];
        var chosen = _last is not null && !_numbers.OneIn(8) ? Array.Find(free, i => pending[i].Actor == _last) : 0;
        if (pending[chosen].Actor != _last || !free.Contains(chosen))
            chosen = free[_numbers.Below(free.Length)];
        var (number, requests) = _actors[pending[chosen].Actor];
        _actors[pending[chosen].Actor] = (number, requests + 1);
        return chosen;
    }

    private bool IsHeld(Actor actor)
    {
        if (!_actors.TryGetValue(actor, out var known))
            _actors[actor] = known = (_actors.Count, 0);
        return known.Number == _heldActor && known.Requests >= _heldAfter;
    }

    private int First(IReadOnlyList<Operation> pending)
    {
        var best = 0;
        for (var i = 0; i < pending.Count; i++)
        {
            if (Priority(pending[i].Actor) > Priority(pending[best].Actor))
                best = i;
        }

        if (!_changes.Remove(_step))
            return best;
        _priorities[pending[best].Actor] = 0;
        return First(pending);
    }

    private ulong Priority(Actor actor)
    {
        if (!_priorities.TryGetValue(actor, out var priority))
            _priorities[actor] = priority = _numbers.Next() | 1;
        return priority;
    }

    private static int IndexOf(IReadOnlyList<Operation> pending, Actor actor)
    {
        for (var i = 0; i < pending.Count; i++)
        {
            if (pending[i].Actor == actor)
                return i;
        }

        return -1;
    }
}
