using System.Runtime.ExceptionServices;

namespace OptOut.Tests.Schedules.Exploration;

/// <summary>
/// Runs actors on one thread. An actor runs until it makes a request to storage, bus, vendor or mail service; then the strategy decides
/// whose request is answered next. Without a synchronization context, completing a request runs its actor's continuations right here, so
/// nothing else ever runs, and a schedule depends on its decisions alone.
/// </summary>
internal sealed class Scheduler(IStrategy strategy)
{
    // A schedule has some hundred steps. One with this many goes round in circles.
    private const int MaxSteps = 5000;

    private static readonly AsyncLocal<Actor?> Current = new();

    private readonly List<Operation> _pending = [];
    private readonly List<Actor> _actors = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private IStrategy _strategy = strategy;

    public List<Step> Steps { get; } = [];

    /// <summary>The actors that any mishap met.</summary>
    public HashSet<string> Disturbed { get; } = new(StringComparer.Ordinal);

    /// <summary>Called with the actor whose limits expire.</summary>
    public Action<Actor>? OnTimeOut { get; set; }

    /// <summary>Called with the actor whose message is delivered once more.</summary>
    public Action<Actor>? OnDeliverAgain { get; set; }

    /// <summary>Runs a part of the schedule with other decisions, such as one after another and without faults.</summary>
    public void RunWith(IStrategy other)
    {
        var own = _strategy;
        _strategy = other;
        Run();
        _strategy = own;
    }

    /// <summary>Adds an actor. It begins when the strategy says so.</summary>
    public Actor Start(string name, Func<Task> body, string begins = "begins")
    {
        var actor = new Actor(name);
        _actors.Add(actor);
        actor.Task = BeginAsync(actor, body, begins);
        return actor;
    }

    /// <summary>Waits until it is this operation's turn.</summary>
    /// <param name="execute">Takes effect, and returns the answer and a word for the drawing.</param>
    public async Task<T> AtAsync<T>(
        OperationKind kind, string text, Func<Fate, (T Answer, string Result)> execute, CancellationToken cancellationToken = default)
    {
        var answer = new TaskCompletionSource<T>();
        Operation? operation = null;
        operation = Add(kind, text, fate =>
        {
            try
            {
                var (value, result) = execute(fate);
                Steps.Add(new Step(operation!.Actor.Name, kind, text, result));
                return () => answer.TrySetResult(value);
            }
            catch (Exception e)
            {
                Steps.Add(new Step(operation!.Actor.Name, kind, text, fate == Fate.FailAfter ? "done, answer lost" : e.GetType().Name));
                return () => answer.TrySetException(e);
            }
        });
        using var cancelled = cancellationToken.Register(() =>
        {
            if (_pending.Remove(operation))
                answer.TrySetCanceled(cancellationToken);
        });
        return await answer.Task;
    }

    /// <summary>Adds an operation of the actor that is running.</summary>
    public Operation Add(OperationKind kind, string text, Func<Fate, Action> effect)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException($"'{text}' came from another thread, where the scheduler does not decide the order.");
        var actor = Current.Value ?? throw new InvalidOperationException($"'{text}' is no actor's.");
        var operation = new Operation(actor, kind, text, effect);
        if (!actor.IsCrashed)
            _pending.Add(operation);
        return operation;
    }

    public void Remove(Operation operation) => _pending.Remove(operation);

    /// <summary>Whose code is running.</summary>
    public static Actor? Running => Current.Value;

    /// <summary>Runs until nobody waits for anything.</summary>
    public void Run()
    {
        while (_pending.Count > 0)
        {
            if (Steps.Count > MaxSteps)
                throw new InvalidOperationException($"The schedule did not end within {MaxSteps} steps.");
            var operation = _pending[_strategy.Choose(_pending)];
            Execute(operation, _strategy.Strike(operation));
        }

        foreach (var actor in _actors)
        {
            if (!actor.IsCrashed && !actor.Task.IsCompleted)
                throw new InvalidOperationException($"{actor} waits for something that the scheduler does not know.");
            if (!actor.IsCrashed && actor.Task.Exception?.InnerException is { } problem)
                ExceptionDispatchInfo.Throw(problem);
        }

        _actors.Clear();
    }

    private void Execute(Operation operation, Mishap mishap)
    {
        if (mishap != Mishap.None)
            Disturbed.Add(operation.Actor.Name);
        switch (mishap)
        {
            case Mishap.CrashBefore:
                Crash(operation, "process dies before");
                break;
            case Mishap.CrashAfter:
                operation.Effect(Fate.Succeed);
                Crash(operation, "process dies after");
                break;
            case Mishap.DeliverAgain:
                Steps.Add(new Step(operation.Actor.Name, OperationKind.Own, "lock expires", "delivered again"));
                OnDeliverAgain?.Invoke(operation.Actor);
                break;
            case Mishap.TimeOut:
                OnTimeOut?.Invoke(operation.Actor);
                break;
            default:
                _pending.Remove(operation);
                operation.Effect(mishap switch
                {
                    Mishap.FailBefore => Fate.FailBefore,
                    Mishap.FailAfter => Fate.FailAfter,
                    _ => Fate.Succeed,
                })();
                break;
        }
    }

    private void Crash(Operation operation, string how)
    {
        var actor = operation.Actor;
        actor.IsCrashed = true;
        _pending.RemoveAll(o => o.Actor == actor);
        Steps.Add(new Step(actor.Name, OperationKind.Own, how, operation.Text));
        actor.OnCrash?.Invoke();
    }

    private async Task BeginAsync(Actor actor, Func<Task> body, string begins)
    {
        Current.Value = actor;
        await AtAsync(OperationKind.Own, begins, _ => (true, ""));
        await body();
    }
}
