namespace OptOut.Tests.Schedules.Exploration;

/// <summary>Something that runs beside others: a person's request, the handling of one message, a timer.</summary>
internal sealed class Actor(string name)
{
    public string Name { get; } = name;

    /// <summary>Set when its process died: nothing it still waits for ever completes.</summary>
    public bool IsCrashed { get; set; }

    /// <summary>What the world does when its process dies, such as delivering its message again.</summary>
    public Action? OnCrash { get; set; }

    public Task Task { get; set; } = Task.CompletedTask;

    public override string ToString() => Name;
}
