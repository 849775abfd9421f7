namespace OptOut.Messaging;

/// <summary>
/// Sends service mail. The areas that send mail are below the vendor that delivers it, so they depend only on this interface.
/// </summary>
internal interface IMailSender
{
    /// <returns><see cref="VendorOutcome.Confirmed"/> if the mail service accepted the mail.</returns>
    Task<VendorOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken);
}
