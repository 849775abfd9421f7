using System.Diagnostics.CodeAnalysis;

namespace OptOut.Judge.Faults;

/// <summary>The troubles of one proxy at the moment.</summary>
internal sealed class Troubles
{
    private readonly Lock _gate = new();
    private readonly List<(Trouble Trouble, Dice Dice, TaskCompletionSource Ended)> _active = [];

    /// <summary>The number of requests, or pieces of a stream, that were affected.</summary>
    public int Hits { get; private set; }

    public void Begin(Trouble trouble)
    {
        lock (_gate)
            _active.Add((trouble, new Dice(trouble.Seed), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
    }

    public void End(Trouble trouble)
    {
        lock (_gate)
        {
            foreach (var (_, _, ended) in _active.Where(a => a.Trouble == trouble))
                ended.SetResult();
            _active.RemoveAll(a => a.Trouble == trouble);
        }
    }

    /// <summary>Decides whether the next request or piece is affected, and how.</summary>
    /// <param name="applies">Which manners make sense for it.</param>
    /// <param name="ended">Completes when the trouble ends.</param>
    public bool TryDraw(Func<Manner, bool> applies, out Manner manner, [NotNullWhen(true)] out Task? ended)
    {
        lock (_gate)
        {
            foreach (var (trouble, dice, end) in _active)
            {
                if (dice.Share() >= trouble.Share || !applies(trouble.Manner))
                    continue;
                Hits++;
                (manner, ended) = (trouble.Manner, end.Task);
                return true;
            }
        }

        (manner, ended) = (default, null);
        return false;
    }
}
