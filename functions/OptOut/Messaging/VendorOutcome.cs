namespace OptOut.Messaging;

/// <summary>The outcome of a call to a vendor. Reasons go to rows, logs and the report, so they contain no personal data.</summary>
internal abstract record VendorOutcome
{
    private VendorOutcome() { }

    /// <summary>One word for logs and metrics: <c>confirmed</c>, <c>postponed</c>, <c>transient</c> or <c>rejected</c>.</summary>
    public string Name => this switch
    {
        Confirmed => "confirmed",
        Transient => "transient",
        Postponed => "postponed",
        _ => "rejected",
    };

    /// <summary>The vendor has what was pushed.</summary>
    public sealed record Confirmed : VendorOutcome;

    /// <summary>Worth retrying: the vendor is busy, unreachable or failing.</summary>
    /// <param name="RetryAfter">The delay that the vendor requested; null if none.</param>
    public sealed record Transient(TimeSpan? RetryAfter, string Reason) : VendorOutcome;

    /// <summary>Delivery's own: the vendor did not answer in time, or was not called because it is slow or has its hands full.</summary>
    public sealed record Postponed : VendorOutcome;

    /// <summary>Retrying would not help: someone must look into it.</summary>
    public sealed record Rejected(string Reason) : VendorOutcome;
}
