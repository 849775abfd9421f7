namespace OptOut.Messaging;

/// <summary>
/// Sends service mail. The areas that send mail lie below the vendor that carries it, so they know only this.
/// </summary>
internal interface IMailSender
{
    /// <returns><see cref="VendorOutcome.Confirmed"/> when the mail service has taken the mail.</returns>
    Task<VendorOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
