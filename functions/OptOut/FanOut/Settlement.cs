namespace OptOut.FanOut;

/// <summary>What becomes of a message: the trigger only carries it out.</summary>
public abstract record Settlement
{
    private Settlement() { }

    public static Settlement Done { get; } = new Complete();

    public sealed record Complete : Settlement;

    /// <param name="Reason">One word, counted in the report.</param>
    /// <param name="Description">What an operator needs, nothing personal.</param>
    public sealed record DeadLetter(string Reason, string Description) : Settlement;
}
