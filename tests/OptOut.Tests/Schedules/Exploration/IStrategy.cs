namespace OptOut.Tests.Schedules.Exploration;

/// <summary>Makes every decision of a schedule. The same decisions give the same schedule.</summary>
internal interface IStrategy
{
    /// <returns>The index of the operation that goes next.</returns>
    int Choose(IReadOnlyList<Operation> pending);

    /// <summary>What else may happen to the chosen operation.</summary>
    Mishap Strike(Operation operation);

    /// <summary>A moment for something that begins: 0, 1, 2, 3 or 50 milliseconds after what began before.</summary>
    int Milliseconds();
}

internal enum Mishap
{
    None,
    FailBefore,
    FailAfter,

    /// <summary>The actor's process dies before the operation takes effect.</summary>
    CrashBefore,

    /// <summary>The actor's process dies after it.</summary>
    CrashAfter,

    /// <summary>The actor's message is delivered once more while it is still being handled, because its lock expired.</summary>
    DeliverAgain,

    /// <summary>Time limits of the actor expire.</summary>
    TimeOut,
}
