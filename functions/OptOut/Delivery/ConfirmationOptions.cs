namespace OptOut.Delivery;

/// <summary>Setting <c>OptOut:Confirmation</c>.</summary>
internal sealed class ConfirmationOptions
{
    /// <summary>
    /// Whether a person who opts out gets a confirmation by e-mail. The Belgian Royal Decree of 4 April 2003, art. 2, requires it of
    /// senders of marketing mail, so leave it on unless another system sends it.
    /// </summary>
    public bool Enabled { get; set; } = true;
}
