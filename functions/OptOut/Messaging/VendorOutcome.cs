namespace OptOut.Messaging;

/// <summary>What a vendor answered. Reasons go to rows, logs and the report: nothing personal in them.</summary>
internal abstract record VendorOutcome
{
    private VendorOutcome() { }

    /// <summary>One word for logs and metrics: <c>confirmed</c>, <c>transient</c> or <c>rejected</c>.</summary>
    public string Word => this switch
    {
        Confirmed => "confirmed",
        Transient => "transient",
        _ => "rejected",
    };

    /// <summary>The vendor holds what was pushed.</summary>
    public sealed record Confirmed : VendorOutcome;

    /// <summary>Worth trying again: busy, unreachable, a fault of its own.</summary>
    /// <param name="RetryAfter">What the vendor asked for, null when it did not say.</param>
    public sealed record Transient(TimeSpan? RetryAfter, string Reason) : VendorOutcome;

    /// <summary>Trying again changes nothing: a person has to look.</summary>
    public sealed record Rejected(string Reason) : VendorOutcome;
}
