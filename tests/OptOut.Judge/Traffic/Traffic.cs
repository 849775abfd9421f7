namespace OptOut.Judge;

/// <summary>
/// Opt-outs through every entry at random, as people, agents, vendors and the controller's systems send them. What was asked and answered
/// is in the journal, and nowhere else.
/// </summary>
internal sealed class Traffic : IDisposable
{
    // A request to a paused process must not hold up the run; a person would have given up too.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15), PauseAfterNothing = TimeSpan.FromMilliseconds(50);

    private readonly ActSender _sender;
    private readonly Doing _doing;
    private readonly (int Weight, Func<Dice, CancellationToken, Task> Act)[] _acts;
    private readonly ControllerEntries _controller;
    private readonly LinkEntries _links;
    private readonly TimeProvider _time;
    private readonly ulong _seed;

    public Traffic(SystemUnderTest system, ActJournal journal, int seed, TimeProvider? time = null)
    {
        (_time, _seed) = (time ?? TimeProvider.System, (ulong)seed);
        _sender = new ActSender(journal, _time);
        _doing = new Doing(system, new People(seed), _sender, Timeout);
        (_controller, _links) = (new ControllerEntries(_doing), new LinkEntries(_doing));
        var (typed, vendors) = (new TypedEntries(_doing), new VendorEntries(_doing));
        _acts =
        [
            (14, _controller.AnnounceAsync),
            (3, _controller.MoveAsync),
            (10, _links.OneClickAsync),
            (8, _links.PageAsync),
            (16, _links.PreferencesAsync),
            (16, _links.UndoAsync),
            (8, typed.PublicFormAsync),
            (5, typed.CodeAsync),
            (6, typed.AgentAsync),
            (4, typed.PortalStopAsync),
            (8, typed.PortalChannelsAsync),
            (10, typed.PortalChoicesAsync),
            (8, vendors.WebhookAsync),
            (5, vendors.SmsStopAsync),
            (4, vendors.SmsStartAsync),
            (5, vendors.MailAsync),
            (1, BurstAsync),
        ];
    }

    /// <summary>How many are active at once.</summary>
    public int Workers { get; init; } = 6;

    /// <summary>The longest pause of a worker between two acts.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How many people are announced before anybody acts.</summary>
    public int FirstPeople { get; init; } = 30;

    /// <summary>How many acts were answered so far.</summary>
    public int Answered => _sender.Answered;

    /// <summary>Acts until it is cancelled; returns when every act under way has been answered or given up.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var dice = new Dice(_seed);
        for (var i = 0; i < FirstPeople && !cancellationToken.IsCancellationRequested; i++)
            await _controller.AnnounceAsync(dice, cancellationToken);
        await Task.WhenAll(Enumerable.Range(1, Workers).Select(w => WorkAsync(new Dice(_seed ^ ((ulong)w << 32)), cancellationToken))
            .Append(ResendWhileRunningAsync(cancellationToken)));
    }

    /// <summary>Sends every unanswered Stop again until each is answered: what a mail client or vendor does once we are back.</summary>
    /// <returns>Whether all were answered before it was cancelled.</returns>
    public async Task<bool> ResendAsync(CancellationToken cancellationToken)
    {
        while (await _sender.ResendAsync(cancellationToken) > 0)
        {
            if (cancellationToken.IsCancellationRequested)
                return false;
            await Task.Delay(PauseAfterNothing, _time, CancellationToken.None);
        }

        return true;
    }

    public void Dispose() => _doing.Dispose();

    private async Task WorkAsync(Dice dice, CancellationToken stop)
    {
        var all = _acts.Sum(a => a.Weight);
        while (!stop.IsCancellationRequested)
        {
            var roll = dice.Below(all);
            var next = _acts.First(a => (roll -= a.Weight) < 0).Act;
            try
            {
                await next(dice, stop);
                await Task.Delay(LongestPause * (dice.Below(100) / 100.0), _time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ResendWhileRunningAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await _sender.ResendAsync(stop);
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(1), _time, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // A mailing went out, and many press at once.
    private Task BurstAsync(Dice dice, CancellationToken stop)
    {
        const int Most = 15;
        var people = new HashSet<Person>();
        for (var i = 0; i < Most; i++)
        {
            if (_doing.People.Enter(dice, alone: false, p => p.Token is not null && !people.Contains(p)) is { } person)
                people.Add(person);
        }

        return Task.WhenAll(people.Select(p => _links.OneClickAsync(p, dice.Chance(30), stop)));
    }
}
