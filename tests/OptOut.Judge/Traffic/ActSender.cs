using System.Collections.Concurrent;
using System.Globalization;

namespace OptOut.Judge;

/// <summary>
/// Sends acts, each attempt journalled first. A Stop that is not answered is sent again, soon and then later, as a mail client, a vendor or
/// a person would. What loosens is sent once: sent again later, it would be another decision.
/// </summary>
internal sealed class ActSender(ActJournal journal, TimeProvider time)
{
    private const int AttemptsAtOnce = 3, ResentAtOnce = 8;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2), Pause = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentQueue<Pending> _pending = new();
    private int _number, _answered;

    /// <summary>How many acts were answered.</summary>
    public int Answered => _answered;

    public string NextId() => string.Create(CultureInfo.InvariantCulture, $"a{Interlocked.Increment(ref _number):D6}");

    /// <param name="send">One attempt.</param>
    /// <param name="done">Called once, when it is answered for good; what loosens is also done when it was not answered.</param>
    public Task SendAsync(Act act, Func<CancellationToken, Task<Answer>> send, Action<Answer, bool> done, CancellationToken stop) =>
        SendAsync(new Pending(act, send, done, 0, Loose: false), AttemptsAtOnce, stop);

    /// <summary>Sends what is unanswered again, each once.</summary>
    /// <returns>How many are still unanswered.</returns>
    public async Task<int> ResendAsync(CancellationToken stop)
    {
        var unanswered = new List<Pending>();
        while (_pending.TryDequeue(out var pending))
            unanswered.Add(pending);
        await Parallel.ForEachAsync(
            unanswered,
            new ParallelOptions { MaxDegreeOfParallelism = ResentAtOnce, CancellationToken = CancellationToken.None },
            async (pending, _) =>
            {
                if (stop.IsCancellationRequested)
                    _pending.Enqueue(pending);
                else
                    await SendAsync(pending, 1, stop);
            });
        return _pending.Count;
    }

    private async Task SendAsync(Pending pending, int attempts, CancellationToken stop)
    {
        while (true)
        {
            pending = pending with { Attempt = pending.Attempt + 1 };
            journal.Sent(pending.Act, pending.Attempt, time.GetUtcNow());

            // An act that is under way is not given up when the traffic stops: its answer counts.
            var answer = await pending.Send(CancellationToken.None);
            if (answer.Status != 0)
                journal.Answered(pending.Act.Id, pending.Attempt, answer, time.GetUtcNow());
            pending = pending with { Loose = pending.Loose || answer.Outcome == Outcome.Unknown };
            if (answer.Outcome is not (Outcome.Unknown or Outcome.Limited) || pending.Act.Allows.Count > 0)
            {
                if (answer.Outcome != Outcome.Unknown)
                    Interlocked.Increment(ref _answered);
                pending.Done(answer, pending.Loose);
                return;
            }

            if (--attempts == 0 || stop.IsCancellationRequested)
            {
                _pending.Enqueue(pending);
                return;
            }

            var wait = answer.RetryAfter is { } asked && asked < LongestWait ? asked : answer.RetryAfter is null ? Pause : LongestWait;
            await Task.Delay(wait, time, CancellationToken.None);
        }
    }

    private sealed record Pending(
        Act Act, Func<CancellationToken, Task<Answer>> Send, Action<Answer, bool> Done, int Attempt, bool Loose);
}
