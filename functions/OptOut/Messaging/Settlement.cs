namespace OptOut.Messaging;

/// <summary>What becomes of a message: the trigger only carries it out.</summary>
internal abstract record Settlement
{
    private Settlement() { }

    public static Settlement Done { get; } = new Complete();

    public sealed record Complete : Settlement;

    /// <param name="Reason">One word, counted in the report.</param>
    /// <param name="Description">What an operator needs, nothing personal.</param>
    /// <param name="Vendor">The vendor that did not take it; null where it is not about one.</param>
    public sealed record DeadLetter(string Reason, string Description, string? Vendor = null) : Settlement
    {
        /// <summary>
        /// The dead letter's property that names <see cref="Vendor"/>. Not the message's own <c>vendor</c>: that says for whom it is sent again, and a message
        /// that two vendors refused is replayed for both.
        /// </summary>
        public const string RefusedBy = "refusedBy";
    }
}
