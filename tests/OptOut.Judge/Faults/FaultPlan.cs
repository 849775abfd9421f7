using System.Globalization;

namespace OptOut.Judge.Faults;

/// <summary>The endless list of faults that belongs to a seed. Nothing but the seed and the chosen kinds decides what is in it.</summary>
internal static class FaultPlan
{
    private const int Storm = 12;

    private static readonly IReadOnlyList<string> Vendors = ["sendgrid", "postmark", "mailgun", "amazon-ses", "dialler", "twilio", "crm"];

    // Beyond the lock of a message (a minute): the bus delivers it to the other instance, and this one wakes up and continues.
    private static readonly TimeSpan BeyondLock = TimeSpan.FromSeconds(60);

    private static readonly IReadOnlyList<(string Kind, int Weight)> Weights =
    [
        ("kill", 30), ("kill-at-answer", 30), ("bus-stop", 3), ("freeze", 4), ("tables", 20), ("no-tables", 4), ("blobs", 2), ("bus-link", 8),
        ("vendor-link", 6), ("clients", 4), ("vendor", 12), ("copies", 5), ("hold", 2), ("clock", 2),
    ];

    private static readonly IReadOnlyList<Manner> OfConnections =
        [Manner.Slow, Manner.CutRequest, Manner.LoseAnswer, Manner.CutAnswer, Manner.Stall];

    // The ways in which a store does nothing that it is asked. The seconds they last are a client's retries, several times.
    private static readonly IReadOnlyList<Manner> OfAnOutage = [Manner.Error503Before, Manner.TimeoutBefore, Manner.Stall];

    private static readonly IReadOnlyList<int> Statuses = [400, 401, 404, 408, 409, 429, 500, 502, 503, 504];

    public static IReadOnlyList<string> Kinds { get; } = [.. Weights.Select(w => w.Kind)];

    public static IEnumerable<Fault> Create(int seed, IReadOnlyCollection<string> kinds)
    {
        var dice = new Dice((ulong)seed);
        IReadOnlyList<(string, int)> weights = [.. Weights.Where(w => kinds.Count == 0 || kinds.Contains(w.Kind))];
        var clock = TimeSpan.Zero;
        var asleep = Parts.Instances.ToDictionary(i => i, _ => TimeSpan.Zero, StringComparer.Ordinal);
        for (var number = 1; ; number++)
        {
            // In a calm, what needs a person to be answered several times in a row gets done: choices, undos.
            var pause = number % Storm == 0 ? dice.Seconds(8, 15) : dice.Seconds(0.2, 2.2);
            clock += pause;
            // One that sleeps beyond a lock is left asleep: it is to wake up, not to be killed.
            IReadOnlyList<string> awake = [.. Parts.Instances.Where(i => asleep[i] <= clock)];
            var instance = dice.Pick(awake);
            var fault = Next(dice, dice.Pick(weights), pause, instance, mayOversleep: awake.Count == Parts.Instances.Count);
            if (fault is Freeze freeze && freeze.Duration > BeyondLock)
                asleep[instance] = clock + freeze.Duration;
            yield return fault;
        }
    }

    private static Fault Next(Dice dice, string kind, TimeSpan pause, string instance, bool mayOversleep)
    {
        return kind switch
        {
            "kill" => new Kill(
                pause, instance, dice.Below(6) == 0 ? null : dice.Seconds(0.1, 4), dice.Below(3) == 0 ? dice.Seconds(0.5, 3) : default),
            "kill-at-answer" => new KillAtAnswer(
                pause, instance, dice.Below(2) == 0, dice.Below(4) != 0, dice.Below(3) == 0 ? dice.Seconds(0.5, 2) : default),
            "bus-stop" => new BusStop(pause, dice.Below(2) == 0 ? default : dice.Seconds(0.5, 6)),
            "freeze" => mayOversleep && dice.Below(12) == 0
                ? new Freeze(pause, instance, dice.Seconds(61, 66))
                : new Freeze(pause, dice.Pick<string>([instance, Parts.Bus, Parts.Storage, Parts.Vendors]), dice.Seconds(0.3, 6)),
            "tables" => Trouble(Link.Tables, 0.05, 0.6, Enum.GetValues<Manner>()),
            "no-tables" => new Trouble(pause, Link.Tables, instance, dice.Pick(OfAnOutage), Share: 1, dice.Seconds(3, 10), dice.Next()),
            "blobs" => Trouble(Link.Blobs, 0.1, 0.7, OfConnections),
            "bus-link" => Trouble(Link.Bus, 0.01, 0.15, OfConnections),
            "vendor-link" => Trouble(Link.Vendors, 0.1, 0.7, OfConnections),
            "clients" => Trouble(Link.Clients, 0.05, 0.4, OfConnections),
            "vendor" => new VendorFailure(pause, dice.Pick(Vendors), VendorFailureOf(dice), dice.Seconds(1, 8)),
            "copies" => new Copies(
                pause, dice.Pick(Parts.Subscriptions), 1 + dice.Below(20), dice.Seconds(0.5, 3), dice.Seconds(0, 20), dice.Next()),
            "hold" => new Hold(
                pause, dice.Pick(Parts.Subscriptions), 1 + dice.Below(8), dice.Below(4) != 0, dice.Seconds(0.5, 10), dice.Next()),
            "clock" => new ClockStep(pause, instance, dice.Below(3) == 0 ? default : dice.Seconds(-ClockLimit, ClockLimit)),
            _ => throw new ArgumentException($"{kind} is not a kind of fault.", nameof(kind)),
        };

        Trouble Trouble(Link link, double fewest, double most, IReadOnlyList<Manner> manners) =>
            new(pause, link, instance, dice.Pick(manners), dice.Between(fewest, most), dice.Seconds(0.5, 6), dice.Next());
    }

    // A vendor's refusal (400) is dead-lettered until an operator replays it; the others are retried.
    private static string VendorFailureOf(Dice dice)
    {
        var calls = 1 + dice.Below(20);
        return dice.Below(6) switch
        {
            0 => Json($$"""{"kind":"RateLimit","calls":{{calls}},"resetSeconds":{{1 + dice.Below(4)}}}"""),
            1 => Json($$"""{"kind":"Latency","calls":{{calls}},"milliseconds":{{100 + dice.Below(3000)}}}"""),
            2 => Json($$"""{"kind":"Garbage","calls":{{calls}}}"""),
            3 => Json($$"""{"kind":"HalfBody","calls":{{calls}}}"""),
            4 => Json($$"""{"kind":"Status","calls":{{calls}},"status":{{dice.Pick(Statuses)}}}"""),
            _ => Json($$"""{"kind":"Status","calls":{{calls}},"status":503,"retryAfterSeconds":{{1 + dice.Below(4)}}}"""),
        };

        static string Json(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The most that a clock is off, in seconds. No clock decides what stands, with one exception: what a vendor reports is old news if it
    /// is dated more than five minutes before an Allow. Two clocks that are off by this much in opposite directions stay far below that, and
    /// what one of them puts off does not keep the other waiting for long at the end.
    /// </summary>
    public const double ClockLimit = 30;
}
