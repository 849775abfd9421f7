using System.Globalization;

namespace OptOut.Judge.Faults;

/// <summary>A fault of the plan. Its text is what the judge prints.</summary>
/// <param name="Pause">The time between the fault before and this one.</param>
internal abstract record Fault(TimeSpan Pause)
{
    /// <summary>The name for <c>--fault</c> and for the summary.</summary>
    public abstract string Kind { get; }

    protected static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0##} s");

    protected static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
}

/// <param name="Life">How long the instance serves before it is killed; null kills it while it starts, or whatever it does.</param>
/// <param name="Down">How long until it is started again.</param>
internal sealed record Kill(TimeSpan Pause, string Instance, TimeSpan? Life, TimeSpan Down) : Fault(Pause)
{
    public override string Kind => "kill";

    public override string ToString() =>
        $"kill -9 functions {Instance}, {(Life is { } life ? $"after it has served for {Text(life)}" : "at once")}, down for {Text(Down)}";
}

/// <summary>Kills an instance in the moment in which it has answered a person that something is recorded.</summary>
/// <param name="Before">Whether it is dead before the person gets the answer; otherwise right after.</param>
/// <param name="HoldsBus">Whether nothing of the instance reaches the bus until then, so that what it did not wait for is lost.</param>
/// <param name="Down">How long until it is started again.</param>
internal sealed record KillAtAnswer(TimeSpan Pause, string Instance, bool Before, bool HoldsBus, TimeSpan Down) : Fault(Pause)
{
    public override string Kind => "kill-at-answer";

    public override string ToString() =>
        $"kill -9 functions {Instance} at its next answer, {(Before ? "before" : "after")} the person gets it"
        + $"{(HoldsBus ? ", its connection to the bus held until then" : "")}, down for {Text(Down)}";
}

internal sealed record BusStop(TimeSpan Pause, TimeSpan Down) : Fault(Pause)
{
    public override string Kind => "bus-stop";

    public override string ToString() => $"kill -9 bus, down for {Text(Down)}";
}

internal sealed record Freeze(TimeSpan Pause, string Part, TimeSpan Duration) : Fault(Pause)
{
    public override string Kind => "freeze";

    public override string ToString() => $"SIGSTOP {Part} for {Text(Duration)}";
}

/// <summary>A connection fails, in one of the ways of <see cref="Manner"/>.</summary>
/// <param name="Share">How many of the requests, or of the pieces of a TCP stream, are affected.</param>
/// <param name="Seed">Decides which of them.</param>
internal sealed record Trouble(TimeSpan Pause, Link Link, string Instance, Manner Manner, double Share, TimeSpan Duration, ulong Seed)
    : Fault(Pause)
{
    public override string Kind => Link switch
    {
        Link.Tables => Share < 1 ? "tables" : "no-tables",
        Link.Blobs => "blobs",
        Link.Bus => "bus-link",
        Link.Vendors => "vendor-link",
        _ => "clients",
    };

    public override string ToString() =>
        $"{(Link == Link.Clients ? "clients to functions" : $"functions {Instance} to {Link.ToString().ToLowerInvariant()}")}: {Manner}, "
        + $"{Percent(Share)} for {Text(Duration)}";
}

/// <summary>A failure that the vendor itself simulates.</summary>
/// <param name="Failure">The document that the sandbox takes.</param>
internal sealed record VendorFailure(TimeSpan Pause, string Vendor, string Failure, TimeSpan Duration) : Fault(Pause)
{
    public override string Kind => "vendor";

    public override string ToString() => $"vendor {Vendor} fails with {Failure} for {Text(Duration)}";
}

/// <summary>What is on a subscription is sent once more, in another order, under other message ids.</summary>
/// <param name="Watch">How long messages are copied.</param>
/// <param name="Delay">How long until the copies are sent.</param>
internal sealed record Copies(TimeSpan Pause, string Subscription, int Count, TimeSpan Watch, TimeSpan Delay, ulong Seed) : Fault(Pause)
{
    public override string Kind => "copies";

    public override string ToString() =>
        $"up to {Count} messages of {Subscription}, seen within {Text(Watch)}, are sent again in another order after {Text(Delay)}";
}

/// <summary>A receiver takes messages and does nothing with them, as one does that dies.</summary>
/// <param name="Returns">Whether it gives them back in another order; otherwise their locks lapse.</param>
internal sealed record Hold(TimeSpan Pause, string Subscription, int Count, bool Returns, TimeSpan Duration, ulong Seed) : Fault(Pause)
{
    public override string Kind => "hold";

    public override string ToString() =>
        $"up to {Count} messages of {Subscription} are "
        + (Returns ? $"held for {Text(Duration)} and given back in another order" : "locked and left");
}

internal sealed record ClockStep(TimeSpan Pause, string Instance, TimeSpan Offset) : Fault(Pause)
{
    public override string Kind => "clock";

    public override string ToString() => $"the clock of functions {Instance} is off by {Text(Offset)} from now on";
}

internal enum Link
{
    Clients,
    Tables,
    Blobs,
    Bus,
    Vendors,
}

/// <summary>
/// How a connection fails. "Before": the request never reaches its target. "After": the target did what was asked and the caller does not
/// learn it.
/// </summary>
internal enum Manner
{
    Slow,

    /// <summary>Half the request, then the connection is closed.</summary>
    CutRequest,

    /// <summary>The target answers; the connection is closed before the first byte of the answer.</summary>
    LoseAnswer,

    /// <summary>Half the answer, then the connection is closed.</summary>
    CutAnswer,

    /// <summary>Nothing moves until the fault ends; nothing is closed.</summary>
    Stall,

    Error500Before,
    Error500After,
    Error503Before,
    Error503After,

    /// <summary>409 TableBeingDeleted: nothing was stored. Azure never says EntityAlreadyExists of a row that does not exist.</summary>
    Error409Before,

    /// <summary>409 EntityAlreadyExists for the row that this very insert stored, as the second attempt after a lost answer.</summary>
    Error409After,

    /// <summary>412 although nobody changed the row.</summary>
    Error412Before,

    /// <summary>412 for the update that was stored, as the second attempt after a lost answer gets it.</summary>
    Error412After,

    /// <summary>No answer for longer than the caller waits; the request never reaches its target.</summary>
    TimeoutBefore,

    /// <summary>No answer for longer than the caller waits, though the target did what was asked.</summary>
    TimeoutAfter,
}
