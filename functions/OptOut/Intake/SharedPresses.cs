using OptOut.Consent;

namespace OptOut.Intake;

/// <summary>
/// Presses of a mail client's button. Those of one link that come shortly after one another share a message, so that a link that is
/// pressed a thousand times a second costs the bus and <c>apply</c> one message a second. Each press is answered by a message that was
/// begun after it came, so a press after an Allow is never answered by a Stop from before it:
/// <code>
/// press 1  |--message 1--|                          alone: sent at once
/// press 2      |...............|--message 2--|      a second after message 1 was begun
/// press 3             |........|--message 2--|
/// </code>
/// </summary>
internal sealed class SharedPresses(ChangeIntake intake, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<PressedLink, Turns> _links = [];

    // The links in the order in which their messages were begun, to forget those whose interval is over.
    private readonly Queue<(PressedLink Link, long Begun)> _begun = [];

    /// <summary>How many links are remembered: those with a press that waits, and those of the messages of the last second.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                Forget();
                return _links.Count;
            }
        }
    }

    /// <param name="press">A Stop whose answer has no reference number, so that the first press of a message can stand for others.</param>
    /// <returns>Whether the link's message, begun after this press came, is durable.</returns>
    public async Task<bool> RecordAsync(Change press)
    {
        var link = new PressedLink(press.Subject, press.Scope, press.Source, press.Evidence);
        var own = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        TimeSpan wait;
        Task<bool>? shared;
        lock (_gate)
        {
            Forget();
            if (!_links.TryGetValue(link, out var turns))
                _links[link] = turns = new Turns();
            shared = turns.Next?.Task;
            turns.Next ??= own;
            wait = turns.Begun is { } begun ? Interval - time.GetElapsedTime(begun) : TimeSpan.Zero;
        }

        if (shared is not null)
            return await shared;
        try
        {
            // Rounded up, because timers count in whole milliseconds.
            if (wait > TimeSpan.Zero)
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time);
            Begin(link);
            var durable = (await intake.RecordAsync(press, WaitFor.Durable)).Durable;
            own.SetResult(durable);
            return durable;
        }
        catch (Exception e)
        {
            own.SetException(e);
            _ = own.Task.Exception; // Thrown here too: it must not count as unobserved when nobody shares it.
            throw;
        }
    }

    // From here on, presses of the link wait for the message after this one.
    private void Begin(PressedLink link)
    {
        lock (_gate)
        {
            var turns = _links[link];
            (turns.Next, turns.Begun) = (null, time.GetTimestamp());
            _begun.Enqueue((link, turns.Begun.Value));
        }
    }

    private void Forget()
    {
        while (_begun.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Begun) >= Interval)
        {
            _begun.Dequeue();
            if (_links.TryGetValue(oldest.Link, out var turns) && turns.Next is null && turns.Begun == oldest.Begun)
                _links.Remove(oldest.Link);
        }
    }

    private readonly record struct PressedLink(SubjectKey Subject, Scope Scope, Source Source, ChangeEvidence Evidence);

    /// <summary>The messages of one link.</summary>
    private sealed class Turns
    {
        /// <summary>The message that has not been begun, if a press waits for it.</summary>
        public TaskCompletionSource<bool>? Next { get; set; }

        /// <summary>When the last message was begun.</summary>
        public long? Begun { get; set; }
    }
}
