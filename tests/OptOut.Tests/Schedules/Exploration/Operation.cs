namespace OptOut.Tests.Schedules.Exploration;

/// <summary>What happens to an operation when it is its turn.</summary>
internal enum Fate
{
    Succeed,

    /// <summary>It fails and has no effect: a busy server.</summary>
    FailBefore,

    /// <summary>It takes effect, and its answer is lost.</summary>
    FailAfter,
}

/// <summary>How an operation may fail.</summary>
internal enum OperationKind
{
    /// <summary>Beginning, or waiting a moment: it cannot fail.</summary>
    Own,
    Read,
    Write,
    Send,
    Vendor,
    Mail,
}

/// <summary>A request that an actor has made and that nobody has answered yet.</summary>
internal sealed class Operation(Actor actor, OperationKind kind, string text, Func<Fate, Action> effect)
{
    public Actor Actor { get; } = actor;

    public OperationKind Kind { get; } = kind;

    /// <summary>The verb and the row, as the drawing shows them.</summary>
    public string Text { get; } = text;

    /// <summary>Takes effect. The action it returns hands over the answer, and the actor goes on until its next operation.</summary>
    public Func<Fate, Action> Effect { get; } = effect;
}

/// <summary>One line of a schedule.</summary>
internal sealed record Step(string Actor, OperationKind Kind, string Text, string Result);
