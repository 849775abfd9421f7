using System.Net;
using Microsoft.Extensions.Options;
using OptOut.Identity;
using OptOut.Messaging;
using SendGrid.Helpers.Mail;
using static SendGrid.BaseClient;

namespace OptOut.Vendors.SendGrid;

/// <summary>
/// Sends service mail. SendGrid does not support idempotency: a mail that is sent again because the response was lost arrives twice, with
/// the same reference.
/// </summary>
internal sealed class SendGridMail(SendGridApi api, IOptions<SendGridOptions> options) : IMailSender
{
    public const string ReferenceHeader = OutgoingMail.ReferenceHeader;
    public const string ReferenceArgument = "optout_reference";
    public const string Category = "optout-service";

    private readonly SendGridSender _from = options.Value.From;

    public async Task<VendorOutcome> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (mail.To.Kind != IdentifierKind.Email)
            return new VendorOutcome.Rejected($"SendGrid takes e-mail addresses, not a {mail.To.Kind} identifier.");

        var call = api.Call(Method.POST, "mail/send", "mail.send", mail.To, Message(mail).Serialize());
        call = call with
        {
            Expected = [HttpStatusCode.Accepted],
            SensitiveValues = [.. call.SensitiveValues, mail.ToName ?? "", mail.SubjectLine],
        };
        return (await api.CallAsync(call, cancellationToken)).Failure ?? new VendorOutcome.Confirmed();
    }

    private SendGridMessage Message(OutgoingMail mail)
    {
        var message = new SendGridMessage
        {
            From = new global::SendGrid.Helpers.Mail.EmailAddress(_from.Address, _from.Name),
            Subject = mail.SubjectLine,
            PlainTextContent = mail.PlainText,
            HtmlContent = mail.Html,

            Headers = new(StringComparer.Ordinal)
            {
                [ReferenceHeader] = mail.Reference,
                ["Content-Language"] = mail.Language,
                ["Auto-Submitted"] = OutgoingMail.AutoSubmitted,
            },

            // SendGrid does not treat these two as personal data and keeps them indefinitely, so they contain only the reference
            // (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event).
            CustomArgs = new(StringComparer.Ordinal) { [ReferenceArgument] = mail.Reference },
            Categories = [Category],

            // A confirmation goes to somebody who is on the global unsubscribe list because of the very Stop that it confirms. This
            // bypass skips that list only; bounces and spam reports still apply. bypass_list_management, which skips those too, may not
            // be combined with it (https://github.com/twilio/sendgrid-oai, tsg_mail_v3.json, mail_settings). No ASM group is set, so
            // group entries do not apply.
            MailSettings = new MailSettings { BypassUnsubscribeManagement = new BypassUnsubscribeManagement { Enable = true } },

            // Nobody who opted out is tracked, and SendGrid's own unsubscribe footer does not belong in a confirmation.
            TrackingSettings = new TrackingSettings
            {
                ClickTracking = new ClickTracking { Enable = false, EnableText = false },
                OpenTracking = new OpenTracking { Enable = false },
                SubscriptionTracking = new SubscriptionTracking { Enable = false },
                Ganalytics = new Ganalytics { Enable = false },
            },
        };
        message.AddTo(mail.To.Value, mail.ToName);
        return message;
    }
}
