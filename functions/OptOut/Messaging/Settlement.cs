namespace OptOut.Messaging;

/// <summary>How a message is to be settled. The trigger only carries it out.</summary>
internal abstract record Settlement
{
    private Settlement() { }

    public static Settlement Done { get; } = new Complete();

    /// <summary>The bus delivers it again.</summary>
    public static Settlement Returned { get; } = new Abandon();

    public sealed record Complete : Settlement;

    public sealed record Abandon : Settlement;

    /// <param name="Reason">One word; the report counts dead letters by it.</param>
    /// <param name="Description">What an operator needs to know, without personal data.</param>
    /// <param name="Vendor">The vendor that did not accept it; null if no vendor is involved.</param>
    public sealed record DeadLetter(string Reason, string Description, string? Vendor = null) : Settlement
    {
        /// <summary>
        /// The property of the dead letter that contains <see cref="Vendor"/>. It is not the message's <c>vendor</c>, which is the one
        /// vendor that the message is sent again for: a message that two vendors refused is replayed for both.
        /// </summary>
        public const string RefusedByProperty = "refusedBy";
    }
}
